import dataclasses
import json
from itertools import product
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from privacy import blind_index
from privacy.open import open_row, warrant
from tests.trail.conftest import ACCOUNT, hear
from trail.actor import Actor, NoActor
from trail.append import Draft, _event, append, append_all, append_each
from trail.details import details_about, matches
from trail.entry import entry_text, wording
from trail.merkle import leaf_hash
from trail.models import Detail, Event

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_what_why_and_how(alice: Actor):
    event = append(
        "recording.played",
        actor=dataclasses.replace(alice, request_id="r-1"),
        record=("interactions.Recording", "17"),
        purpose="quality",
        case="C-9",
        facts={"seconds": 12},
    )
    told = json.loads(Event.objects.get().text)
    assert told["how"] == {"on_behalf_of": None, "os_user": "", "request": "r-1", "role": "supervisor", "via": "portal"}
    assert (told["user"], told["account"]) == (str(alice.user_id), str(ACCOUNT))
    assert told["record"] == {"id": "17", "label": "interactions.Recording"}
    assert (told["purpose"], told["case"], told["outcome"]) == ("quality", "C-9", "done")
    assert (told["facts"], told["id"], told["detail"]) == ({"seconds": 12}, str(event.pk), None)


def test_the_leaf_hash_is_that_of_the_stored_text(alice: Actor):
    append("recording.played", actor=alice, facts={"note": 'quotes " and \\ and é'})
    stored = Event.objects.get()
    assert bytes(stored.leaf_hash) == leaf_hash(stored.text.encode())


def test_without_an_actor_nothing_is_written():
    with pytest.raises(NoActor):
        append("recording.played", actor=None)
    with pytest.raises(NoActor):
        append_all([Draft("recording.played")], actor=None)
    with pytest.raises(NoActor):
        append_each(Draft("recording.played"), [], actor=None)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"purpose": 'because the customer said "no"'},
        {"case": "x" * 81},
        {"record": ("interactions.Recording", "a\tb")},
        {"facts": {"ratio": 0.5}},
        {"outcome": "perhaps"},
    ],
)
def test_what_is_not_a_code_is_refused(alice: Actor, said: dict):
    with pytest.raises(ValueError, match=r"not written|takes text|valid Outcome"):
        append("recording.played", actor=alice, **said)
    assert not Event.objects.exists()


def test_what_comes_from_outside_cannot_disturb_the_text(alice: Actor):
    append("recording.played", actor=dataclasses.replace(alice, request_id='"},\n\0', os_user="jörg"))
    assert Event.objects.get().told["how"]["request"] == "?????"
    assert Event.objects.get().told["how"]["os_user"] == "jörg"


def test_address_and_device_lie_sealed_beside_and_are_committed_to(alice: Actor):
    append("recording.played", actor=dataclasses.replace(alice, address="203.0.113.9", user_agent="Firefox 140"))
    event, detail = Event.objects.get(), Detail.objects.get()
    assert detail.pk == event.pk
    assert "203.0.113.9" not in event.text
    assert b"203.0.113.9" not in bytes(detail.sealed)
    permit = warrant(actor=alice, action="log.read", account_id=ACCOUNT, purpose="audit")
    opened = open_row(detail, "sealed", warrant=permit)["sealed"]
    assert opened["detail"] == {"address": "203.0.113.9", "device": "Firefox 140"}
    assert event.detail_commitment
    assert matches(opened, bytes(event.detail_commitment))
    assert not matches({**opened, "salt": "00" * 32}, bytes(event.detail_commitment))


def test_a_searched_identifier_is_found_by_its_blind_index(alice: Actor):
    index = blind_index.digest(ACCOUNT, "phone", "+15305550101")
    append("customer.searched", actor=alice, detail={"phone": "+15305550101"}, found_by=[index])
    append("customer.searched", actor=alice, detail={"phone": "+15305550102"}, found_by=[bytes(32)])
    found = details_about(ACCOUNT, [index])
    assert [each.pk for each in found] == [Event.objects.order_by("id")[0].pk]
    assert not details_about(UUID(int=1), [index]).exists()


