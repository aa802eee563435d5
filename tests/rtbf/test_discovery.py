import pytest

from customers.kinds import Kind
from rtbf.discovery.reading import read_all
from rtbf.discovery.records import discover
from rtbf.errors import IdentifiesNobody, OwnNumber, Unreadable
from rtbf.models import Action
from tests.looking import ALICE, ALICE_MAIL, BOB
from tests.makers import give_identifier, make_customer, make_interaction
from tests.retention.test_holds import hold

pytestmark = pytest.mark.django_db(transaction=True)


def found(account, *lines):
    return discover(account, [each.asked for each in read_all(account, lines)])


def actions(discovery, label):
    return sorted(item.action.value for item in discovery.items if item.label.endswith(label))


@pytest.mark.parametrize(
    "typed",
    ["2025550147", "(202) 555-0147", "+1 202 555 0147", "tel:+1-202-555-0147", "0012025550147", ALICE_MAIL.upper()],
)
def test_every_spelling_finds_everything(house, typed):
    discovery = found(house.account, typed)
    assert discovery.people.certain == {house.alice.pk}
    assert actions(discovery, "Recording") == actions(discovery, "Voicemail") == ["delete"]
    assert actions(discovery, "Transcription") == ["delete", "redact"]
    assert actions(discovery, "Comment") == ["delete", "redact"]
    assert actions(discovery, "DataSourceValue") == ["delete", "redact"]
    assert actions(discovery, "Interaction") == ["anonymise", "anonymise"]
    assert actions(discovery, "Customer") == ["anonymise"]
    assert len(actions(discovery, "Identifier")) == 4


def test_bobs_own_records_are_not_in_it(house):
    theirs = {item.id for item in found(house.account, ALICE).items if item.action != Action.REDACT}
    bobs = {call.pk for call in house.bobs} | {call.recordings.get().pk for call in house.bobs}
    assert len(bobs) == 4
    assert not theirs & (bobs | {house.bob.pk})


def test_only_the_passage_about_alice_is_redacted(house):
    redacted = {item.label: item.spans for item in found(house.account, ALICE).items if item.action == Action.REDACT}
    text = "my wife has 202 555 0147 and I have 202 555 0148 you see"
    start = text.index("202 555 0147")
    assert redacted["interactions.Transcription"] == ((0, start, start + 12),)


def test_own_numbers_are_refused(house):
    with pytest.raises(OwnNumber):
        found(house.account, "(530) 555-0100")


@pytest.mark.parametrize("vague", ["name:Alice Brown", "birth-date:1980-01-02", "address:27 Orchard Lane"])
def test_what_fits_many_people_identifies_nobody(house, vague):
    with pytest.raises(IdentifiesNobody):
        found(house.account, vague)


@pytest.mark.parametrize(
    "odd",
    ["", "   ", "9" * 10_000, "'; DROP TABLE x; --", "<script>alert(1)</script>", "=HYPERLINK(1)", "email:\udcff@b.de"],
)
def test_odd_input_is_refused_without_repeating_it(house, odd):
    with pytest.raises(Unreadable) as refusal:
        found(house.account, odd)
    assert "Identifier 1" in str(refusal.value)
    assert not odd.strip() or odd not in str(refusal.value)


def test_a_shared_number_alone_is_for_a_person_to_decide(house):
    give_identifier(house.bob, Kind.PHONE, ALICE)
    discovery = found(house.account, ALICE)
    assert discovery.people.certain == set()
    assert discovery.people.open == {house.alice.pk, house.bob.pk}
    assert {item.action for item in discovery.items} == {Action.DECIDE}


def test_another_identifier_decides_whom_a_shared_number_means(house):
    give_identifier(house.bob, Kind.PHONE, ALICE)
    for second in ("customer-id:CUST-1001", "name:Brown, Alice"):
        discovery = found(house.account, ALICE, second)
        assert discovery.people.certain == {house.alice.pk}
        assert actions(discovery, "Recording") == ["delete"]
        assert actions(discovery, "Transcription") == ["decide", "delete"]
        assert actions(discovery, "Identifier").count("decide") == 1


