"""Alice in the sound of Bob's call: her passage is silent for good, whatever breaks on the way."""

import errno

import pytest
from django.db import OperationalError

from interactions import redaction as text_redaction
from interactions import silencing
from interactions.audio import Audio, DecodingFailed
from interactions.models import Interaction, Recording, SoundFile
from jobs import runner
from privacy import ledger, versions
from privacy.keyring import ring
from privacy.models import Condemnation, DoomedFile
from privacy.open import store
from rtbf.models import Outcome, State
from rtbf.requests.lifecycle import resume_request
from tests.interactions.test_audio import RATE, tone, written
from tests.interactions.test_silencing import samples
from tests.looking import BOB, CANARIES, opened_file, places_of
from tests.makers import give_sound, make_interaction
from tests.retention.test_holds import hold
from tests.rtbf.test_execution import Killed, forget, run_all, statistics
from trail.sequence import seal_pending
from trail.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)
SAID = [("agent", "hello"), ("customer", "my wife has 202 555 0147 you see"), ("agent", "thank you")]


@pytest.fixture
def bobs(house) -> SoundFile:
    """A call of Bob with a sound of twelve seconds; Alice's number is said from the fourth to the seventh."""
    call = make_interaction(house.account, house.bob, phone=BOB, transcript=SAID)
    sound = give_sound(call, Recording, written(tone(12.0)))
    call.transcriptions.update(recording=sound)
    return sound


def check_silenced(sound: Recording) -> None:
    sound.refresh_from_db()
    heard = samples(opened_file(sound), Audio(**sound.audio))
    assert len(heard) == 12 * RATE
    assert not heard[4 * RATE : 7 * RATE].any()
    assert numbers_of_silence(heard) == 3 * RATE


def numbers_of_silence(heard) -> int:
    """Count the samples in seconds that are wholly silent; a tone crosses zero, but not for a second."""
    return sum(RATE for second in range(12) if not heard[second * RATE : (second + 1) * RATE].any())


def check_all_is_well(request, sound: Recording) -> None:
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES) == []
    check_silenced(sound)
    assert not Condemnation.objects.filter(done_at=None).exists()
    seal_pending()
    assert verify().ok


def test_her_passage_is_silent_and_the_rest_is_bobs(house, supervisor, bobs):
    request = forget(supervisor, house.account)
    run_all()
    check_all_is_well(request, bobs)
    assert bobs.silenced == [[4_000, 7_000]]
    assert request.items.get(label="interactions.Transcription", record_id=bobs.transcriptions.get().pk).because == (
        "mentioned_in_another_call"
    )


def test_where_it_is_not_known_when_the_plan_says_so(house, supervisor, bobs):
    words = bobs.transcriptions.get()
    bobs.transcriptions.update(recording=None)
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    bobs.refresh_from_db()
    assert bobs.silenced == []
    assert request.items.filter(because="times_unknown", record_id=words.pk, outcome=Outcome.DONE).exists()


def test_a_hold_keeps_sound_and_text_together(house, supervisor, officer, bobs):
    hold(officer, house.account, Interaction.objects.get(recordings=bobs), matter="M", reason="R")
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    bobs.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    assert bobs.silenced == []
    assert "interactions.Transcription.segments" in places_of("202 555 0147")


STEPS = [
    (silencing, "silence"),
    (silencing, "inspect"),
    (versions, "_announce"),
    (versions, "_decide"),
    (versions, "finish"),
    (text_redaction, "_redacted"),
    (ledger, "remember"),
    (ledger, "write"),
    (ring, "shred"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("where", "step"), STEPS, ids=[name for _, name in STEPS])
def test_killed_anywhere_it_goes_on(house, supervisor, bobs, monkeypatch, where, step, after):
    before, others = statistics(), set(store().names()) - {sound.blob for sound in Recording.objects.all()}
    request = forget(supervisor, house.account)
    real, calls = getattr(where, step), []

    def dying(*args, **options):
        calls.append(step)
        if len(calls) in (1, 3):
            if after:
                real(*args, **options)
            raise Killed
        return real(*args, **options)

    monkeypatch.setattr(where, step, dying)
    for _ in range(6):
        try:
            run_all()
        except Killed:
            continue
    assert calls
    check_all_is_well(request, bobs)
    assert statistics() == before
    left = set(DoomedFile.objects.filter(gone_at=None).values_list("name", flat=True))
    living = {sound.blob for sound in Recording.objects.all()}
    assert set(store().names()) - others <= living | left


def test_a_sound_that_can_not_be_read_is_an_exception_and_stops_nothing(house, supervisor, bobs, monkeypatch):
    def broken(*args, **options):
        raise DecodingFailed("The decoder died.")

    with monkeypatch.context() as patched:
        patched.setattr(silencing, "inspect", broken)
        request = forget(supervisor, house.account)
        run_all()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    failed = request.items.get(outcome=Outcome.FAILED)
    assert (failed.label, failed.because) == ("interactions.Transcription", "could_not_be_changed")
    assert "alice canary sound" not in places_of("alice canary sound")


@pytest.mark.parametrize(
    "problem", [OSError(errno.ENOSPC, "No space left on device"), OperationalError("down")], ids=["store", "keyring"]
)
def test_a_full_store_or_a_lost_keyring_makes_it_wait(house, supervisor, bobs, monkeypatch, problem):
    def down(*args, **options):
        raise problem

    request = forget(supervisor, house.account)
    with monkeypatch.context() as patched:
        if isinstance(problem, OSError):
            patched.setattr("vault.store.Store.put", down)
        else:
            patched.setattr(versions, "create_keys", down)
        runner.run_due()
    request.refresh_from_db()
    assert request.state == State.EXECUTING
    assert len(opened_file(bobs)) == bobs.size_bytes
    run_all()
    check_all_is_well(request, bobs)


def test_a_ledger_that_can_not_be_written_makes_it_wait(house, supervisor, bobs, monkeypatch):
    def down(*args, **options):
        raise OperationalError("down")

    request = forget(supervisor, house.account)
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "write", down)
        runner.run_due()
        assert "customers.Identifier.value" in places_of("2025550147", "202-555-0147", "202 555 0147")
    run_all()
    request.refresh_from_db()
    check_all_is_well(request, bobs)


def test_a_store_that_stays_full_can_be_gone_on_with(house, supervisor, bobs, monkeypatch):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    request = forget(supervisor, house.account)
    with monkeypatch.context() as patched:
        patched.setattr("vault.store.Store.put", full)
        run_all()
    request.refresh_from_db()
    assert request.state == State.EXECUTING
    resume_request(actor=supervisor.actor, request=request)
    run_all()
    check_all_is_well(request, bobs)
