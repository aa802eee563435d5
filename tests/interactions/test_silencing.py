"""Passages in the sound of another's call: silent for good, everything else as it was, whatever breaks meanwhile."""

import errno
import io
import json

import numpy
import pytest
import soundfile
from django.db import OperationalError

from interactions import silencing
from interactions.audio import Audio, AudioError, Peaks, decode, inspect
from interactions.audio.errors import error_for
from interactions.models import Recording, SoundFile, Transcription
from interactions.silencing import silence, silence_passages
from privacy import erasure, ledger, versions
from privacy.keyring import ring
from privacy.keyring.models import Key, Tombstone
from privacy.models import Condemnation, DoomedFile
from privacy.open import Forgotten, store
from privacy.sealing import unseal
from privacy.versions import Changed
from tests.interactions.test_audio import RATE, WAV49, tone, written
from tests.looking import opened_file
from tests.makers import give_sound, make_customer, make_interaction
from tests.retention.test_holds import hold
from trail.actor import Actor
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Actor.shell("root")
TIMES = [(500, 750), (1_200, 1_300)]
KEPT = [("WAV", "PCM_16"), ("WAV", "PCM_U8"), ("WAV", "PCM_24"), ("WAV", "PCM_32"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"),
        ("WAV", "ULAW"), ("WAV", "ALAW"), ("WAVEX", "PCM_16")]  # fmt: skip
DECODED = [("MP3", "MPEG_LAYER_III"), ("OGG", "VORBIS"), ("FLAC", "PCM_16"), ("WAV", "GSM610"), ("WAV", "IMA_ADPCM")]


@pytest.fixture
def call(account):
    return make_interaction(account, make_customer(account, phone="+12025550148"))


def sound_of(call, data: bytes) -> SoundFile:
    return give_sound(call, Recording, data)


def hush(row, times=TIMES):
    return silence(row, times, actor=ROOT, ground="test")


def samples(data: bytes, audio: Audio) -> numpy.ndarray:
    whole = b"".join(decode(io.BytesIO(data), audio))
    return soundfile.read(io.BytesIO(whole), dtype="int16", always_2d=True)[0]


def check(before: bytes, was: Audio, after: bytes, became: Audio, loudest: int = 0) -> None:
    """The stretches are silent, all else is as it was, and the length too."""
    old, new = samples(before, was), samples(after, became)
    assert old.shape == new.shape
    inside = numpy.zeros(len(new), bool)
    for start, end in TIMES:
        inside[start * was.sample_rate // 1000 : -(-end * was.sample_rate // 1000)] = True
    assert numpy.abs(old[inside]).max() > 5_000
    assert numpy.abs(new[inside]).max() <= loudest
    assert (new[~inside] == old[~inside]).all()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("container", "codec"), KEPT, ids=lambda each: each)
def test_plain_samples_stay_in_their_file(call, container, codec, channels):
    data = written(tone(channels=channels), container, codec)
    row = sound_of(call, data)
    was, name, key = Audio(**row.audio), row.blob, row.content_key_id
    assert hush(row) == {}
    row.refresh_from_db()
    after = opened_file(row)
    assert (row.blob, row.content_key_id) != (name, key)
    assert (len(after), Audio(**row.audio)) == (len(data), was)
    assert after[:40] == data[:40]
    check(data, was, after, was, loudest=8 if codec == "ALAW" else 0)


@pytest.mark.parametrize(("container", "codec"), DECODED, ids=lambda each: each)
def test_what_is_compressed_becomes_plain(call, container, codec):
    data = WAV49.read_bytes() if codec == "GSM610" else written(tone(), container, codec)
    row = sound_of(call, data)
    was = Audio(**row.audio)
    if codec == "GSM610":
        silence(row, [(0, 100)], actor=ROOT, ground="test")
    else:
        hush(row)
    row.refresh_from_db()
    after, became = opened_file(row), Audio(**row.audio)
    assert (became.container, became.codec, row.media_type) == ("wav", "pcm_16", "audio/wav")
    assert (became.frames, became.channels, became.sample_rate) == (was.frames, was.channels, was.sample_rate)
    assert row.size_bytes == len(after)
    assert row.plays_in_browser
    if codec != "GSM610":
        check(data, was, after, became)


def test_the_outline_is_drawn_anew(call):
    row = sound_of(call, written(tone()))
    hush(row)
    row.refresh_from_db()
    sealed = ring.load_keys([row.key_id])[row.key_id]
    outline = Peaks.from_json(json.dumps(unseal(row, sealed, "peaks")).encode())
    assert outline.highs(0) == inspect(io.BytesIO(opened_file(row))).peaks.highs(0)
    assert 0 in outline.highs(0)
    assert unseal(row, sealed, "place")["file"]


def test_the_old_version_is_gone_for_good(call):
    row = sound_of(call, written(tone()))
    before = (row.blob, row.key_id, row.content_key_id)
    hush(row)
    row.refresh_from_db()
    assert before[0] not in set(store().names())
    assert row.blob in set(store().names())
    assert not Key.objects.filter(pk__in=before[1:]).exists()
    replaced = dict(Tombstone.objects.values_list("key_id", "replaced_by"))
    assert (replaced[before[1]], replaced[before[2]]) == (row.key_id, row.content_key_id)
    assert Event.objects.filter(action="sound.opened_to_silence", record_id=str(row.pk)).exists()


def test_silenced_twice_it_is_silenced_once(call):
    row = sound_of(call, written(tone()))
    hush(row)
    row.refresh_from_db()
    blob = row.blob
    assert hush(row) == {}
    hush(row, [(510, 600)])
    row.refresh_from_db()
    assert row.blob == blob
    hush(row, [(0, 100)])
    row.refresh_from_db()
    assert row.blob != blob
    assert row.silenced == [[0, 100], [500, 750], [1_200, 1_300]]


@pytest.mark.parametrize("times", [[(1_900, 9_000)], [(5_000, 6_000)], [(0, 2_000)], [(300, 300)]])
def test_odd_stretches_change_no_length(call, times):
    data = written(tone())
    row = sound_of(call, data)
    hush(row, times)
    row.refresh_from_db()
    assert len(opened_file(row)) == len(data)


def test_a_hold_keeps_the_sound(call, account, officer):
    row = sound_of(call, written(tone()))
    data, names = opened_file(row), set(store().names())
    hold(officer, account, call)
    assert [refusal.ground for refusal in hush(row).values()] == ["legal_hold"]
    row.refresh_from_db()
    assert opened_file(row) == data
    assert set(store().names()) == names


def test_a_store_that_is_full_changes_nothing(call, monkeypatch):
    row = sound_of(call, written(tone()))
    data, names = opened_file(row), set(store().names())

    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("vault.store.Store.put", full)
        with pytest.raises(OSError, match="No space"):
            hush(row)
    row.refresh_from_db()
    assert opened_file(row) == data
    assert set(store().names()) == names
    assert hush(row) == {}


def test_a_decoder_that_fails_changes_nothing(call, monkeypatch):
    row = sound_of(call, written(tone(), "OGG", "VORBIS"))
    names = set(store().names())

    def broken(*args, **options):
        raise error_for("broken", [1.0])
        yield

    monkeypatch.setattr("interactions.audio.silence.decode", broken)
    with pytest.raises(AudioError):
        hush(row)
    row.refresh_from_db()
    assert not row.silenced
    assert set(store().names()) == names


def test_two_at_once_do_not_lose_the_sound(call, monkeypatch):
    row = sound_of(call, written(tone()))
    again = Recording.objects.get(pk=row.pk)
    hush(row)
    with pytest.raises((Changed, Forgotten)):
        hush(again, [(0, 100)])
    again.refresh_from_db()
    assert len(opened_file(again)) == row.size_bytes


class Killed(BaseException):
    """The process dies here."""


STEPS = [
    (versions, "create_keys"),
    (versions, "_announce"),
    (versions, "_decide"),
    (versions, "_turn"),
    (versions, "finish"),
    (ledger, "write"),
    (ring, "shred"),
    (erasure, "unlink_doomed"),
    (silencing, "replace_content"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("where", "step"), STEPS, ids=[name for _, name in STEPS])
def test_killed_anywhere_it_is_whole_and_can_be_done_again(call, monkeypatch, where, step, after):
    data, others = written(tone()), set(store().names())
    row = sound_of(call, data)
    real = getattr(where, step)

    def dying(*args, **options):
        if after:
            real(*args, **options)
        raise Killed

    with monkeypatch.context() as dead:
        dead.setattr(where, step, dying)
        with pytest.raises(Killed):
            hush(row)
    for left in Condemnation.objects.filter(done_at=None):
        erasure.resume(left.pk, actor=ROOT)
    row.refresh_from_db()
    assert len(opened_file(row)) == len(data)
    hush(row)
    row.refresh_from_db()
    check(data, Audio(**row.audio), opened_file(row), Audio(**row.audio))
    known = set(DoomedFile.objects.filter(gone_at=None).values_list("name", flat=True)) | {row.blob}
    assert set(store().names()) - others <= known
    DoomedFile.objects.filter(gone_at=None).update(at=row.created_at)
    erasure.unlink_doomed()
    assert set(store().names()) - others == {row.blob}


@pytest.mark.parametrize("broken", [ring, versions], ids=["shred", "create"])
def test_a_keyring_that_is_down_loses_nothing(call, monkeypatch, broken):
    data = written(tone())
    row = sound_of(call, data)

    def down(*args, **options):
        raise OperationalError("down")

    with monkeypatch.context() as patched:
        patched.setattr(broken, "shred" if broken is ring else "create_keys", down)
        with pytest.raises(OperationalError):
            hush(row)
    for left in Condemnation.objects.filter(done_at=None):
        erasure.resume(left.pk, actor=ROOT)
    row.refresh_from_db()
    hush(row)
    row.refresh_from_db()
    check(data, Audio(**row.audio), opened_file(row), Audio(**row.audio))


def spoken(account, **more):
    text = "my wife has 202 555 0147 you see"
    call = make_interaction(account, make_customer(account), transcript=[("agent", "hello"), ("customer", text)])
    return call, Transcription.objects.get(interaction=call), [1, text.index("202"), text.index(" you")]


def test_a_passage_is_silent_where_its_words_are_heard(account):
    call, words, span = spoken(account)
    row = sound_of(call, written(tone(8.0)))
    Transcription.objects.filter(pk=words.pk).update(recording=row)
    words.refresh_from_db()
    hushed = silence_passages(words, [span], actor=ROOT, ground="test")
    row.refresh_from_db()
    assert (hushed.refused, hushed.unplaced) == ({}, False)
    assert row.silenced == [[4_000, 7_000]]
    heard = samples(opened_file(row), Audio(**row.audio))
    assert not heard[4 * RATE : 7 * RATE].any()
    assert heard[: 4 * RATE].any()


def test_where_nobody_knows_when_it_says_so(account):
    call, words, span = spoken(account)
    assert not silence_passages(words, [span], actor=ROOT, ground="test").unplaced
    row = sound_of(call, written(tone(8.0)))
    assert silence_passages(words, [span], actor=ROOT, ground="test").unplaced
    row.refresh_from_db()
    assert not row.silenced