def test_a_caller_known_by_a_shared_number_only_is_for_a_person_to_decide(house):
    nobody = make_customer(house.account, phone=ALICE)
    make_interaction(house.account, nobody, phone=ALICE, recording=b"who")
    discovery = found(house.account, ALICE, "customer-id:CUST-1001")
    assert actions(discovery, "Recording") == ["decide", "delete"]


def test_a_look_alike_number_is_left_alone(house):
    carol = make_customer(house.account, phone="+12025550149")
    make_interaction(house.account, carol, phone="+12025550149", comment="Carol has 202 555 0149")
    assert carol.pk not in {item.customer_id for item in found(house.account, ALICE).items}


def test_another_account_is_not_searched(house, other_account):
    make_customer(other_account, phone=ALICE)
    assert len(actions(found(house.account, ALICE), "Customer")) == 1


def test_a_held_call_stays_with_its_customer(house, officer):
    placed = hold(officer, house.account, house.alices[0])
    kept = [item for item in found(house.account, ALICE).items if item.action == Action.KEEP]
    assert {item.because for item in kept} == {"legal_hold", "something_of_the_customer_stays"}
    assert {item.held_by for item in kept} == {placed.pk, None}
    assert actions(found(house.account, ALICE), "Customer") == ["keep"]
    assert "delete" not in actions(found(house.account, ALICE), "Identifier")
    assert actions(found(house.account, ALICE), "Voicemail") == ["delete"]


def test_a_number_nobody_carries_is_found_in_texts(house):
    make_interaction(house.account, house.bob, comment="my neighbour has 202 555 0133")
    discovery = found(house.account, "202 555 0133")
    assert actions(discovery, "Comment") == ["redact"]
    assert len(discovery.items) == 1


def test_bob_is_found_by_his_own_number(house):
    assert found(house.account, BOB).people.certain == {house.bob.pk}


def redacted(discovery, label):
    return sorted(span for item in discovery.items if item.action == Action.REDACT and item.label.endswith(label)
                  for span in item.spans)  # fmt: skip


def test_what_fits_many_goes_beside_a_sign_of_its_own(house):
    """Name without capitals, address and date of birth, in somebody else's call that names Alice's number."""
    give_identifier(house.alice, Kind.ADDRESS, "27 Orchard Lane, Springfield")
    give_identifier(house.alice, Kind.BIRTH_DATE, "1980-03-04")
    text = "alice brown 202 555 0147 of 27 orchard ln born 1980-03-04, tell carol green"
    make_interaction(house.account, house.bob, name="Robert", transcript=[("customer", text)])
    spans = [text[start:end] for _, start, end in redacted(found(house.account, ALICE), "Transcription")]
    assert {"202 555 0147", "27 orchard ln", "1980-03-04", "alice brown"} <= set(spans)
    assert not any("carol" in each for each in spans)


def test_without_a_sign_none_of_it_does(house):
    give_identifier(house.alice, Kind.ADDRESS, "27 Orchard Lane, Springfield")
    before = redacted(found(house.account, ALICE), "Comment")
    make_interaction(house.account, house.bob, comment="Alice Brown of 27 Orchard Lane, not 202 555 0149")
    assert redacted(found(house.account, ALICE), "Comment") == before


def test_a_namesake_keeps_the_own_name(house):
    carol = make_customer(house.account, phone="+12025550149", name="Alice Brown")
    text = "alice brown here, I am not the one with 202 555 0147"
    make_interaction(house.account, carol, transcript=[("customer", text)])
    start = text.index("202")
    spans = redacted(found(house.account, ALICE), "Transcription")
    assert (0, start, len(text)) in spans
    assert (0, 0, 11) not in spans


def test_a_namesake_told_apart_by_the_number_is_the_person(house):
    carol = make_customer(house.account, phone="+12025550149", name="Alice Brown")
    text = "not the Alice Brown in town (202 555 0147)"
    make_interaction(house.account, carol, comment=text)
    start = text.index("Alice")
    assert (0, start, start + 11) in redacted(found(house.account, ALICE), "Comment")