def test_many_entries_take_few_statements(alice: Actor, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        append_all([Draft("record.erased", record=("x.Y", str(number))) for number in range(400)], actor=alice)
    assert Event.objects.count() == 400


CODES = st.from_regex(r"[\w.:/@#+ -]{0,80}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
FACTS = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True),
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT | st.uuids().map(str),
)


@given(
    facts=FACTS, codes=st.tuples(CODES, CODES, CODES), foreign=TEXT, who=st.none() | st.uuids(),
    account=st.none() | st.uuids(), ids=st.lists(st.tuples(st.uuids(), st.uuids()), min_size=1, max_size=3),
)  # fmt: skip
def test_entries_worded_together_are_worded_as_each_alone(facts, codes, foreign, who, account, ids):
    label, purpose, case = codes
    actor = Actor(user_id=who, role="job", account_id=account, via="job", os_user=foreign, request_id=foreign)
    event = _event(Draft("record.erased", record=(label, ""), purpose=purpose, case=case), actor)
    before, between, after = wording(event, actor, facts)
    for event.pk, record_id in ids:
        event.record_id = str(record_id)
        assert f"{before}{event.pk}{between}{record_id}{after}".encode() == entry_text(event, actor, facts)


def test_an_entry_of_each_record_is_as_if_written_alone(alice: Actor, django_assert_max_num_queries):
    records = [uuid4() for _ in range(400)]
    draft = Draft(
        "record.erased",
        record=("x.Y", ""),
        purpose="age",
        case="C-9",
        facts={"deleted": True, "said": "100 % “\\” ' ü\n"},
    )
    with django_assert_max_num_queries(2):
        append_each(draft, records, actor=alice)
    events = Event.objects.all()
    assert {event.record_id for event in events} == {str(each) for each in records}
    for event in events:
        assert event.text.encode() == entry_text(event, alice, draft.facts)
        assert bytes(event.leaf_hash) == leaf_hash(event.text.encode())


def test_each_entry_seals_the_address_for_itself(alice: Actor):
    somewhere = dataclasses.replace(alice, address="203.0.113.9")
    append_each(Draft("record.erased", record=("x.Y", "")), [uuid4(), uuid4()], actor=somewhere)
    assert Detail.objects.count() == len(set(Detail.objects.values_list("key_id"))) == 2
    assert not Event.objects.filter(detail_commitment=None).exists()


def test_a_rolled_back_act_leaves_no_entry():
    with transaction.atomic():
        hear()
        assert Event.objects.exists()
        transaction.set_rollback(True)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        *product(
            ["trail_event", "trail_position", "trail_checkpoint"],
            ["UPDATE {} SET {key} = {key}", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
        ),
        *product(["trail_detail"], ["DELETE FROM {}", "TRUNCATE {} CASCADE"]),
    ],
)
def test_the_owner_of_the_tables_cannot_unlearn(alice: Actor, table: str, statement: str):
    append("recording.played", actor=dataclasses.replace(alice, address="203.0.113.9"))
    key = {"trail_position": "seq", "trail_checkpoint": "size"}.get(table, "id")
    with pytest.raises(DatabaseError, match="The log only grows"), transaction.atomic():
        connection.cursor().execute(statement.format(table, key=key))


def test_a_detail_can_be_emptied_and_nothing_else(alice: Actor):
    append("recording.played", actor=dataclasses.replace(alice, address="203.0.113.9"))
    with pytest.raises(DatabaseError, match="only be emptied"), transaction.atomic():
        Detail.objects.update(sealed=b"another")
    assert Detail.objects.update(sealed=None, key_id=None) == 1


def test_the_application_role_may_only_add(alice: Actor, settings):
    hear()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APP_ROLE}")
        for statement in ("UPDATE trail_event SET action = ''", "DELETE FROM trail_event", "TRUNCATE trail_event"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
            cursor.execute("ALTER TABLE trail_event DISABLE TRIGGER ALL")
        hear()
        cursor.execute("RESET ROLE")
    assert Event.objects.count() == 2
