"""The list and the page of a call: what stands on them, for whom, and at what cost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.lengths import length
from accounts.models import Account
from interactions import listing
from interactions.listing import Filters, Place, page_of
from interactions.models import Interaction, Recording
from interactions.presenting import masked_number
from privacy.erasure import erase
from retention.holds import Covered, place_hold
from retention.models import Ground
from tests.conftest import Person
from tests.interactions.conftest import NUMBER, SAID, STARTED, WROTE, Call, make_wav, take_in
from tests.looking import without_ids
from trail.models import Event

pytestmark = pytest.mark.django_db(databases="__all__")
ClientOf = Callable[[Person], Client]
Listening = Callable[..., Client]
SHOWN = "+1 202-555-0147"
CONTENT = (SAID, WROTE, "data-audio", "data-peaks", "positive")


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


def text(answer) -> str:
    return answer.content.decode()


# Who sees what


@pytest.mark.parametrize(
    ("role", "status"),
    [("agent", 200), ("supervisor", 200), ("auditor", 403), ("officer", 403), ("administrator", 403)],
)
@pytest.mark.parametrize("path", ["/interactions/", "/my-recordings/", "page"])
def test_pages_open_for_whom_the_table_says(
    role: str, status: int, path: str, call: Call, client_of: ClientOf, request
) -> None:
    answer = client_of(request.getfixturevalue(role)).get(call.page if path == "page" else path)
    assert answer.status_code == status
    assert Event.objects.filter(outcome="refused").exists() is (status == 403)


def test_a_refused_page_names_the_call_in_the_log(call: Call, client_of: ClientOf, auditor: Person) -> None:
    client_of(auditor).get(call.page)
    refusal = Event.objects.get(outcome="refused")
    assert (refusal.action, refusal.record_id) == ("interaction.opened", str(call.interaction.pk))


def test_an_agent_sees_own_calls_and_no_others(
    call: Call, others_call: Call, foreign_call: Call, client_of: ClientOf, agent: Person
) -> None:
    client = client_of(agent)
    page = text(client.get("/my-recordings/"))
    assert str(call.interaction.pk) in page
    for hidden in (others_call, foreign_call):
        assert str(hidden.interaction.pk) not in page
        assert client.get(hidden.page).status_code == 404
        assert Event.objects.filter(outcome="refused", record_id=str(hidden.interaction.pk)).exists()


def test_a_supervisor_sees_the_teams_calls_and_not_the_other_accounts(
    call: Call, others_call: Call, foreign_call: Call, client_of: ClientOf, supervisor: Person
) -> None:
    client = client_of(supervisor)
    page = text(client.get("/interactions/"))
    assert {str(each.interaction.pk) in page for each in (call, others_call)} == {True}
    assert str(foreign_call.interaction.pk) not in page
    assert client.get(foreign_call.page).status_code == 404


def test_the_menu_calls_it_what_it_is_for_the_role(client_of: ClientOf, agent: Person, supervisor: Person) -> None:
    for person, there, not_there in (
        (agent, "/my-recordings/", "/interactions/"),
        (supervisor, "/interactions/", "/my-recordings/"),
    ):
        page = text(client_of(person).get("/"))
        assert f'href="{there}"' in page
        assert f'href="{not_there}"' not in page


# The list


def test_the_list_masks_numbers_and_makes_one_entry(call: Call, client_of: ClientOf, supervisor: Person) -> None:
    page = text(client_of(supervisor).get("/interactions/"))
    assert "•••• 0147" in page
    assert "555-0147" not in page
    assert "Alice" not in page
    assert "America/Los_Angeles" in page
    assert "2 Jun 2026, 10:14" in page
    entry = Event.objects.get(action="interactions.listed")
    assert (entry.purpose, entry.told["facts"]) == ("overview", {"rows": 1})


def test_a_list_costs_the_same_however_long_it_is(
    account: Account, client_of: ClientOf, supervisor: Person, agent: Person
) -> None:
    take_in(account, uniqueid="1.0")
    client = client_of(supervisor)
    client.get("/interactions/")
    few = asked(client, "/interactions/")
    for number in range(12):
        take_in(account, uniqueid=f"7.{number}", extension=f"20{number}", started_at=STARTED + timedelta(hours=number))
    many = asked(client, "/interactions/")
    assert len(many["default"]) == len(few["default"])
    assert [sql for sql in many["keyring"] if "FROM keyring_key" in sql and "ANY" in sql] != []
    assert len(many["keyring"]) == len(few["keyring"])
    counts = [sql for sql in many["default"] if "COUNT(*)" in sql.upper() and "interactions_interaction" in sql]
    assert counts
    assert all("LIMIT" in sql for sql in counts)
    assert not any("OFFSET" in sql for sql in many["default"])


def asked(client: Client, path: str) -> dict[str, list[str]]:
    with (
        CaptureQueriesContext(connections["default"]) as default,
        CaptureQueriesContext(connections["keyring"]) as keyring,
    ):
        assert client.get(path).status_code == 200
    both = {"default": default, "keyring": keyring}
    return {name: [each["sql"] for each in found.captured_queries] for name, found in both.items()}


@pytest.fixture
def small_pages(monkeypatch) -> None:
    monkeypatch.setattr(listing, "ROWS", 3)


@pytest.mark.usefixtures("small_pages")
def test_paging_there_and_back_misses_and_repeats_nothing(account: Account) -> None:
    for number in range(8):  # two at each moment, so that the moment alone would not do
        take_in(account, uniqueid=f"5.{number}", started_at=STARTED + timedelta(hours=number // 2), said="", wrote="")
    rows = Interaction.objects.filter(account=account)
    there, place = [], None
    while True:
        page = page_of(rows, after=place)
        there.append([row.pk for row in page.rows])
        if page.older is None:
            break
        place = Place.read(str(page.older))
    assert [len(each) for each in there] == [3, 3, 2]
    assert [pk for each in there for pk in each] == list(
        rows.order_by("-started_at", "-id").values_list("pk", flat=True)
    )
    assert page.newer is not None
    back = page_of(rows, before=page.newer)
    assert [row.pk for row in back.rows] == there[1]
    first = page_of(rows, before=back.newer)
    assert [row.pk for row in first.rows] == there[0]
    assert first.newer is None


@pytest.mark.usefixtures("small_pages")
def test_the_list_links_to_the_older_page_with_its_filters(
    account: Account, client_of: ClientOf, supervisor: Person
) -> None:
    for number in range(4):
        take_in(account, uniqueid=f"6.{number}", started_at=STARTED + timedelta(hours=number), said="", wrote="")
    client = client_of(supervisor)
    page = text(client.get("/interactions/", {"direction": "inbound"}))
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert "direction=inbound" in older
    second = text(client.get(older.replace("&amp;", "&")))
    assert second.count('class="when"') == 1
    assert 'rel="prev"' in second


@pytest.mark.parametrize("text", ["", "1", "-", "x-y", "9" * 30 + "-" + "0" * 32, "5-zz", "٣-" + "0" * 32])
def test_a_place_that_is_none_is_the_beginning(text: str) -> None:
    assert Place.read(text) is None


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        ({}, 3), ({"since": "2026-06-03"}, 1), ({"until": "2026-06-02"}, 2), ({"direction": "outbound"}, 1),
        ({"kind": "transcript"}, 1), ({"kind": "voicemail"}, 0), ({"queue": "400"}, 2), ({"length": "short"}, 0),
        ({"length": "middle"}, 2), ({"length": "longest"}, 1), ({"since": "yesterday", "kind": "x", "agent": "y"}, 3),
        ({"since": "0001-01-01", "until": "9999-12-31"}, 3), ({"queue": "\0"}, 3),
    ],
)  # fmt: skip
def test_filters_narrow_by_one_thing_each(asked_for: dict[str, str], found: int, account: Account) -> None:
    take_in(account, uniqueid="8.1", duration_s=60)
    take_in(account, uniqueid="8.2", said="", wrote="", duration_s=1000, queue="500")
    # 23:30 in Los Angeles on the second is already the third in UTC; half an hour later it is the third there too.
    take_in(
        account, uniqueid="8.3", said="", wrote="", direction="outbound",
        started_at=datetime(2026, 6, 3, 7, 0, tzinfo=UTC),
    )  # fmt: skip
    rows = Filters.read(asked_for).narrow(Interaction.objects.all(), "America/Los_Angeles")
    assert rows.count() == found


def test_the_agent_filter_names_the_scope_only(
    call: Call, others_call: Call, foreign_call: Call, client_of: ClientOf, supervisor: Person
) -> None:
    client = client_of(supervisor)
    page = text(client.get("/interactions/", {"agent": str(call.interaction.agent_id)}))
    assert str(call.interaction.pk) in page
    assert str(others_call.interaction.pk) not in page
    assert str(foreign_call.interaction.agent_id) not in page


def test_about_is_counted_up_to_a_bound(account: Account, monkeypatch) -> None:
    monkeypatch.setattr(listing, "COUNTED", 2)
    for number in range(4):
        take_in(account, uniqueid=f"4.{number}", said="", wrote="")
    page = page_of(Interaction.objects.all())
    assert page.about == 3
    assert page.about_in_words == "more than 2 calls"


def test_a_held_call_is_marked(call: Call, client_of: ClientOf, supervisor: Person, officer: Person) -> None:
    client = client_of(supervisor)
    assert "on hold" not in text(client.get("/interactions/"))
    place_hold(
        actor=officer.actor,
        account=call.interaction.account,
        covers=[Covered("interactions.Interaction", call.interaction.pk)],
        matter="A matter",
        reason="A reason",
        ground=Ground.values[0],
    )
    assert "on hold" in text(client.get("/interactions/"))


def test_empty_lists_say_what_will_be_here(client_of: ClientOf, agent: Person, supervisor: Person) -> None:
    assert "Your calls will be here" in text(client_of(agent).get("/my-recordings/"))
    assert "calls of your teams will be here" in text(client_of(supervisor).get("/interactions/"))
    assert "No call passes these filters" in text(client_of(supervisor).get("/interactions/", {"queue": "9"}))
    assert not Event.objects.filter(action="interactions.listed").exists()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+1 202-555-0147", "•••• 0147"), ("anonymous", "withheld"), (None, "not known"), ("2046", "••••"),
        ("alice@example.com", "••••"), ("sip:alice", "••••"), ("+١٢٠٢٥٥٥٠١٤٧", "•••• ٠١٤٧"),
    ],
)  # fmt: skip
def test_masked_numbers_tell_four_digits_at_most(address: str | None, shown: str) -> None:
    assert masked_number(address) == shown


def test_lengths_read_like_a_clock() -> None:
    assert [length(seconds) for seconds in (0, 7, 247, 6730)] == ["0:00", "0:07", "4:07", "1:52:10"]


# One call


@pytest.mark.parametrize("person", ["agent", "supervisor"])
def test_without_a_reason_the_page_holds_no_content(person: str, call: Call, client_of: ClientOf, request) -> None:
    page = text(client_of(request.getfixturevalue(person)).get(call.page))
    assert "Why are you listening?" in page
    assert SHOWN in page
    assert "Alice Brown" in page
    assert [word for word in CONTENT if word in page] == []
    assert Event.objects.get(action="interaction.opened").purpose == "overview"
    assert not Event.objects.filter(action="transcript.read").exists()


def test_with_a_reason_the_page_shows_everything_and_the_log_tells(
    call: Call, listening: Listening, supervisor: Person
) -> None:
    page = text(listening(supervisor, call).get(call.page))
    assert [word for word in CONTENT if word not in page] == []
    assert call.url() in page
    assert call.url("peaks") in page
    assert 'data-speakers="Agent|Caller"' in page
    assert 'data-start="1.000" data-speaker="2"' in page
    assert "75 %" in page
    assert "Hold…" not in page
    assert "Download" in page
    assert Event.objects.filter(action="interaction.opened", purpose="quality").count() == 1
    assert Event.objects.filter(action="transcript.read", purpose="quality").count() == 1


def test_the_reason_is_never_in_an_address(call: Call, client_of: ClientOf, agent: Person) -> None:
    client = client_of(agent)
    answer = client.post(f"{call.page}purpose", {"purpose": "legal", "case": "LIT-2026-0147"})
    assert answer["Location"] == call.page
    page = text(client.get(call.page))
    assert "Legal, case LIT-2026-0147" in page
    assert "purpose=" not in page


def test_who_opened_it_is_for_supervisors(call: Call, listening: Listening, agent: Person, supervisor: Person) -> None:
    listener = listening(agent, call)
    listener.get(call.url(), headers={"Range": "bytes=0-9"})
    assert "Who opened it" not in text(listener.get(call.page))

    page = text(listening(supervisor, call).get(call.page))
    assert re.search(r"Linda, Agent</strong>\s+played the recording <em>Quality review</em>", page)


def test_a_page_costs_the_same_however_many_comments_it_has(
    call: Call, account: Account, listening: Listening, supervisor: Person
) -> None:
    client = listening(supervisor, call)
    client.post(f"{call.page}comments", {"text": "the first"})
    client.get(call.page)
    few = asked(client, call.page)
    for number in range(6):
        client.post(f"{call.page}comments", {"text": f"comment {number}"})
    many = asked(client, call.page)
    assert "comment 5" in text(client.get(call.page))
    assert (len(many["default"]), len(many["keyring"])) == (len(few["default"]), len(few["keyring"]))


def test_a_forgotten_call_shows_when_and_nothing_else(call: Call, listening: Listening, supervisor: Person) -> None:
    client = listening(supervisor, call)
    sealed = [call.interaction, call.sound, *call.interaction.transcriptions.all(), *call.interaction.comments.all()]
    erase([*sealed, *call.interaction.analysiss.all()], actor=supervisor.actor, ground="rtbf")

    page = text(client.get(call.page))
    assert "Forgotten on" in page
    assert [word for word in (*CONTENT, "0147", "Alice") if word in without_ids(page)] == []
    listed = text(client.get("/interactions/"))
    assert "forgotten on" in listed
    assert "0147" not in without_ids(listed)


XSS = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def test_nothing_that_was_said_written_or_named_runs(
    account: Account, tmp_path: Path, listening: Listening, supervisor: Person
) -> None:
    file = make_wav(tmp_path, 1)
    interaction = take_in(account, file, said=XSS, wrote=XSS, name=XSS, queue=XSS[:60])
    call = Call(interaction, Recording.objects.get(), b"")
    client = listening(supervisor, call)
    client.post(f"{call.page}comments", {"text": XSS})
    for page in (
        text(client.get(call.page)),
        text(client.get("/interactions/")),
        text(client.get("/interactions/", {"queue": XSS})),
    ):
        assert "alert(" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_pages_have_no_inline_scripts(call: Call, listening: Listening, supervisor: Person) -> None:
    client = listening(supervisor, call)
    for path in (call.page, "/interactions/", "/"):
        page = text(client.get(path))
        content = page[page.index('id="content"') :]
        assert not re.search(r"\son[a-z]+=", content)
        assert not re.search(r"<script(?![^>]*\bsrc=)", content)


# First pages


def test_a_supervisor_sees_calls_and_talk_time_by_day(call: Call, client_of: ClientOf, supervisor: Person) -> None:
    page = text(client_of(supervisor).get("/"))
    assert "1 call, 0:50 talk time, from 20 May 2026 to 2 Jun 2026" in page
    assert "•••• 0147" not in page


def test_an_agent_sees_the_last_calls(call: Call, others_call: Call, client_of: ClientOf, agent: Person) -> None:
    page = text(client_of(agent).get("/"))
    assert call.page in page
    assert others_call.page not in page
    assert NUMBER not in page


def test_the_first_page_says_what_will_be_here_before_there_is_anything(
    client_of: ClientOf, agent: Person, supervisor: Person
) -> None:
    assert "Your recordings will be here" in text(client_of(agent).get("/"))
    assert "Calls and talk time by day" not in text(client_of(supervisor).get("/"))
