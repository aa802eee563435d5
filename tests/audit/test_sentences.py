import dataclasses
import string
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.devices import in_words
from audit.entry import Entry
from audit.naming import Call, Names, pseudonym
from audit.sentences import NOWHERE, Whence, facts_in_words, sentence
from audit.vocabulary import ACTIONS
from privacy.ids import new_id
from tests.audit.conftest import CHROME, DESK, ZONE
from trail.models import Outcome

LINDA, CALL, RECORD, CUSTOMER = new_id(), new_id(), new_id(), UUID("01980000-0000-7000-8000-00000a9f81d2")
NAMES = Names(people={LINDA: "Linda"}, calls={RECORD: Call(CALL, datetime(2026, 6, 2, 17, 14, tzinfo=UTC), CUSTOMER)})
PLAYED = Entry(
    id=new_id(),
    at=datetime(2026, 6, 3, 17, 0, tzinfo=UTC),
    action="recording.played",
    outcome="done",
    purpose="quality",
    case="",
    label="interactions.Recording",
    record_id=str(RECORD),
    user_id=LINDA,
    for_id=None,
    role="agent",
    via="portal",
    os_user="",
    request="r",
    facts={},
)
FROM = Whence(DESK, CHROME)


def told(whence: Whence = NOWHERE, **other) -> str:
    return sentence(dataclasses.replace(PLAYED, **other), NAMES, ZONE, whence).text


def test_the_sentence_of_the_plan():
    assert told(FROM) == (
        "Agent Linda played the recording of 2 Jun 2026, 10:14 PDT, quality review, from 10.2.0.17, Chrome on Windows."
    )


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (
            {"outcome": "refused", "facts": {"code": "not_visible"}},
            "Agent Linda was not allowed to play the recording of 2 Jun 2026, 10:14 PDT"
            " (it is not within what this person may see), quality review.",
        ),
        (
            {"outcome": "refused", "purpose": "", "facts": {"code": "interactions.listen_recording"}},
            "Agent Linda was not allowed to play the recording of 2 Jun 2026, 10:14 PDT (the role does not include"
            " “Listen to recordings and voicemails, read transcripts”).",
        ),
        (
            {"outcome": "failed", "facts": {"code": "Tampered"}},
            "Agent Linda could not play the recording of 2 Jun 2026, 10:14 PDT (Tampered), quality review.",
        ),
        (
            {"purpose": "legal", "case": "LIT-2026-0147"},
            "Agent Linda played the recording of 2 Jun 2026, 10:14 PDT, legal matter, case LIT-2026-0147.",
        ),
        ({"record_id": str(CALL), "purpose": ""}, "Agent Linda played a recording."),
        ({"user_id": CALL, "purpose": "", "record_id": ""}, "A person who is no member any more played a recording."),
        (
            {"action": "record.erased", "via": "job", "user_id": None, "for_id": LINDA, "role": "supervisor",
             "label": "customers.Customer", "record_id": str(CUSTOMER), "purpose": "right_to_erasure"},
            "A job for Supervisor Linda erased customer C-9F81D2, right to be forgotten.",
        ),
        (
            {"action": "log.verified", "via": "job", "user_id": None, "role": "job", "label": "", "purpose": "",
             "facts": {"entries": 12332, "findings": 0}},
            "The house itself verified the log: all 12,332 entries are as they were sealed.",
        ),
        (
            {"action": "log.verified", "outcome": "failed", "via": "shell", "os_user": "root", "user_id": None,
             "role": "operator", "label": "", "purpose": "", "facts": {"entries": 9, "findings": 2}},
            "System user root verified the log: 2 things are not as they were sealed, in a shell on the server.",
        ),
        (
            {"action": "session.refused", "outcome": "refused", "user_id": None, "role": "", "label": "",
             "purpose": ""},
            "Somebody not signed in could not sign in with a member's address.",
        ),
        (
            {"action": "request.completed", "label": "rtbf.Request", "case": "RTBF-2026-0001", "purpose": "",
             "facts": {"done": 12, "left": 1}},
            "Agent Linda carried out the customer's request RTBF-2026-0001 (12 records done, 1 left).",
        ),
        (
            {"action": "log.read", "purpose": "audit", "label": "", "facts": {"outcome": "refused", "place": "older"}},
            "Agent Linda read the access log (only by outcome).",
        ),
        (
            {"action": "tea.poured", "label": "kitchen.TeaPot", "purpose": "five_o_clock"},
            "Agent Linda left the entry “tea poured” about a teapot, five o clock.",
        ),
    ],
)  # fmt: skip
def test_sentences(other, expected):
    assert told(**other) == expected


def test_a_forgotten_address_is_said_to_be_forgotten():
    assert told(Whence(is_forgotten=True)).endswith("from an address that was forgotten.")


def test_the_pseudonym_is_the_same_for_the_same_customer():
    assert pseudonym(CUSTOMER) == "C-9F81D2"


def test_facts_have_names_and_values_for_people():
    entry = dataclasses.replace(
        PLAYED, facts={"code": "no_purpose", "whole_account": True, "items": 1200, "team": None}
    )
    assert facts_in_words(entry) == [
        ("Because", "no reason for listening was given"),
        ("Whole account", "yes"),
        ("Items", "1,200"),
        ("Team", "none"),
    ]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("curl/8.5.0", "curl"),
        ("<script>alert(1)</script>", "another program"),
        ("", ""),
    ],
)
def test_devices(agent, words):
    assert in_words(agent) == words


facts = st.dictionaries(
    st.text(string.ascii_lowercase, min_size=1, max_size=12),
    st.one_of(st.text(max_size=30), st.integers(), st.booleans(), st.none()),
)


@given(
    action=st.one_of(st.sampled_from(sorted(ACTIONS)), st.from_regex(r"[a-z]{1,9}\.[a-z]{1,9}", fullmatch=True)),
    outcome=st.sampled_from(Outcome.values),
    via=st.sampled_from(["portal", "api", "job", "shell", ""]),
    role=st.sampled_from(["agent", "operator", "job", ""]),
    user_id=st.sampled_from([LINDA, CALL, None]),
    facts=facts,
    label=st.sampled_from(["", "interactions.Recording", "rtbf.Request", "other.Thing"]),
    record_id=st.sampled_from(["", "17", str(RECORD), str(CALL)]),
)
def test_every_entry_is_a_sentence(**said):
    text = told(**said)
    assert text[0].isupper()
    assert text.endswith(".")
    assert "{record}" not in text
    assert not text.startswith(" ")
