"""The door to listen: who may, why, what stands in the log, and what comes."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.actors import shell_actor
from accounts.models import Account, Membership
from interactions import openings
from interactions.audio import Audio, decode
from interactions.models import Opening, Recording, Voicemail
from interactions.openings import opened
from interactions.playback import Found, find_sound, open_sound
from interactions.purposes import NotAReason, Reason, reason_of
from interactions.ranges import FIRST_PART_BYTES, PART_BYTES
from privacy.erasure import condemn, erase
from privacy.keyring.models import Key
from privacy.keyring.ring import shred
from tests.conftest import ADDRESS, Person
from tests.interactions.conftest import Call, make_wav, take_in
from trail.models import Detail, Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(databases="__all__")
Listening = Callable[..., Client]
ClientOf = Callable[[Person], Client]


def body(answer) -> bytes:
    return answer.getvalue()


def entries(action: str = "recording.played", **more: str) -> list[Event]:
    return list(Event.objects.filter(action=action, **more))


# Who may


ENDINGS = ("audio", "peaks", "download")
TABLE = {
    "agent": {"audio": 206, "peaks": 200, "download": 403},
    "supervisor": {"audio": 206, "peaks": 200, "download": 200},
    "auditor": {"audio": 403, "peaks": 403, "download": 403},
    "officer": {"audio": 403, "peaks": 403, "download": 403},
    "administrator": {"audio": 403, "peaks": 403, "download": 403},
}


@pytest.mark.parametrize("role", TABLE)
@pytest.mark.parametrize("ending", ENDINGS)
def test_each_role_gets_of_its_own_account_what_the_table_says(
    role: str, ending: str, call: Call, client_of: ClientOf, request
) -> None:
    client = client_of(request.getfixturevalue(role))
    client.post(f"{call.page}purpose", {"purpose": "quality"})

    answer = client.get(call.url(ending), headers={"Range": "bytes=0-99"})

    assert answer.status_code == TABLE[role][ending]
    refused = Event.objects.filter(outcome="refused", record_id=str(call.sound.pk))
    assert refused.exists() is (TABLE[role][ending] == 403)


@pytest.mark.parametrize("ending", ["audio", "peaks"])
@pytest.mark.parametrize("person", ["agent", "supervisor"])
def test_nobody_gets_what_is_outside_their_scope(
    person: str, ending: str, others_call: Call, foreign_call: Call, client_of: ClientOf, request
) -> None:
    client = client_of(request.getfixturevalue(person))
    hidden = [foreign_call, others_call] if person == "agent" else [foreign_call]
    unknown = client.get(others_call.url(ending, sound="00000000-0000-4000-8000-000000000000"))

    for call in hidden:
        answer = client.get(call.url(ending))
        assert (answer.status_code, body(answer)) == (404, body(unknown))
        (refusal,) = entries(outcome="refused", record_id=str(call.sound.pk))
        assert refusal.told["facts"]["code"] == "not_visible"
        assert refusal.told["how"]["role"] == person


def test_what_does_not_exist_leaves_no_entry(call: Call, listening: Listening, agent: Person) -> None:
    client = listening(agent, call)
    assert client.get(call.url(sound="00000000-0000-4000-8000-000000000000")).status_code == 404
    assert entries() == []


def test_a_stranger_to_the_portal_is_sent_to_the_sign_in_page(call: Call, client: Client) -> None:
    answer = client.get(call.url())
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_a_sound_is_found_under_its_own_call_only(
    call: Call, account: Account, tmp_path: Path, listening: Listening, agent: Person
) -> None:
    other = take_in(account, make_wav(tmp_path, 1, "d.wav"), uniqueid="9.9")
    client = listening(agent, call)
    wrong = reverse("portal:recording-audio", args=[other.pk, call.sound.pk])
    assert client.get(wrong).status_code == 404


# Why


def test_without_a_reason_nothing_comes_and_the_answer_says_why(call: Call, client_of: ClientOf, agent: Person) -> None:
    answer = client_of(agent).get(call.url(), headers={"Range": "bytes=0-"})
    assert answer.status_code == 403
    assert "why you are listening" in body(answer).decode()
    (refusal,) = entries(outcome="refused")
    assert refusal.told["facts"]["code"] == "no_purpose"


def test_the_reason_holds_for_one_call_and_one_visit(
    call: Call, others_call: Call, listening: Listening, supervisor: Person, client_of: ClientOf
) -> None:
    client = listening(supervisor, call)
    assert client.get(call.url(), headers={"Range": "bytes=0-9"}).status_code == 206
    assert client.get(others_call.url()).status_code == 403

    client.logout()
    client.force_login(supervisor.user, backend="accounts.backends.EmailBackend")
    assert client.get(call.url()).status_code == 403


def test_signing_in_again_without_signing_out_asks_again(call: Call, listening: Listening, supervisor: Person) -> None:
    client = listening(supervisor, call)
    client.force_login(supervisor.user, backend="accounts.backends.EmailBackend")
    assert client.get(call.url()).status_code == 403


def test_the_reason_and_case_stand_in_the_entry(call: Call, listening: Listening, supervisor: Person) -> None:
    listening(supervisor, call, purpose="legal", case="LIT-2026-0147").get(call.url(), headers={"Range": "bytes=0-9"})
    (entry,) = entries()
    assert (entry.purpose, entry.case) == ("legal", "LIT-2026-0147")


@pytest.mark.parametrize("case", ["", "Brown v. Bank", "+12025550147", "2025550147", "a" * 41, "x\ny", "<b>"])
def test_a_case_reference_is_a_short_code_and_no_person(case: str) -> None:
    with pytest.raises(NotAReason):
        reason_of("legal", case, region="US")


def test_only_known_purposes_are_taken(call: Call, client_of: ClientOf, agent: Person) -> None:
    answer = client_of(agent).post(f"{call.page}purpose", {"purpose": "curiosity"})
    assert answer.status_code == 422
    assert "Choose why you are listening" in body(answer).decode()


def test_only_legal_keeps_a_case() -> None:
    assert reason_of("quality", "LIT-1", region="US") == Reason("quality")


# What stands in the log


def test_the_entry_says_who_what_why_how_and_keeps_address_and_device_sealed(
    call: Call, listening: Listening, agent: Person
) -> None:
    client = listening(agent, call)
    answer = client.get(call.url(), headers={"Range": "bytes=0-9", "User-Agent": "Ear/1.0"})

    (entry,) = entries()
    told = entry.told
    assert (entry.user_id, entry.account_id, entry.purpose) == (agent.user.pk, call.interaction.account_id, "quality")
    assert told["record"] == {"id": str(call.sound.pk), "label": "interactions.Recording"}
    assert (told["how"]["role"], told["how"]["via"]) == ("agent", "portal")
    assert told["how"]["request"] == answer["X-Request-ID"]
    assert told["facts"] == {"call": str(call.interaction.pk)}
    assert ADDRESS not in entry.text
    assert "Ear/1.0" not in entry.text
    assert Detail.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_a_part_asks_each_question_once(role: str, call: Call, listening: Listening, request) -> None:
    client = listening(request.getfixturevalue(role), call)
    assert client.get(call.url(), headers={"Range": "bytes=0-99"}).status_code == 206
    with CaptureQueriesContext(connections["default"]) as data, CaptureQueriesContext(connections["keyring"]) as keys:
        assert client.get(call.url(), headers={"Range": "bytes=100-199"}).status_code == 206
    tables = [name for each in data for name in re.findall(r'FROM "(\w+)"', each["sql"])[:1]]
    of_scope = {"agent": [], "supervisor": ["accounts_supervisor"]}[role]
    assert tables == [
        "django_session",
        "accounts_user",
        "accounts_membership",
        *of_scope,
        "interactions_recording",
        "customers_restriction",
        "interactions_opening",
    ], data.captured_queries
    assert len(keys) == 1


def test_many_parts_are_one_opening(call: Call, listening: Listening, agent: Person) -> None:
    client = listening(agent, call)
    for start in range(0, 60_000, 5_000):
        assert client.get(call.url(), headers={"Range": f"bytes={start}-{start + 4_999}"}).status_code == 206
    assert len(entries()) == 1


def test_another_reason_another_visit_or_another_hour_is_another_opening(
    call: Call, listening: Listening, agent: Person
) -> None:
    part = {"Range": "bytes=0-9"}
    client = listening(agent, call)
    client.get(call.url(), headers=part)
    client.post(f"{call.page}purpose", {"purpose": "complaint"})
    client.get(call.url(), headers=part)
    assert len(entries()) == 2

    listening(agent, call).get(call.url(), headers=part)
    assert len(entries()) == 3

    Opening.objects.update(at=timezone.now() - timedelta(hours=1, seconds=1))
    client.get(call.url(), headers=part)
    assert len(entries()) == 4


def test_openings_that_are_over_are_swept(call: Call, listening: Listening, agent: Person) -> None:
    listening(agent, call).get(call.url(), headers={"Range": "bytes=0-9"})
    over = set(Opening.objects.values_list("pk", flat=True))
    Opening.objects.update(at=timezone.now() - openings.GOOD_FOR)
    listening(agent, call).get(call.url(), headers={"Range": "bytes=0-9"})
    assert not Opening.objects.filter(pk__in=over).exists()
    assert Opening.objects.exists()


def test_outside_a_visit_each_opening_is_an_entry(call: Call, account: Account, agent: Person) -> None:
    actor = shell_actor(agent.user.email, account)
    for _ in range(2):
        opened(actor=actor, action="recording.played", row=call.sound, reason=Reason("quality"))
    assert len(entries()) == 2


def test_the_entry_is_there_before_the_file_is_opened(
    call: Call, listening: Listening, agent: Person, monkeypatch
) -> None:
    seen: list[int] = []

    def look(*args: object, **kwargs: object) -> None:
        seen.append(len(entries(outcome="done")))
        raise FileNotFoundError

    monkeypatch.setattr("interactions.playback.open_content", look)
    listening(agent, call).get(call.url(), headers={"Range": "bytes=0-9"})
    assert seen == [1]


def test_the_outline_is_part_of_the_pages_opening(call: Call, listening: Listening, agent: Person) -> None:
    client = listening(agent, call)
    client.get(call.page)
    answer = client.get(call.url("peaks"))
    assert set(answer.json()) == {"points_per_second", "channels"}
    assert len(answer.json()["channels"]) == 2
    assert len(entries("interaction.opened", purpose="quality")) == 1
    assert entries() == []


# What comes


@given(data=st.data())
@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_part_is_that_part_of_the_plaintext(call: Call, listening: Listening, agent: Person, data) -> None:
    client = listening(agent, call)
    size = len(call.plain)
    start = data.draw(st.integers(0, size + 10))
    stop = data.draw(st.one_of(st.none(), st.integers(start, size + 10)))
    answer = client.get(call.url(), headers={"Range": f"bytes={start}-{'' if stop is None else stop}"})
    if start >= size:
        assert answer.status_code == 416
        assert answer["Content-Range"] == f"bytes */{size}"
        return
    assert answer.status_code == 206
    sent = body(answer)
    assert sent == call.plain[start : start + len(sent)]
    assert answer["Content-Range"] == f"bytes {start}-{start + len(sent) - 1}/{size}"
    assert int(answer["Content-Length"]) == len(sent)


def test_a_long_recording_comes_in_capped_parts_the_first_one_small(
    account: Account, agent: Person, tmp_path: Path, listening: Listening
) -> None:
    file = make_wav(tmp_path, 80)
    interaction = take_in(account, file)
    call = Call(interaction, Recording.objects.get(), file.read_bytes())
    client = listening(agent, call)
    parts, at = [], 0
    while at < len(call.plain):
        answer = client.get(call.url(), headers={"Range": f"bytes={at}-"})
        parts.append(body(answer))
        at += len(parts[-1])
    assert b"".join(parts) == call.plain
    assert [len(part) for part in parts[:2]] == [FIRST_PART_BYTES, PART_BYTES]


def test_who_asks_for_no_part_gets_the_whole(call: Call, listening: Listening, agent: Person) -> None:
    client = listening(agent, call)
    for headers in ({}, {"Range": "bytes=0-1,4-5"}, {"Range": "nonsense"}, {"Range": "bytes=0-9", "If-Range": '"x"'}):
        answer = client.get(call.url(), headers=headers)
        assert (answer.status_code, body(answer)) == (200, call.plain)
        assert int(answer["Content-Length"]) == len(call.plain)
    assert len(entries()) == 1


def test_head_tells_the_shape_without_opening(call: Call, listening: Listening, agent: Person) -> None:
    answer = listening(agent, call).head(call.url())
    assert (answer.status_code, body(answer)) == (200, b"")
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(len(call.plain)), "bytes")
    assert entries() == []


def test_nothing_may_be_kept_changed_or_named_on_the_way(call: Call, listening: Listening, agent: Person) -> None:
    answer = listening(agent, call).get(call.url(), headers={"Range": "bytes=0-9", "Accept-Encoding": "gzip"})
    assert {"no-store", "no-transform"} <= {each.strip() for each in answer["Cache-Control"].split(",")}
    assert answer["Content-Disposition"] == "inline"
    assert answer["Content-Type"] == "audio/wav"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not {"ETag", "Last-Modified", "Content-Encoding"} & set(answer.headers)


def test_post_is_no_way_to_listen(call: Call, listening: Listening, agent: Person) -> None:
    assert listening(agent, call).post(call.url()).status_code == 405


def test_a_format_no_browser_plays_comes_decoded(gsm_call: Call, listening: Listening, agent: Person) -> None:
    audio = Audio(**gsm_call.sound.audio)
    whole = b"".join(decode([gsm_call.plain], audio))
    client = listening(agent, gsm_call)

    head = client.head(gsm_call.url())
    assert (head["Content-Type"], int(head["Content-Length"])) == ("audio/wav", len(whole))
    for start, stop in ((0, 99), (40, 50), (500_000, 500_999), (len(whole) - 7, len(whole) - 1)):
        answer = client.get(gsm_call.url(), headers={"Range": f"bytes={start}-{stop}"})
        assert (answer.status_code, body(answer)) == (206, whole[start : stop + 1])
    assert body(client.get(gsm_call.url())) == whole
    assert len(entries()) == 1


def test_a_voicemail_is_heard_like_a_recording(
    account: Account, agent: Person, tmp_path: Path, listening: Listening
) -> None:
    file = make_wav(tmp_path, 1)
    interaction = take_in(account, file, voicemail=True)
    call = Call(interaction, Voicemail.objects.get(), file.read_bytes())
    answer = listening(agent, call).get(call.url(), headers={"Range": "bytes=4-9"})
    assert body(answer) == call.plain[4:10]
    assert len(entries("voicemail.played")) == 1


# Downloads


@pytest.fixture
def downloading(monkeypatch) -> None:
    """Let agents download."""
    from accounts import roles

    table = {**roles.TABLE, "agent": roles.TABLE["agent"] | {"interactions.download_recording"}}
    monkeypatch.setattr(roles, "TABLE", table)


@pytest.mark.usefixtures("downloading")
def test_who_may_download_gets_the_file_as_it_was_taken_in(gsm_call: Call, listening: Listening, agent: Person) -> None:
    answer = listening(agent, gsm_call).get(gsm_call.url("download"))
    assert (answer.status_code, body(answer)) == (200, gsm_call.plain)
    assert answer["Content-Disposition"] == 'attachment; filename="recording.wav"'
    assert len(entries("recording.downloaded")) == 1


@pytest.mark.usefixtures("downloading")
def test_downloading_has_the_same_scope(others_call: Call, client_of: ClientOf, agent: Person) -> None:
    assert client_of(agent).get(others_call.url("download")).status_code == 404


# What can go wrong


def test_a_member_deactivated_while_listening_gets_no_further_part(
    call: Call, listening: Listening, agent: Person
) -> None:
    client = listening(agent, call)
    assert client.get(call.url(), headers={"Range": "bytes=0-9"}).status_code == 206
    Membership.objects.filter(pk=agent.membership.pk).update(active=False)
    answer = client.get(call.url(), headers={"Range": "bytes=10-19"})
    assert answer.status_code in {302, 403}
    assert call.plain[10:20] not in body(answer)


def test_a_call_moved_to_somebody_else_while_listening_is_out_of_reach(
    call: Call, others_call: Call, listening: Listening, agent: Person
) -> None:
    client = listening(agent, call)
    assert client.get(call.url(), headers={"Range": "bytes=0-9"}).status_code == 206
    call.interaction.agent = others_call.interaction.agent
    call.interaction.save()
    assert client.get(call.url(), headers={"Range": "bytes=10-19"}).status_code == 404


@pytest.fixture
def unguarded(monkeypatch) -> None:
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("what", ["call", "sound"])
def test_what_was_forgotten_is_gone_in_words_mid_stream_too(
    what: str, call: Call, listening: Listening, supervisor: Person
) -> None:
    client = listening(supervisor, call)
    assert client.get(call.url(), headers={"Range": "bytes=0-9"}).status_code == 206
    if what == "call":
        erase([call.interaction, call.sound], actor=supervisor.actor, ground="rtbf")
    else:
        condemn([call.sound], actor=supervisor.actor, ground="rtbf")
    for ending in ("audio", "peaks"):
        answer = client.get(call.url(ending), headers={"Range": "bytes=10-19"})
        assert answer.status_code == 410
        assert "forgotten" in body(answer).decode()


@pytest.mark.usefixtures("unguarded")
def test_a_key_that_was_shredded_a_moment_ago_is_gone_too(call: Call, listening: Listening, agent: Person) -> None:
    assert call.sound.content_key_id is not None
    shred([call.sound.content_key_id])
    answer = listening(agent, call).get(call.url(), headers={"Range": "bytes=0-9"})
    assert answer.status_code == 410


def sealed_file(call: Call) -> Path:
    storage: Any = settings.STORAGES["content"]
    folder = Path(storage["OPTIONS"]["location"])
    (found,) = [file for file in folder.rglob("*") if file.is_file() and file.name.endswith(call.sound.blob[-8:])]
    return found


@pytest.mark.parametrize("headers", [{"Range": "bytes=0-9"}, {}])
def test_a_missing_file_says_so_and_the_log_too(
    call: Call, listening: Listening, agent: Person, headers: dict[str, str]
) -> None:
    sealed_file(call).unlink()
    answer = listening(agent, call).get(call.url(), headers=headers)
    assert answer.status_code == 500
    assert "not in the store" in body(answer).decode()
    (failure,) = entries(outcome="failed")
    assert failure.told["facts"]["code"] == "missing"


@pytest.mark.parametrize("headers", [{"Range": "bytes=0-9"}, {}])
@pytest.mark.parametrize("at", [100, -5])
def test_of_a_changed_file_not_a_byte_comes(
    call: Call, listening: Listening, agent: Person, at: int, headers: dict[str, str]
) -> None:
    file = sealed_file(call)
    sealed = bytearray(file.read_bytes())
    sealed[at] ^= 1
    file.chmod(0o600)
    file.write_bytes(sealed)
    answer = listening(agent, call).get(call.url(), headers=headers)
    assert answer.status_code == 500
    assert call.plain[:10] not in body(answer)
    (failure,) = entries(outcome="failed")
    assert failure.told["facts"]["code"] == "tampered"


def test_while_the_keyring_is_down_nothing_is_heard_and_nothing_leaks(
    call: Call, listening: Listening, agent: Person, monkeypatch
) -> None:
    client = listening(agent, call)

    def down(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection to 10.0.0.1 refused for user lethe")

    monkeypatch.setattr("trail.details.create_keys", down)
    monkeypatch.setattr("privacy.open.load_keys", down)
    for ending in ("audio", "peaks"):
        answer = client.get(call.url(ending), headers={"Range": "bytes=0-9"})
        assert answer.status_code == 503
        assert "keys can't be reached" in body(answer).decode()
        assert "10.0.0.1" not in body(answer).decode()
    assert client.get(call.page).status_code == 503
    assert client.get("/my-recordings/").status_code == 503
    assert entries() == []


def test_a_lost_key_stops_everything_without_calling_it_forgotten(
    call: Call, listening: Listening, agent: Person
) -> None:
    client = listening(agent, call)
    assert call.sound.content_key_id is not None
    Key.objects.filter(pk=call.sound.content_key_id).delete()
    assert client.get(call.url(), headers={"Range": "bytes=0-9"}).status_code == 503


def test_the_door_itself_asks_whoever_knocks(call: Call, agent: Person, auditor: Person) -> None:
    def find(person: Person) -> Found:
        return find_sound(
            actor=person.actor,
            action="recording.played",
            model=Recording,
            interaction_id=call.interaction.pk,
            sound_id=call.sound.pk,
            reason=Reason("quality"),
        )

    with pytest.raises(Refused):
        find(auditor)
    with open_sound(find(agent)) as sound:
        assert sound.read(0, 20) == call.plain[:20]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{"Range": "bytes=0-9"}, {}])
def test_no_connection_is_held_while_the_bytes_go_out(
    call: Call, listening: Listening, agent: Person, headers: dict[str, str]
) -> None:
    answer = listening(agent, call).get(call.url(), headers=headers)
    assert [each.alias for each in connections.all() if each.connection is not None] == []
    assert body(answer)
    assert [each.alias for each in connections.all() if each.connection is not None] == []
