"""Maps, transcripts made later, recordings and comments name the call they belong to."""

import json

import pytest

from interactions.drafts import AudioKind, CommentDraft, Direction, Links, Place, TextDraft

from .exports import SILENCE
from .test_asterisk_voicemail import INBOX, MESSAGE

SID = "0002f70f7386445b"
RECORDING = "monitor/in-400-2025550147-20200315-151049-1584310249.4083.wav"
CALL = {
    "customer_id": "C-1",
    "caller": "Alice Example",
    "agent": "Bob",
    "agent_extension": "2046",
    "cdr_uniqueid": "1584310249.4083",
    "freepbx_recording": "export/" + RECORDING,
    "twilio_call_sid": "CA01",
    "twilio_recording_sid": "RE01",
    "genesys_conversation_id": "g-1",
    "connect_contact_id": "c-1",
}
SEGMENTS = [{"speaker_role": "caller", "offset_ms": 0, "duration_ms": 900, "human_transcript": "hello"}]


def test_a_map_links_the_ids_of_one_call_before_any_call_is_read(read):
    answer = read({"z/map.json": json.dumps({"calls": {SID: CALL}}), RECORDING: SILENCE})
    links = answer.outcomes[0]
    assert isinstance(links, Links)
    assert links.ids == (
        f"harper-valley:{SID}",
        "asterisk:1584310249.4083",
        "twilio:CA01",
        "twilio-recording:RE01",
        "genesys:g-1",
        "connect:c-1",
        f"file:{RECORDING}",
    )
    assert answer.call.ids[1] == f"file:{RECORDING}"
    place = Place("z/map.json", {"pointer": f"/calls/{SID}/caller"}, "caller")
    assert links.customer_names == (TextDraft("Alice Example", place),)
    assert [text.text for text in links.customer_ids] == ["C-1"]
    assert (links.agent_name, links.agent_extension) == ("Bob", "2046")


@pytest.mark.parametrize("path", ["../secret.wav", "a/../../secret.wav", "/etc/passwd", "a\\..\\b", "a\nb", "x" * 2000])
def test_a_path_that_leads_out_is_left_out_and_the_rest_of_the_call_linked(read, path):
    answer = read({"map.json": json.dumps({"calls": {SID: {**CALL, "freepbx_recording": path}}})})
    assert not any(key.startswith("file:") for key in answer.links[0].ids)
    assert "path" in answer.refusal.reason
    assert "secret" not in answer.refusal.reason


def test_a_broken_call_of_a_map_is_left_out_alone(read):
    answer = read({"map.json": json.dumps({"calls": {"Alice\n": CALL, SID: CALL, "b": {"cdr_uniqueid": 5}, "c": []}})})
    assert [links.ids[0] for links in answer.links] == [f"harper-valley:{SID}"]
    assert [refusal.reason.split(" of")[0] for refusal in answer.rejected] == ["Call 1", "Call 3", "Call 4"]
    assert not any("Alice" in refusal.reason for refusal in answer.rejected)


def test_a_transcript_of_a_call(read):
    document = {
        "cdr_uniqueid": "1584381002.4105",
        "customer_id": "C-1",
        "direction": "outbound",
        "agent": {"name": "Bob", "extension": "2046"},
        "caller": {"name": "Alice Example", "number": "+12025550147"},
        "segments": SEGMENTS,
    }
    call = read({"t.json": json.dumps(document)}).call
    assert call.ids == ("asterisk:1584381002.4105",)
    assert call.customer_address == TextDraft("+12025550147", Place("t.json", {"pointer": "/caller/number"}, "number"))
    assert [text.text for text in (*call.customer_ids, *call.customer_names)] == ["C-1", "Alice Example"]
    assert (call.direction, call.agent_name, call.agent_extension) == (Direction.OUTBOUND, "Bob", "2046")
    assert (call.transcripts[0].of, call.transcripts[0].of_file) == (AudioKind.RECORDING, "")


