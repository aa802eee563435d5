"""A transcript is tied to its sound, whichever comes first, and to none where several may be meant."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.actors import operator
from interactions.drafts import (
    AudioDraft,
    AudioKind,
    Direction,
    InteractionDraft,
    Place,
    SegmentDraft,
    TranscriptDraft,
    WordTime,
)  # fmt: skip
from interactions.ingest import ingest
from interactions.models import Mention, Recording, Transcription, Voicemail
from interactions.purposes import Reason
from interactions.showing import page_of
from privacy.erasure import erase
from tests.interactions.conftest import make_wav

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 6, 2, 17, 14, tzinfo=UTC)


def words(text: str = "hello", *, of: AudioKind = AudioKind.RECORDING, of_file: str = "", said=None) -> TranscriptDraft:
    place = Place("t.json", {"pointer": f"/{text}"}, "text")
    segments = said or (SegmentDraft("customer", 100, 900, text, place),)
    return TranscriptDraft(tuple(segments), place, of, of_file)


def take(account, *, audio=(), transcripts=(), uniqueid="1.1") -> None:
    draft = InteractionDraft(
        source="asterisk-cdr", ids=(f"asterisk:{uniqueid}",), place=Place("Master.csv", {"row": 1}), started_at=START,
        ended_at=START + timedelta(seconds=60), direction=Direction.INBOUND, audio=audio, transcripts=transcripts,
    )  # fmt: skip
    assert ingest([draft], account=account, actor=operator()).rejected == []


@pytest.fixture
def sound(tmp_path):
    def make(name: str, seconds: int = 1, kind: AudioKind = AudioKind.RECORDING) -> AudioDraft:
        return AudioDraft(make_wav(tmp_path, seconds, name), kind, Place(name, {"path": name}))

    return make


def test_both_at_once(account, sound):
    take(account, audio=(sound("a.wav"),), transcripts=(words(),))
    assert Transcription.objects.get().recording == Recording.objects.get()


def test_words_that_came_before_two_sounds_are_tied_to_neither(account, sound):
    take(account, transcripts=(words(),))
    take(account, audio=(sound("a.wav"), sound("b.wav", 2)))
    assert Recording.objects.count() == 2
    assert Transcription.objects.get().recording is None


def test_the_sound_first(account, sound):
    take(account, audio=(sound("a.wav"),))
    take(account, transcripts=(words(),))
    assert Transcription.objects.get().recording == Recording.objects.get()


def test_the_words_first(account, sound):
    take(account, transcripts=(words(),))
    assert Transcription.objects.get().recording is None
    take(account, audio=(sound("a.wav"),))
    assert Transcription.objects.get().recording == Recording.objects.get()


def test_the_file_that_is_named(account, sound):
    take(account, audio=(sound("a.wav"), sound("b.wav", 2)), transcripts=(words("of b", of_file="b.wav"),))
    assert Transcription.objects.get().recording.duration_ms == 2_000


def test_a_message_and_a_recording_of_one_call(account, sound):
    audio = (sound("a.wav", 2), sound("vm.wav", 1, AudioKind.VOICEMAIL))
    take(account, audio=audio, transcripts=(words("said"), words("left", of=AudioKind.VOICEMAIL)))
    assert {(row.recording, row.voicemail) for row in Transcription.objects.all()} == {
        (Recording.objects.get(), None),
        (None, Voicemail.objects.get()),
    }


def test_of_two_sounds_none_is_guessed(account, sound):
    take(account, audio=(sound("a.wav"), sound("b.wav", 2)), transcripts=(words(),))
    row = Transcription.objects.get()
    assert (row.recording, row.voicemail) == (None, None)


def test_a_sound_that_is_there_already_is_the_one_tied(account, sound):
    take(account, audio=(sound("a.wav"),))
    take(account, audio=(sound("a.wav"),), transcripts=(words(),))
    assert Transcription.objects.get().recording == Recording.objects.get()


def test_each_player_follows_its_own_words(account, sound, supervisor):
    long, short = sound("long.wav", 2), sound("short.wav", 1)
    take(account, audio=(long, short), transcripts=(words("short", of_file="short.wav"),))
    page = page_of(actor=supervisor.actor, interaction=Recording.objects.first().interaction, reason=Reason("quality"))
    follows = {each["length"]: each["transcript"] for each in page["players"]}
    assert follows == {"0:02": "", "0:01": "transcript-1"}


def test_an_erased_sound_leaves_its_words(account, sound, supervisor):
    take(account, audio=(sound("a.wav"),), transcripts=(words(),))
    erase([Recording.objects.get()], actor=supervisor.actor, ground="test")
    assert Transcription.objects.get().recording is None


def test_a_mention_knows_when_it_is_heard(account):
    place = Place("t.json", {"pointer": "/x"}, "text")
    said = "two oh two five five five oh one four seven"
    heard, at = [], 0
    for number, word in enumerate(said.split()):
        heard.append(WordTime(at, at + len(word), 5_000 + 200 * number, 5_150 + 200 * number))
        at += len(word) + 1
    split = [SegmentDraft("customer", 20_000, 900, "two one two", place),
             SegmentDraft("agent", 21_000, 300, "okay", place),
             SegmentDraft("customer", 22_000, 1_500, "five five five oh one two three", place)]  # fmt: skip
    take(
        account, transcripts=(words(said=[SegmentDraft("customer", 4_000, 4_000, said, place, tuple(heard)), *split]),)
    )
    times = set(Mention.objects.values_list("start_ms", "end_ms"))
    assert {(5_000, 6_950), (20_000, 23_500)} <= times
