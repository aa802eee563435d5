"""Corrected (Art. 16): the right value everywhere, the wrong one's keys gone, and no old export brings it back."""

import pytest

from customers.identifiers import Kind
from customers.models import Corrected, Customer, Identifier, RegisterEntry
from interactions.drafts import ContactDraft, Place, TextDraft
from interactions.ingest import ingest
from interactions.models import DataSourceValue, Interaction, Mention
from privacy.erasure import erase
from privacy.keyring.ring import load_keys
from privacy.ledger import Memory
from privacy.open import open_row, warrant
from retention.holds import Covered, place_hold
from rtbf.codes import Asks
from rtbf.errors import NotPossible, TooLate
from rtbf.models import Correction, Request, RequestedIdentifier, State
from rtbf.requests.lifecycle import plan_request
from rtbf.rights.correcting import correct_customer
from rtbf.rights.raising import Wish, raise_right
from rtbf.rights.restricting import restrict_customers
from tests.looking import ALICE, ALICE_MAIL, BOB
from tests.makers import make_customer, seal_row
from trail.actor import Actor
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
RIGHT = "alice.new@example.com"
PAIRS = [(ALICE_MAIL, RIGHT), ("name:Alice Brown", "Alicia Brown")]
ROOT = Actor.shell("root")


def ask(house, who, pairs=PAIRS, known=ALICE) -> Request:
    wish = Wish(Asks.RECTIFICATION, corrections=pairs)
    return raise_right(actor=who.actor, account=house.account, wish=wish, identifiers=[known])


def said(row, name, who):
    opening = warrant(actor=who.actor, action="request.opened", account_id=row.account_id, purpose="test")
    row.refresh_from_db()
    return open_row(row, name, warrant=opening)[name]


@pytest.fixture
def entry(house) -> RegisterEntry:
    row = RegisterEntry(account=house.account, customer=house.alice, digest=b"e" * 32)
    return seal_row(row, {"values": {"Name": "Alice Brown", "Mail": ALICE_MAIL, "Town": "Davis"}})


def contact(*about: tuple[Kind, str], row: int = 1) -> ContactDraft:
    place = Place("old.csv", {"row": row})
    known = tuple((kind, TextDraft(text, place)) for kind, text in about)
    return ContactDraft("crm", place, known, tuple((kind.value, text) for kind, (_, text) in zip(
        [kind for kind, _ in about], about, strict=True)))  # fmt: skip


def test_the_right_value_stands_everywhere_and_the_wrong_ones_keys_are_gone(house, supervisor, entry):
    mail = Identifier.objects.get(customer=house.alice, kind="email")
    call = house.alices[0]
    value = DataSourceValue.objects.get(interaction=house.bobs[0])
    DataSourceValue.objects.filter(pk=value.pk).update(interaction=call)
    keys = [row.key_id for row in (mail, entry, call, value)]
    assert len(load_keys(keys)) == 4
    asked = correct_customer(actor=supervisor.actor, request=ask(house, supervisor))
    assert asked.state == State.COMPLETED
    assert load_keys(keys) == {}
    assert said(mail, "value", supervisor) == RIGHT
    assert said(entry, "values", supervisor) == {"Name": "Alicia Brown", "Mail": RIGHT, "Town": "Davis"}
    assert said(Interaction.objects.get(pk=call.pk), "customer_name", supervisor) == "Alicia Brown"
    assert said(value, "value", supervisor) == RIGHT
    mail.refresh_from_db()
    assert [bytes(each.digest) for each in Mention.objects.filter(value=value)] == [bytes(mail.digest)]
    found = plan_request(actor=supervisor.actor, account=house.account, identifiers=[RIGHT])
    assert found.items.filter(customer_id=house.alice.pk).exists()
    entries = Event.objects.filter(action="customer.corrected", record_id=str(house.alice.pk))
    assert {each.told["facts"]["kind"] for each in entries} == {"email", "name"}
    assert not Correction.objects.exists()
    assert not RequestedIdentifier.objects.filter(request=asked).exists()


def test_an_old_export_does_not_bring_it_back_and_says_so(house, supervisor, entry):
    correct_customer(actor=supervisor.actor, request=ask(house, supervisor))
    old = contact((Kind.CUSTOMER_ID, "CUST-1001"), (Kind.EMAIL, ALICE_MAIL))
    fresh = contact((Kind.CUSTOMER_ID, "CUST-1001"), (Kind.EMAIL, RIGHT), row=2)
    others = contact((Kind.CUSTOMER_ID, "CUST-1002"), (Kind.EMAIL, ALICE_MAIL), row=3)
    report = ingest([old, fresh, others], account=house.account, actor=ROOT)
    assert [(each.code, each.line) for each in report.rejected] == [("corrected", 1)]
    assert RegisterEntry.objects.count() == 3
    holders = Identifier.objects.filter(kind="email", customer__in=[house.alice, house.bob])
    assert holders.filter(customer=house.alice).count() == 1