def test_a_transcript_of_a_voicemail_has_the_ids_of_the_message(read):
    document = {"voicemail": "pbx/" + INBOX + "msg0000.wav", "segments": SEGMENTS}
    files = {"t.json": json.dumps(document), INBOX + "msg0000.txt": MESSAGE, INBOX + "msg0000.wav": SILENCE}
    transcript, message = read(files).calls
    assert transcript.ids == message.ids
    assert (transcript.transcripts[0].of, transcript.transcripts[0].of_file) == (
        AudioKind.VOICEMAIL,
        INBOX + "msg0000.wav",
    )


def test_a_transcript_of_a_voicemail_that_is_not_there_keeps_its_path(read):
    call = read({"t.json": json.dumps({"voicemail": "a/msg0000.wav", "segments": SEGMENTS})}).call
    assert call.ids == ("file:a/msg0000.wav",)


def test_a_voicemail_path_that_leads_out_is_refused(read):
    refusal = read({"t.json": json.dumps({"voicemail": "../../secret/msg0000.wav", "segments": SEGMENTS})}).refusal
    assert "leads out" in refusal.reason
    assert "secret" not in refusal.reason


@pytest.mark.parametrize("suffix", ["wav", "WAV"])
def test_a_recording_named_by_its_call(read, suffix):
    call = read({f"audio/{SID}.{suffix}": SILENCE}).call
    assert call.ids == (f"harper-valley:{SID}", f"file:audio/{SID}.{suffix}")
    assert call.audio[0].kind == AudioKind.RECORDING


COMMENTS = "comment_id,call_sid,agent_ext,wrapup,comment\n"


def test_comments(read):
    first, second = read(
        {"c.csv": COMMENTS + f'W-1,{SID},2046,balance,"two\nlines, Alice"\nW-2,1584310249.4083,,,short\n'}
    ).calls
    place = Place("c.csv", {"row": 1, "key": {"comment_id": "W-1"}}, "comment")
    assert first.ids == (f"harper-valley:{SID}",)
    assert first.comments == (CommentDraft("two\nlines, Alice", "2046", None, place),)
    assert [(name, text.text) for name, text in first.values] == [("comment.wrapup", "balance")]
    assert second.ids == ("asterisk:1584310249.4083",)
    assert second.place.record == {"row": 2, "key": {"comment_id": "W-2"}}


def test_comments_in_other_columns_and_with_semicolons(read):
    call = read({"c.csv": '\ufeff"comment";"call_sid";"team";"comment_id"\r\nhello, Bob;' + SID + ";A;W-1\r\n"}).call
    assert call.comments[0].text == "hello, Bob"


def test_a_comment_with_an_open_quote_costs_its_line_only(read):
    answer = read({"c.csv": COMMENTS + f'W-1,{SID},2046,x,"open\n' + f"W-2,{SID},2046,x,whole\n" * 300})
    assert len(answer.calls) == 300
    assert (answer.refusal.line, "quote" in answer.refusal.reason) == (2, True)


def test_two_open_quotes_do_not_swallow_what_stands_between(read):
    answer = read({"c.csv": COMMENTS + f'W-1,{SID},1,x,"a\nW-2,{SID},1,x,b\nW-3,{SID},1,x,"c\nW-4,{SID},1,x,d\n'})
    assert [call.comments[0].text for call in answer.calls] == ["b", "d"]
    assert [refusal.line for refusal in answer.rejected] == [2, 4]


@pytest.mark.parametrize("row", [f"W-1,{SID},2046,x", f"W-1,{SID},2046,x, ", "W-1,,2046,x,hello"])
def test_a_comment_that_is_none_is_rejected(read, row):
    answer = read({"c.csv": COMMENTS + row + f"\nW-2,{SID},2046,x,hello\n"})
    assert (answer.refusal.line, answer.call.place.record["row"]) == (2, 2)
