"""What the auditor's pages show, to whom, and what stands in their addresses."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import roles
from interactions.models import Interaction
from tests.audit.conftest import CHROME, DESK, RECORDING, act, recording_of, some_id
from tests.conftest import make_person
from tests.looking import ALICE, without_ids
from trail.actor import Actor
from trail.append import append
from trail.details import remove_detail, workstation_index
from trail.models import Detail, Event

pytestmark = pytest.mark.django_db

PATHS = ("/log/", "/verification/", "/verification/state/", f"/log/entries/{uuid4()}/")


def text(answer) -> str:
    """Return what a person reads: without tags and runs of blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#x27;", "'")


def test_a_line_is_a_sentence(client_of, auditor, agent, account):
    recording = recording_of(account)
    act(agent, record=(RECORDING, str(recording.pk)), purpose="quality")
    assert (
        "Agent Linda played the recording of 2 Jun 2026, 10:14 PDT, quality review, from 10.2.0.17, Chrome on Windows."
    ) in text(client_of(auditor).get("/log/"))


def test_the_customer_is_a_pseudonym_and_there_is_no_way_to_content(client_of, auditor, agent, account):
    recording = recording_of(account)
    event = act(agent, record=(RECORDING, str(recording.pk)), facts={"call": str(recording.interaction_id)})
    client = client_of(auditor)
    for path in ("/log/", f"/log/entries/{event.pk}/"):
        page = client.get(path).content.decode()
        customer = Interaction.objects.get().customer_id.hex[-6:].upper()
        assert f"customer C-{customer}" in page
        assert "Alice" not in page
        assert ALICE[-4:] not in without_ids(page)
        assert "/interactions/" not in page


def test_what_somebody_typed_is_never_shown(client_of, auditor, supervisor):
    event = act(supervisor, "customer.searched", detail={"identifiers": "+1 202 555 0147\nalice@example.org"})
    client = client_of(auditor)
    for path in ("/log/", f"/log/entries/{event.pk}/"):
        page = client.get(path).content.decode()
        assert DESK in page
        assert "555 0147" not in page
        assert "alice@" not in page


@pytest.mark.parametrize("who", ["agent", "supervisor", "officer", "administrator"])
def test_others_get_403_and_an_entry(who, request, client_of):
    client = client_of(request.getfixturevalue(who))
    assert [client.get(path).status_code for path in PATHS] == [403] * len(PATHS)
    assert client.post("/log/filter/").status_code == 403
    assert client.post("/verification/start/").status_code == 403
    refused = Event.objects.filter(outcome="refused")
    assert refused.filter(action="log.read").count() == len(PATHS) + 1
    assert refused.filter(action="log.verified").count() == 1


def test_a_stranger_is_sent_to_the_sign_in(client):
    assert [client.get(path).status_code for path in PATHS] == [302] * len(PATHS)


