import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer
from interactions.models import Interaction
from rtbf.models import Request, Rules, State
from tests.looking import ALICE, CANARIES, places_of
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
SUSAN = "susan@example.com"
ODD = ["", "phone:", "9" * 10_240, "'; DROP TABLE x", "<script>alert(1)</script>", "=1+1", "email:\udcff@b.de", "\n"]


def find(*identifiers, actor=SUSAN, account="Harper Valley"):
    out = StringIO()
    call_command("find_customer", account=account, identifier=list(identifiers), actor=actor, json=True, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def forget(*identifiers, actor=SUSAN, confirm="FORGET", account="Harper Valley", wait=True):
    out = StringIO()
    call_command(
        "forget", account=account, identifier=list(identifiers), actor=actor, confirm=confirm, wait=wait, stdout=out
    )
    return out.getvalue()


def test_places_are_those_of_the_export(house, supervisor):
    lines = find("(202) 555-0147")
    passage, whole = ("field", "start", "end"), ()
    shapes = {("file", "record", *part, "kind", "action", "because") for part in (passage, whole, ("field",))}
    assert {tuple(line) for line in lines} == {*shapes, ("kind", "action", "because")}
    call = {"file": "pbx/Master.csv", "record": {"row": 1, "key": {"uniqueid": str(house.alices[0].pk)}}}
    assert any({**line, **call} == line and line["action"] == "delete" and "field" not in line for line in lines)
    (passage,) = [line for line in lines if line["kind"] == "passage" and line["field"] == "text"]
    text = "my wife has 202 555 0147 and I have 202 555 0148 you see"
    assert text[passage["start"] : passage["end"]] == "202 555 0147"
    assert (passage["file"], passage["record"]) == ("t.json", {"pointer": "/0/text"})


def test_no_text_is_printed(house, supervisor):
    printed = json.dumps(find(ALICE))
    assert "Alice" not in printed
    assert "my wife" not in printed


def test_people_can_read_it(house, supervisor, capsys):
    call_command("find_customer", account="Harper Valley", identifier=[ALICE], actor=SUSAN)
    assert "delete     recording: pbx/" in capsys.readouterr().out


def test_where_identity_must_be_checked_first_the_shell_says_how_it_was(house, supervisor):
    Rules.objects.create(account=house.account, identity_first=True)
    with pytest.raises(CommandError, match="identity is checked first"):
        forget(ALICE, wait=False)
    call_command(
        "forget", account="Harper Valley", identifier=[ALICE], actor=SUSAN, confirm="FORGET", identity="call_back"
    )
    request = Request.objects.get(state=State.PENDING)
    assert (request.identity_by, request.identity_checked_by_id) == ("call_back", supervisor.user.pk)


def test_forgotten_from_the_shell(house, supervisor):
    said = forget("tel:+1-202-555-0147")
    assert "Completed." in said
    assert places_of(*CANARIES) == []
    event = Event.objects.get(action="request.confirmed")
    who = {**event.told["how"], "user": event.told["user"]}
    assert (who["via"], who["user"], bool(who["os_user"])) == ("shell", str(supervisor.user.pk), True)


def test_the_grace_period_applies(house, supervisor):
    house.account.grace_hours = 180
    house.account.save()
    said = forget(ALICE, wait=False)
    assert "PDT" in said or "PST" in said
    assert Request.objects.get().state == State.PENDING


def test_exceptions_have_their_own_exit_status(house, supervisor, officer):
    from tests.retention.test_holds import hold

    hold(officer, house.account, house.alices[0])
    with pytest.raises(CommandError) as ended:
        forget(ALICE)
    assert ended.value.returncode == 3


@pytest.mark.parametrize("act", [find, forget])
@pytest.mark.parametrize("odd", ODD)
def test_odd_identifiers_end_in_a_sentence(house, supervisor, act, odd):
    with pytest.raises(CommandError) as ended:
        act(odd)
    assert "Nothing was searched" in str(ended.value)
    assert not Request.objects.exists()


@pytest.mark.parametrize("act", [find, forget])
def test_own_numbers_are_refused_with_an_entry(house, supervisor, act):
    with pytest.raises(CommandError, match="account itself"):
        act("+15305550100")
    assert Event.objects.filter(outcome="refused").count() == 1


@pytest.mark.parametrize("act", [find, forget])
@pytest.mark.parametrize(("name", "entries"), [("alan", 1), ("linda", 1), ("nobody", 0)])
def test_the_same_rights_as_in_the_portal(house, agent, auditor, act, name, entries):
    with pytest.raises(CommandError):
        act(ALICE, actor=f"{name}@example.com")
    assert Event.objects.filter(outcome="refused").count() == entries
    assert Interaction.objects.filter(condemned_at=None).count() == 4


def test_officers_may_look_but_not_ask(house, officer):
    assert find(ALICE, actor="olga@example.com")
    with pytest.raises(CommandError):
        forget(ALICE, actor="olga@example.com")


def test_whoever_names_no_member_sees_places_on_record_and_forgets_nobody(house):
    assert find(ALICE, actor="")
    assert Event.objects.get(action="customer.searched").told["how"]["os_user"]
    with pytest.raises(CommandError):
        forget(ALICE, actor="")
    assert Customer.objects.filter(condemned_at=None).count() == 2


@pytest.mark.parametrize("act", [find, forget])
def test_an_unknown_account_or_person_ends_in_a_sentence(house, supervisor, act):
    with pytest.raises(CommandError, match="no account"):
        act(ALICE, account="Nowhere")
    with pytest.raises(CommandError, match="Nothing was planned"):
        act("+12025550199")


def test_the_word_is_asked_for(house, supervisor):
    with pytest.raises(CommandError, match="FORGET"):
        forget(ALICE, confirm="forget")
    assert Customer.objects.filter(condemned_at=None).count() == 2


def test_four_eyes_hold_in_the_shell_too(house, supervisor, officer):
    Rules.objects.create(account=house.account, four_eyes=True)
    with pytest.raises(CommandError, match="does not wait") as ended:
        forget(ALICE)
    assert ended.value.returncode == 4
    request = Request.objects.get()
    assert (request.state, request.channel) == ("waiting", "shell")
    assert Customer.objects.filter(condemned_at=None).count() == 2
    for actor, why in ((SUSAN, "can't approve"), ("nobody@example.com", "not an active member")):
        with pytest.raises(CommandError, match=why):
            call_command("approve_request", request.reference, account="Harper Valley", actor=actor)
    out = StringIO()
    call_command("approve_request", request.reference, account="Harper Valley", actor="olga@example.com", stdout=out)
    assert "was approved" in out.getvalue()
    with pytest.raises(CommandError, match="no such request"):
        call_command("approve_request", "RTBF-1999-000001", account="Harper Valley", actor="olga@example.com")


def test_the_sentence_names_who_must_approve(house, supervisor):
    Rules.objects.create(account=house.account, four_eyes=True)
    assert "Another supervisor or the officer must approve it" in forget(ALICE, wait=False)


def test_the_clock_runs_from_the_day_it_came_in(house, supervisor):
    house.account.grace_hours = 180
    house.account.save()
    out = StringIO()
    call_command("forget", account="Harper Valley", identifier=[ALICE], actor=SUSAN, confirm="FORGET",
                 received=date(2026, 1, 30), stdout=out)  # fmt: skip
    assert Request.objects.get().due_on == date(2026, 3, 2)
