"""Art. 19: of what is corrected or restricted here, systems and recipients of copies are told; of its end too."""

import json

import pytest

from customers.disclosures import disclose
from customers.models import Customer, Restriction
from jobs.models import Job
from rtbf.codes import Asks
from rtbf.errors import NotPossible
from rtbf.external import tasking
from rtbf.external.register import add_system, renew_secret
from rtbf.models import Correction, ExternalTask, State, TaskKind, TaskState, TaskSubject
from rtbf.rights.correcting import correct_customer
from rtbf.rights.objecting import uphold_objection
from rtbf.rights.raising import Wish, raise_right
from rtbf.rights.restricting import lift_restriction, restrict_customers
from tests.jobs.test_webhooks import receiver
from tests.looking import ALICE, ALICE_MAIL, BOB
from tests.looking import places_of as places_left
from tests.rtbf.test_correcting import RIGHT
from tests.rtbf.test_execution import forget, run_all
from tests.rtbf.test_external import about, told
from tests.rtbf.test_restricting import tell
from trail.models import Event

__all__ = ["receiver"]

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def lawyer(house, supervisor):
    """Somebody outside has two copies about Alice and one about Bob."""
    for customer in (house.alice, house.alice, house.bob):
        disclose(account_id=house.account.pk, customer_id=customer.pk, record=("interactions.Recording", customer.pk),
                 taken_by=supervisor.user.pk, recipient="Law firm Gray")  # fmt: skip


@pytest.fixture
def crm(account, officer, receiver):
    """A system whose connector listens here."""
    system = add_system(actor=officer.actor, account=account, told=told(url=receiver.url))
    renew_secret(actor=officer.actor, system=system)
    return system


def ask(house, who, asks, ground="", pairs=()):
    wish = Wish(asks, ground, pairs)
    return raise_right(actor=who.actor, account=house.account, wish=wish, identifiers=[ALICE])


def kinds(request):
    return sorted((each.kind, each.system_id is None) for each in request.tasks.all())


def test_a_correction_is_told_with_what_is_wrong_and_right(house, supervisor, lawyer, crm, receiver):
    """What is told is gathered by `prepare_notices` from `identifiers_of` and `recipients_of`."""
    request = ask(house, supervisor, Asks.RECTIFICATION, pairs=[(ALICE_MAIL, RIGHT)])
    done = correct_customer(actor=supervisor.actor, request=request)
    correct_customer(actor=supervisor.actor, request=request)
    assert done.state == State.COMPLETED
    assert kinds(request) == [("correct", False), ("correct", True)]
    notice = request.tasks.get(system=None)
    said = about(notice, supervisor.actor)
    assert said["recipient"] == "Law firm Gray"
    assert said["corrections"] == [{"kind": "email", "wrong": ALICE_MAIL, "right": RIGHT}]
    run_all()
    ((_, body),) = receiver.got
    sent = json.loads(body)
    assert (sent["type"], sent["corrections"]) == ("customer.correct", said["corrections"])
    assert {"kind": "email", "value": RIGHT} in sent["identifiers"]
    assert request.tasks.get(system=crm).state == TaskState.DONE
    tasking.end_task(actor=supervisor.actor, task=notice, outcome=TaskState.DONE, evidence="Letter of today")
    assert not TaskSubject.objects.exists()


def test_neither_jobs_nor_log_hold_what_was_wrong(house, supervisor, crm):
    request = ask(house, supervisor, Asks.RECTIFICATION, pairs=[(ALICE_MAIL, RIGHT)])
    correct_customer(actor=supervisor.actor, request=request)
    run_all()
    assert not Event.objects.filter(text__contains=ALICE_MAIL).exists()
    job = Job.objects.get(kind=tasking.SEND_TASK)
    assert ALICE_MAIL not in json.dumps([job.actor, str(job.subject), job.error_code])
    opened = Event.objects.filter(action__in=["task.prepared", "task.sent"])
    assert set(opened.values_list("purpose", flat=True)) == {"right_to_rectification"}


