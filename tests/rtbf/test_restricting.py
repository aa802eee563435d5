"""Restricted (Art. 18): kept, closed to all but an officer for claims, lifted only when the customer knows."""

import pytest
from django.test import Client

from accounts.actors import operator
from customers.identifiers import Kind
from customers.models import Customer, Lifting, Restriction
from interactions.drafts import ContactDraft, Place, TextDraft
from interactions.ingest import ingest
from interactions.models import Interaction, Recording
from privacy import guards, lineage
from retention.holds import Covered, place_hold
from rtbf.cases.evidence import attach_evidence
from rtbf.cases.intake import Intake
from rtbf.cases.letters import prepare_letter, print_letter
from rtbf.codes import Asks
from rtbf.errors import NotPossible, RequestError, TooLate
from rtbf.models import Request, State
from rtbf.requests.lifecycle import confirm_request, plan_request
from rtbf.rights.raising import Wish, raise_right
from rtbf.rights.restricting import lift_restriction, restrict_customers
from tests.interactions.test_ingest import draft
from tests.looking import ALICE, ALICE_MAIL, without_ids
from tests.rtbf.conftest import House
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(databases="__all__")


def ask(house: House, who, ground="contested", **more) -> Request:
    wish = Wish(Asks.RESTRICTION, ground)
    return raise_right(actor=who.actor, account=house.account, wish=wish, identifiers=[ALICE], **more)


@pytest.fixture
def restricted(house, supervisor) -> Restriction:
    restrict_customers(actor=supervisor.actor, request=ask(house, supervisor))
    return Restriction.objects.get()


def tell(request_id, who) -> None:
    request = Request.objects.get(pk=request_id)
    letter = prepare_letter(actor=who.actor, request=request, kind="lifted", to="", subject="s", body="b")
    print_letter(actor=who.actor, letter=letter)


def test_what_belongs_to_its_case_is_opened_for_this_right(house, supervisor, client_of):
    request = ask(house, supervisor, intake=Intake(name="Canary Brown"))
    evidence = attach_evidence(actor=supervisor.actor, request=request, name="a.pdf", content=b"%PDF-1.7 canary")
    for path in ("", "case/", f"case/evidence/{evidence.pk}/"):
        assert client_of(supervisor).get(f"/requests/{request.pk}/{path}").status_code == 200, path
    tell(request.pk, supervisor)
    opened = Event.objects.filter(case=request.reference)
    wanted = {"request.opened", "case.opened", "evidence.downloaded"}
    assert wanted <= set(opened.values_list("action", flat=True))
    assert set(opened.values_list("purpose", flat=True)) == {"right_to_restriction"}


def test_a_restricted_call_is_closed_with_a_sentence_and_an_entry(house, restricted, supervisor, client_of):
    client, call = client_of(supervisor), house.alices[0]
    sound = Recording.objects.get(interaction=call)
    for path in ("", "purpose", "comments", f"recordings/{sound.pk}/audio", f"recordings/{sound.pk}/download"):
        send = client.post if path in ("purpose", "comments") else client.get
        assert send(f"/interactions/{call.pk}/{path}", {"purpose": "quality", "text": "x"}).status_code == 403, path
    page = client.get(f"/interactions/{call.pk}/").content.decode()
    assert restricted.reference in page
    assert "Nothing was opened" in page
    entries = Event.objects.filter(outcome="refused", record_id=str(call.pk))
    assert {entry.told["facts"]["code"] for entry in entries} == {"restricted"}
    listed = client.get("/interactions/").content.decode()
    assert listed.count(">restricted<") == len(house.alices)
    assert "0147" not in without_ids(listed)
    assert "0148" in listed
    assert client.get(f"/interactions/{house.bobs[0].pk}/").status_code == 200


def test_an_officer_opens_it_for_claims_and_nothing_else(house, restricted, officer, client_of):
    client, call = client_of(officer), house.alices[0]
    assert client.get(f"/interactions/{house.bobs[0].pk}/").status_code == 403
    assert str(call.pk) in client.get(f"/restrictions/{restricted.pk}/").content.decode()
    page = client.get(f"/interactions/{call.pk}/").content.decode()
    assert "Restricted customer" in page
    assert "Alice" not in page
    assert client.post(f"/interactions/{call.pk}/purpose", {"purpose": "quality"}).status_code == 422
    sound = Recording.objects.get(interaction=call)
    assert client.get(f"/interactions/{call.pk}/recordings/{sound.pk}/audio").status_code == 403
    client.post(f"/interactions/{call.pk}/purpose", {"purpose": "legal", "case": "LIT-1"})
    assert "i am Alice" in client.get(f"/interactions/{call.pk}/").content.decode()
    assert Event.objects.filter(action="transcript.read", outcome="done").latest("at").case == "LIT-1"


