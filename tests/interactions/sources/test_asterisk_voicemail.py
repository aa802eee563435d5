"""A message is its text file with the sound beside it; a greeting is nobody's call."""

from datetime import UTC, datetime

import pytest

from interactions.drafts import AudioKind, Direction, Place, TextDraft
from interactions.sources.reader import read_all

from .exports import LOS_ANGELES, SILENCE, Answer

INBOX = "voicemail/default/2046/INBOX/"
MESSAGE = """;
; Message Information file
;
[message]
origmailbox=2046
context=default
macrocontext=
exten=2046
rdnis=unknown
priority=2
callerchan=PJSIP/trunk-us-00001007
callerid="Example, Alice" <0012025550147>
origdate=Mon Mar 16 05:20:24 PM UTC 2020
origtime=1584379224
category=
msg_id=1584379224-00001007
flag=
duration=12
"""


def place(field: str, start: int = 0) -> Place:
    return Place(INBOX + "msg0000.txt", {"section": "message"}, field, start)


def test_a_message_with_its_sound(read):
    answer = read({INBOX + "msg0000.txt": MESSAGE, INBOX + "msg0000.wav": SILENCE})
    assert len(answer.outcomes) == 1
    call = answer.call
    assert call.ids == (
        "voicemail:1584379224-00001007",
        "channel:PJSIP/trunk-us-00001007",
        f"file:{INBOX}msg0000.wav",
    )
    assert (call.started_at, call.duration_s) == (datetime(2020, 3, 16, 17, 20, 24, tzinfo=UTC), 12)
    assert (call.direction, call.agent_extension) == (Direction.INBOUND, "2046")
    assert call.customer_address == TextDraft("0012025550147", place("callerid", 18))
    assert call.customer_names == (TextDraft("Example, Alice", place("callerid", 1)),)
    (audio,) = call.audio
    assert (audio.kind, audio.mailbox, audio.expected_s) == (AudioKind.VOICEMAIL, "2046", 12.0)
    assert audio.place == Place(INBOX + "msg0000.wav", {"path": INBOX + "msg0000.wav"})


def test_one_of_several_sound_formats_is_taken(read):
    files = {INBOX + f"msg0000.{suffix}": SILENCE for suffix in ("WAV", "wav")}
    answer = read({INBOX + "msg0000.txt": MESSAGE, **files})
    assert [audio.place.file for audio in answer.call.audio] == [INBOX + "msg0000.wav"]
    assert [ignored.file for ignored in answer.ignored] == [INBOX + "msg0000.WAV"]


def test_a_message_without_sound_is_noted(read):
    answer = read({INBOX + "msg0000.txt": MESSAGE})
    assert answer.call.audio == ()
    assert "no sound" in answer.noted[0].remark


def test_sound_without_its_text_is_rejected(read):
    assert "text file" in read({INBOX + "msg0000.wav": SILENCE}).refusal.reason


def test_sound_that_is_a_link_out_of_the_folder_is_not_taken(read, tmp_path):
    (tmp_path / "import" / INBOX).mkdir(parents=True)
    (tmp_path / "secret.wav").write_bytes(SILENCE)
    (tmp_path / "import" / INBOX / "msg0000.wav").symlink_to(tmp_path / "secret.wav")
    read({f"import/{INBOX}msg0000.txt": MESSAGE})
    answer = Answer(read_all(tmp_path / "import", zone=LOS_ANGELES))
    assert answer.call.audio == ()
    assert "link" in answer.refusal.reason


def test_a_message_from_a_colleague_has_no_customer(read):
    call = read({INBOX + "msg0000.txt": MESSAGE.replace('"Example, Alice" <0012025550147>', '"Bob" <2028>')}).call
    assert (call.direction, call.customer_address, call.customer_names) == (Direction.INTERNAL, None, ())


def test_a_withheld_number(read):
    call = read({INBOX + "msg0000.txt": MESSAGE.replace('"Example, Alice" <0012025550147>', "Unknown Caller")}).call
    assert call.anonymous
    assert call.customer_names == ()


def test_an_older_message_has_an_id_made_of_what_it_says(read):
    call = read({INBOX + "msg0000.txt": MESSAGE.replace("msg_id=1584379224-00001007\n", "")}).call
    assert call.ids[0] == "voicemail:default/2046/1584379224/PJSIP/trunk-us-00001007"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("origtime=1584379224", "origtime=", "when it was left"),
        ("origtime=1584379224", "origtime=999999999999", "years"),
        ("duration=12", "duration=-12", "negative"),
        ("duration=12", "duration=Alice", "whole number"),
        ("flag=", "flag=\0", "NUL"),
        ("flag=", "flag=" + "Alice" * 20_000, "too long"),
    ],
)
def test_a_broken_message_is_rejected_without_repeating_it(read, old, new, reason):
    refusal = read({INBOX + "msg0000.txt": MESSAGE.replace(old, new)}).refusal
    assert reason in refusal.reason
    assert "Alice" not in refusal.reason


def test_windows_1252_is_noted(read):
    answer = read(
        {INBOX + "msg0000.txt": MESSAGE.replace("Alice", "José").encode("cp1252"), INBOX + "msg0000.wav": SILENCE}
    )
    assert answer.call.customer_names[0].text == "Example, José"
    assert "Windows-1252" in answer.noted[0].remark


@pytest.mark.parametrize("stem", ["unavail", "busy", "greet", "temp"])
def test_a_greeting_belongs_to_the_owner_of_the_mailbox_and_to_no_customer(read, stem):
    call = read({f"voicemail/default/2046/{stem}.wav": SILENCE}).call
    assert call.ids == (f"greeting:default/2046/{stem}",)
    assert (call.agent_extension, call.customer_address) == ("2046", None)
    assert [(audio.kind, audio.mailbox) for audio in call.audio] == [(AudioKind.GREETING, "2046")]