def test_another_accounts_entry_is_not_there(client_of, auditor, stranger):
    theirs, client = act(stranger), client_of(auditor)
    answers = [client.get(f"/log/entries/{pk}/") for pk in (theirs.pk, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert text(answers[0]) == text(answers[1])
    refused = Event.objects.get(outcome="refused", record_id=str(theirs.pk))
    assert (refused.action, refused.account_id) == ("log.read", auditor.membership.account_id)


def test_another_account_sees_none_of_it(client_of, agent, other_account):
    act(agent, record=(RECORDING, some_id()))
    page = text(client_of(make_person("Alain", other_account, roles.AUDITOR)).get("/log/"))
    assert "Linda" not in page


def test_reading_is_on_record_once_a_page_with_its_filters_as_codes(client_of, auditor, agent):
    act(agent)
    client = client_of(auditor)
    query = {"outcome": "refused", "person": str(agent.user.pk), "workstation": "ab" * 33, "days": "30"}
    client.get("/log/", query)
    entry = Event.objects.get(action="log.read")
    assert (entry.user_id, entry.purpose) == (auditor.user.pk, "audit")
    assert entry.told["facts"] == {"outcome": "refused", "person": str(agent.user.pk), "workstation": True}
    client.get(f"/log/entries/{entry.pk}/")
    assert Event.objects.filter(action="log.read", record_id=str(entry.pk), record_label="trail.Event").count() == 1


def test_the_form_leads_to_an_address_that_names_nobody(client_of, auditor, agent):
    act(agent)
    act(agent, "member.changed", address="10.9.9.9")
    sent = {"person": str(agent.user.pk), "address": f" {DESK} ", "what": "listening", "since": "", "junk": "Linda"}
    answer = client_of(auditor).post("/log/filter/", sent)
    index = workstation_index(agent.membership.account_id, DESK).hex()
    assert answer["Location"] == f"/log/?person={agent.user.pk}&what=listening&workstation={index}"
    page = client_of(auditor).get(answer["Location"])
    assert f"Workstation {DESK}" in text(page)
    assert "Who Linda" in text(page)
    assert "10.9.9.9" not in text(page)


def test_nothing_personal_in_addresses_or_titles(client_of, auditor, agent, account):
    recording = recording_of(account)
    event = act(agent, record=(RECORDING, str(recording.pk)))
    client = client_of(auditor)
    for path in ("/log/", f"/log/?person={agent.user.pk}", f"/log/entries/{event.pk}/", "/verification/"):
        page = client.get(path).content.decode()
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1]
        hrefs = " ".join(re.findall(r'(?:href|action)="([^"]*)"', page))
        for personal in ("Linda", "linda", DESK, "Alice", "0147", "example.com"):
            assert personal not in without_ids(title + hrefs)


@pytest.mark.parametrize(
    "query",
    [
        "person=%27%20OR%201=1%20--",
        "person=" + "9" * 5_000,
        "role=root",
        "what=<script>alert(1)</script>",
        "outcome=done&outcome=%01",
        "since=yesterday",
        "since=2026-06-03&until=2026-06-02",
        "record=../../etc/passwd",
        "workstation=10.2.0.17",
        "before=ffff",
        "before=1-00000000000000000000000000000000&after=1-00000000000000000000000000000000",
        "after=%F0%9F%98%80",
        "days=100000",
        "purpose=%0d%0aSet-Cookie:%20a",
    ],
)
def test_hostile_addresses_get_400_and_a_sentence(client_of, auditor, agent, query):
    act(agent)
    answer = client_of(auditor).get(f"/log/?{query}")
    assert answer.status_code == 400
    assert "Nothing of the log was read." in text(answer)
    assert "<script>alert" not in answer.content.decode()
    assert "Linda played" not in text(answer)
    assert not Event.objects.filter(action="log.read").exists()


@pytest.mark.parametrize("address", ["desk-14", "' OR 1=1", "1" * 10_000, "\1", "10.2.0.999"])
def test_a_hostile_form_gets_400_and_keeps_what_was_typed(client_of, auditor, address):
    answer = client_of(auditor).post("/log/filter/", {"address": address, "outcome": "refused"})
    assert answer.status_code == 400
    assert "found by its internet address" in text(answer)
    assert '<option value="refused" selected>' in answer.content.decode()


def test_the_work_is_the_same_for_few_and_for_many(client_of, auditor, agent, account):
    recording = recording_of(account)
    client = client_of(auditor)

    def asked() -> tuple[int, int]:
        with (
            CaptureQueriesContext(connections["default"]) as data,
            CaptureQueriesContext(connections["keyring"]) as ring,
        ):
            assert client.get("/log/").status_code == 200
        reading = [
            each
            for each in ring.captured_queries
            if "SELECT k.id" in each["sql"]
            or ("keyring_key" in each["sql"] and each["sql"].lstrip().startswith("SELECT"))
        ]
        return len(data), len(reading)

    for _ in range(10):
        act(agent, record=(RECORDING, str(recording.pk)))
    few = asked()
    for _ in range(190):
        act(agent, record=(RECORDING, str(recording.pk)))
    assert asked() == few
    assert few[1] == 1
    assert few[0] < 45


def test_next_and_previous_are_links_without_numbers(client_of, auditor, agent):
    for _ in range(60):
        act(agent)
    client = client_of(auditor)
    first = client.get("/log/?what=listening").content.decode()
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = client.get(f"/log/{older}").content.decode()
    assert first.count('class="audit-line done"') == 50
    assert second.count('class="audit-line done"') == 10
    newer = re.search(r'rel="prev" href="([^"]+)"', second)[1].replace("&amp;", "&")
    again = client.get(f"/log/{newer}").content.decode()
    lines = re.compile(r'href="/log/entries/([^/]+)/"')
    assert lines.findall(again) == lines.findall(first)


def test_a_forgotten_address_is_said_to_be_forgotten(client_of, auditor, agent, transactional_db):
    event = act(agent, record=(RECORDING, some_id()))
    assert remove_detail(event.pk, actor=auditor.actor, ground="right_to_erasure")
    client = client_of(auditor)
    assert "played a recording, from an address that was forgotten." in text(client.get("/log/"))
    assert "From forgotten" in text(client.get(f"/log/entries/{event.pk}/"))


def test_a_detail_that_was_exchanged_is_told_and_the_page_still_reads(client_of, auditor, agent):
    first, second = act(agent), act(agent, address="10.9.9.9")
    sealed = Detail.objects.get(pk=first.pk).sealed
    with connections["default"].cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE trail_detail SET sealed = %s WHERE id = %s", [sealed, second.pk])
        cursor.execute("RESET session_replication_role")
    page = text(client_of(auditor).get("/log/"))
    assert "can't be opened" in page
    assert page.count("Agent Linda played") == 2
    assert DESK not in page


def test_an_entry_shows_everything_it_says(client_of, auditor, agent):
    event = act(agent, record=(RECORDING, some_id()), purpose="legal", case="LIT-1", facts={"seconds": 12})
    page = text(client_of(auditor).get(f"/log/entries/{event.pk}/"))
    for part in ("legal matter, case LIT-1", "Seconds 12", CHROME, DESK, event.record_id, bytes(event.leaf_hash).hex()):
        assert part in page
    assert "has no place in the tree yet" in page


def test_an_entry_shows_its_request_and_its_record(client_of, auditor, agent):
    record = (RECORDING, some_id())
    event = act(agent, record=record, as_={"request_id": "r-1"})
    act(agent, "member.changed", as_={"request_id": "r-1"})
    act(agent, "comment.added", record=record, as_={"request_id": "r-2"})
    act(agent, "session.started", as_={"request_id": "r-3"})
    page = client_of(auditor).get(f"/log/entries/{event.pk}/").content.decode()
    same_request, same_record = page.partition('id="same-record"')[::2]
    assert "changed a member" not in same_request.partition('id="same-request"')[0]
    assert "changed" in same_request.partition('id="same-request"')[2]
    assert "comment" in same_record or "wrote" in same_record
    assert "signed in" not in page.partition('id="same-request"')[2]


def test_an_empty_log_says_what_will_be_here(client_of, auditor):
    page = text(client_of(auditor).get("/log/?since=2100-01-01"))
    assert "No entry fits" in page


def test_home_tells_the_auditor_what_matters(client_of, auditor, agent, stranger):
    act(agent, outcome="refused")
    act(stranger, outcome="refused")
    append("record.erased", actor=Actor.job(on_behalf_of=None, account_id=agent.membership.account_id))
    page = client_of(auditor).get("/")
    assert "1 in the last 7 days." in text(page)
    assert "Linda 1 entry" in text(page)
    assert "not verified yet" in text(page)
    assert f"since={(timezone.now() - timedelta(days=7)).date()}" in page.content.decode()


def test_verifying_is_a_post_and_leads_back(client_of, auditor):
    client = client_of(auditor)
    assert client.get("/verification/start/").status_code == 405
    assert client.post("/verification/start/")["Location"] == "/verification/"
    assert client.get("/verification/state/").json()["running"] is True
    assert "A verification waits for a worker." in text(client.get("/verification/"))