def test_nothing_of_it_is_erased_by_age_or_hand_beside_a_hold_or_without(house, restricted, officer, supervisor):
    hold = place_hold(actor=officer.actor, account=house.account, matter="m", reason="r",
                      covers=[Covered(Customer._meta.label, house.alice.pk)])  # fmt: skip
    sound = Recording.objects.get(interaction=house.alices[0])
    refused = guards.ask(lineage.targets([sound, house.alices[1]]))
    assert set(refused) == {sound.pk, house.alices[1].pk}
    tell(restricted.request_id, supervisor)
    lift_restriction(actor=officer.actor, restriction=restricted, because=Lifting.OVER)
    assert {each.ground for each in guards.ask(lineage.targets([sound])).values()} == {"legal_hold"}
    assert hold.released_at is None


def test_the_customers_own_request_to_be_forgotten_goes_past_it(house, restricted, supervisor):
    planned = plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])
    assert not planned.items.filter(because="restricted").exists()
    with pytest.raises(NotPossible, match="asks to forget"):
        restrict_customers(actor=supervisor.actor, request=ask(house, supervisor))


def test_imports_add_nothing_to_it_and_a_new_call_is_welcome(house, restricted):
    place = Place("crm.csv", {"row": 1})
    known = house.alices[0].source_ids.get()
    contact = ContactDraft("crm", place, ((Kind.EMAIL, TextDraft(ALICE_MAIL, place)),), (("Mail", ALICE_MAIL),))
    fresh = draft(ALICE, ids=("asterisk:new",))
    again = draft(ALICE, ids=(f"uniqueid:{house.alices[0].pk}",), values=(("note", TextDraft("more", place)),))
    report = ingest([contact, fresh, again], account=house.account, actor=operator())
    assert known.interaction_id == house.alices[0].pk
    assert [each.code for each in report.rejected] == ["restricted", "restricted"]
    assert report.counts["interactions"] == 1
    assert Interaction.objects.filter(customer=house.alice).count() == 3


def test_restricting_twice_stands_once(house, restricted, supervisor):
    asked = Request.objects.get(pk=restricted.request_id)
    assert restrict_customers(actor=supervisor.actor, request=asked).state == State.COMPLETED
    with pytest.raises(NotPossible, match="restricted already"):
        restrict_customers(actor=supervisor.actor, request=ask(house, supervisor))
    assert Restriction.objects.count() == 1


def test_it_is_lifted_by_an_officer_when_the_customer_was_told(house, restricted, officer, supervisor):
    with pytest.raises(Refused):
        lift_restriction(actor=supervisor.actor, restriction=restricted, because="over")
    with pytest.raises(NotPossible, match="told first"):
        lift_restriction(actor=officer.actor, restriction=restricted, because="over")
    tell(restricted.request_id, officer)
    with pytest.raises(NotPossible, match="Choose"):
        lift_restriction(actor=officer.actor, restriction=restricted, because="whim")
    for _ in "twice":
        lift_restriction(actor=officer.actor, restriction=restricted, because="verified")
    assert Event.objects.filter(action="restriction.lifted").count() == 1
    assert not Interaction.objects.visible_to(officer.actor).exists()


def test_a_stranger_sees_and_does_nothing(house, restricted, stranger, other_account, client_of):
    asked = Request.objects.get(pk=restricted.request_id)
    with pytest.raises(Refused):
        restrict_customers(actor=stranger.actor, request=asked)
    with pytest.raises(Refused):
        ask(house, stranger)
    client: Client = client_of(stranger)
    assert client.get(f"/restrictions/{restricted.pk}/").status_code == 404
    assert restricted.reference not in client.get("/restrictions/").content.decode()


@pytest.mark.parametrize("wish", [Wish(Asks.ERASURE), Wish(Asks.RESTRICTION), Wish(Asks.RESTRICTION, "marketing"),
                                  Wish(Asks.OBJECTION, "contested"), Wish(Asks.RECTIFICATION)])  # fmt: skip
def test_an_odd_wish_is_refused_and_nothing_saved(wish, house, supervisor):
    with pytest.raises(NotPossible):
        raise_right(actor=supervisor.actor, account=house.account, wish=wish, identifiers=[ALICE])
    assert not Request.objects.exists()


def test_no_other_request_can_be_confirmed_to_forget(house, supervisor):
    asked = ask(house, supervisor)
    with pytest.raises(TooLate):
        confirm_request(actor=supervisor.actor, request=asked, typed="FORGET")
    with pytest.raises(RequestError):
        raise_right(actor=supervisor.actor, account=house.account, wish=Wish(Asks.RESTRICTION, "claims"),
                    identifiers=["+12025550199"])  # fmt: skip