def test_the_contact_as_it_was_stays_outside_also_after_its_customer_was_forgotten_and_came_back(
    house, supervisor, entry
):
    correct_customer(actor=supervisor.actor, request=ask(house, supervisor))
    rows = [entry, *house.alice.identifiers.all(), house.alice]
    erase(rows, actor=ROOT, ground="test", remember=Memory.PERSON)
    make_customer(house.account, phone=ALICE)
    was = (("Name", "Alice Brown"), ("Mail", ALICE_MAIL), ("Town", "Davis"))
    place = Place("other.csv", {"row": 3})
    old = ContactDraft("crm", place, ((Kind.PHONE, TextDraft(ALICE, place)),), was)
    report = ingest([old], account=house.account, actor=ROOT)
    assert [each.code for each in report.rejected] == ["forgotten"]


def test_corrected_back_it_is_no_longer_wrong(house, supervisor):
    pairs = [(ALICE_MAIL, RIGHT)]
    correct_customer(actor=supervisor.actor, request=ask(house, supervisor, pairs))
    correct_customer(actor=supervisor.actor, request=ask(house, supervisor, [(RIGHT, ALICE_MAIL)]))
    wrong = Corrected.objects.get(customer=house.alice)
    assert wrong.kind == "email"
    report = ingest(
        [contact((Kind.CUSTOMER_ID, "CUST-1001"), (Kind.EMAIL, ALICE_MAIL))], account=house.account, actor=ROOT
    )
    assert report.rejected == []


def test_an_interrupted_correction_goes_on(house, supervisor, monkeypatch):
    pairs = [(ALICE, "+12025550160")]
    asked = ask(house, supervisor, pairs)
    monkeypatch.setattr("rtbf.rights.correcting._finish", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        correct_customer(actor=supervisor.actor, request=asked)
    monkeypatch.undo()
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)
    assert correct_customer(actor=supervisor.actor, request=asked).state == State.COMPLETED
    assert correct_customer(actor=supervisor.actor, request=asked).state == State.COMPLETED


def test_a_hold_keeps_it_as_it_is_and_a_restriction_does_not(house, supervisor, officer):
    asked = ask(house, supervisor)
    hold = place_hold(actor=officer.actor, account=house.account, matter="m", reason="r",
                      covers=[Covered(Customer._meta.label, house.alice.pk)])  # fmt: skip
    with pytest.raises(NotPossible, match="legal hold"):
        correct_customer(actor=supervisor.actor, request=asked)
    assert not Corrected.objects.exists()
    type(hold).objects.filter(pk=hold.pk).update(released_at=hold.placed_at)
    other = Wish(Asks.RESTRICTION, "contested")
    restrict_customers(actor=supervisor.actor, request=raise_right(
        actor=supervisor.actor, account=house.account, wish=other, identifiers=[ALICE]))  # fmt: skip
    assert correct_customer(actor=supervisor.actor, request=asked).state == State.COMPLETED


def test_an_open_erasure_comes_first_and_strangers_not_at_all(house, supervisor, stranger):
    asked = ask(house, supervisor)
    plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    with pytest.raises(NotPossible, match="asks to forget"):
        correct_customer(actor=supervisor.actor, request=asked)
    with pytest.raises(Refused):
        correct_customer(actor=stranger.actor, request=asked)
    restriction = raise_right(actor=supervisor.actor, account=house.account, wish=Wish(Asks.RESTRICTION, "claims"),
                              identifiers=[BOB])  # fmt: skip
    with pytest.raises(TooLate):
        correct_customer(actor=supervisor.actor, request=restriction)


@pytest.mark.parametrize(
    "pairs",
    [[(ALICE, "12")], [(ALICE, "(202) 555-0147")], [("ip:10.0.0.1", "10.0.0.2")], [(ALICE, "+15305550100")],
     [(ALICE, "x" * 600)], [(ALICE, "+12025550160")] * 21],
)  # fmt: skip
def test_what_can_not_be_corrected_is_said_at_the_door(pairs, house, supervisor):
    with pytest.raises(NotPossible):
        ask(house, supervisor, pairs)
    assert not Request.objects.exists()


def test_a_value_nobody_holds_is_not_corrected(house, supervisor):
    with pytest.raises(NotPossible, match="nothing held"):
        correct_customer(actor=supervisor.actor, request=ask(house, supervisor, [("nobody@example.com", RIGHT)]))