def test_what_is_refused_tells_nobody(house, supervisor, lawyer):
    request = ask(house, supervisor, Asks.RECTIFICATION, pairs=[("somebody@example.com", RIGHT)])
    with pytest.raises(NotPossible):
        correct_customer(actor=supervisor.actor, request=request)
    assert not ExternalTask.objects.exists()


def test_a_restriction_and_its_end_are_told(house, supervisor, officer, lawyer, crm, receiver):
    """`notices_of_restriction` says whom, before; `ask_others` makes the tasks, with the decision."""
    request = ask(house, supervisor, Asks.RESTRICTION, "contested")
    for _ in "twice":
        restrict_customers(actor=supervisor.actor, request=request)
    assert kinds(request) == [("restrict", False), ("restrict", True)]
    tell(request.pk, officer)
    for _ in "twice":
        lift_restriction(actor=officer.actor, restriction=Restriction.objects.get(), because="over")
    assert kinds(request) == [("lift", False), ("lift", True), ("restrict", False), ("restrict", True)]
    run_all()
    types = [json.loads(body)["type"] for _, body in receiver.got]
    assert types == ["customer.restrict", "customer.unrestrict"]


def test_of_two_customers_the_end_is_told_when_neither_is_restricted_any_more(house, supervisor, officer, lawyer):
    request = raise_right(actor=supervisor.actor, account=house.account, wish=Wish(Asks.RESTRICTION, "contested"),
                          identifiers=[ALICE, BOB])  # fmt: skip
    restrict_customers(actor=supervisor.actor, request=request)
    tell(request.pk, officer)
    for restriction in Restriction.objects.all():
        assert not request.tasks.filter(kind=TaskKind.LIFT).exists()
        lift_restriction(actor=officer.actor, restriction=restriction, because="over")
    said = about(request.tasks.get(kind=TaskKind.LIFT), supervisor.actor)
    assert {each["value"] for each in said["identifiers"]} >= {ALICE, BOB}


def test_an_objection_upheld_by_restriction_is_told(house, supervisor, lawyer):
    request = ask(house, supervisor, Asks.OBJECTION, "situation")
    uphold_objection(actor=supervisor.actor, request=request, decision="restriction")
    assert kinds(request) == [("restrict", True)]
    assert about(request.tasks.get(), supervisor.actor)["recipient"] == "Law firm Gray"


def test_whoever_is_forgotten_stands_in_no_open_task_or_correction_any_more(house, supervisor, lawyer):
    """Of two requests to correct one is done, with a task still open, and one never was decided."""
    request = ask(house, supervisor, Asks.RECTIFICATION, pairs=[(ALICE_MAIL, RIGHT)])
    correct_customer(actor=supervisor.actor, request=request)
    ask(house, supervisor, Asks.RECTIFICATION, pairs=[(RIGHT, "alice.last@example.com")])
    asked = forget(supervisor, house.account)
    run_all()
    assert not Customer.objects.filter(pk=house.alice.pk, condemned_at=None).exists()
    assert not Correction.objects.exists()
    assert not TaskSubject.objects.exclude(task__request=asked).exists()
    assert places_left("alice.last@example.com") == []


def test_the_page_of_a_task_says_what_to_put_right(house, supervisor, client_of, lawyer, crm):
    client = client_of(supervisor)
    request = ask(house, supervisor, Asks.RECTIFICATION, pairs=[(ALICE_MAIL, RIGHT)])
    assert "Each gets a task" in client.get(f"/requests/{request.pk}/").content.decode()
    client.post(f"/requests/{request.pk}/correct/")
    notice = request.tasks.get(kind=TaskKind.CORRECT, system=None)
    listed = client.get(f"/requests/{request.pk}/").content.decode()
    assert "Tell the recipient what to correct" in listed
    assert ALICE_MAIL not in listed
    page = client.get(f"/tasks/{notice.pk}/").content.decode()
    assert all(text in page for text in ("Law firm Gray", ALICE_MAIL, RIGHT, "put right"))
    there = client.get(f"/tasks/{request.tasks.get(system=crm).pk}/").content.decode()
    assert "put right what is wrong" in there
