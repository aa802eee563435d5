"""The other rights from the shell: the same flows, rights and entries as on the pages, always with a named actor."""

import io
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.models import Identifier, Restriction
from rtbf.models import Dossier, Request, State
from tests.looking import ALICE, ALICE_MAIL
from tests.rtbf.test_correcting import RIGHT
from tests.rtbf.test_execution import run_all
from tests.rtbf.test_restricting import tell
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
SUSAN, HARPER = "susan@example.com", "Harper Valley"


def call(command, first, *args, actor=SUSAN, **options):
    out = StringIO()
    call_command(command, first, *args, account=HARPER, actor=actor, stdout=out, **options)
    return out.getvalue()


def raised(right, *args, **options):
    said = call("raise_request", right, "--identifier", ALICE, *args, **options)
    return Request.objects.get(reference=said.split()[0])


def test_corrected_from_the_shell(house, supervisor):
    request = raised("rectification", "--correct", ALICE_MAIL, RIGHT, "--identity", "call_back")
    assert (request.state, request.channel, request.identity_by) == (State.DECIDING, "shell", "call_back")
    assert "Completed" in call("decide_request", request.reference)
    assert Identifier.objects.filter(customer=house.alice, kind="email", condemned_at=None).count() == 1
    event = Event.objects.get(action="customer.corrected")
    who = {**event.told["how"], "user": event.told["user"]}
    assert (who["via"], who["user"], bool(who["os_user"])) == ("shell", str(supervisor.user.pk), True)


def test_restricted_and_lifted_from_the_shell_by_who_may(house, supervisor, officer):
    request = raised("restriction", "--ground", "contested")
    call("decide_request", request.reference)
    assert Restriction.objects.in_force().count() == 1
    with pytest.raises(CommandError, match="role"):
        call("decide_request", request.reference, lift="over")
    assert Event.objects.filter(action="restriction.lifted", outcome="refused").count() == 1
    with pytest.raises(CommandError, match="told first"):
        call("decide_request", request.reference, actor=officer.user.email, lift="over")
    tell(request.pk, officer)
    assert "lifted" in call("decide_request", request.reference, actor=officer.user.email, lift="over")
    with pytest.raises(CommandError, match="No restriction"):
        call("decide_request", request.reference, actor=officer.user.email, lift="over")


def test_an_objection_is_upheld_or_refused_from_the_shell(house, supervisor):
    first, second = (raised("objection", "--ground", "situation") for _ in range(2))
    with pytest.raises(CommandError, match="Choose"):
        call("decide_request", first.reference)
    assert "restricted" in call("decide_request", first.reference, uphold="restriction")
    assert "Refused" in call("decide_request", second.reference, refuse="compelling")


def test_a_copy_from_the_shell_is_fetched_once(house, supervisor, capsysbinary):
    said = call("raise_request", "access", "--identifier", ALICE)
    run_all()
    dossier = Dossier.objects.get(reference=said.split()[0])
    capsysbinary.readouterr()
    call_command("fetch_dossier", dossier.reference, account=HARPER, actor=SUSAN)
    archive = zipfile.ZipFile(io.BytesIO(capsysbinary.readouterr().out))
    assert archive.testzip() is None
    assert "dossier.json" in archive.namelist()
    with pytest.raises(CommandError, match="fetched already"):
        call_command("fetch_dossier", dossier.reference, account=HARPER, actor=SUSAN)
    assert Event.objects.filter(action="dossier.downloaded", outcome="done").count() == 1


def test_who_has_no_right_gets_nothing_and_an_entry(house, supervisor, agent):
    with pytest.raises(CommandError):
        raised("restriction", "--ground", "contested", actor=agent.user.email)
    assert Event.objects.filter(action="request.drafted", outcome="refused").count() == 1
    with pytest.raises(CommandError, match="not an active member"):
        raised("access", actor="nobody@example.com")
    for command, reference in (("decide_request", "REST-2000-000001"), ("fetch_dossier", "DOSSIER-2000-000001")):
        with pytest.raises(CommandError, match="no such"):
            call(command, reference)
    assert not Request.objects.exists()
