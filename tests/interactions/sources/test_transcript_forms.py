"""Subtitles, plain segments, conversation analysis and data source values: whose they are, and where a word stands."""

import json

import pytest

from interactions.drafts import AudioKind, SegmentDraft

from .exports import SILENCE
from .test_asterisk_voicemail import INBOX, MESSAGE

SID = "0002f70f7386445b"
VTT = "WEBVTT\n\nNOTE by hand\n\n1\n00:01.500 --> 00:04.000 align:start\n<v Agent>hello Alice</v>\n\n"
VTT += "00:00:05.000 --> 00:06.000\nCustomer: two zero two\nnote: five five five\n"
GUID = "0164705c-c206-dce9-d61a-9899855326a0"
ANALYSIS = {
    "categories": [{"category": "Politeness", "categories": [{"name": "Greeting", "matches": "1"}]}],
    "guid": GUID,
    "language": "en-us",
    "status": "processed",
    "callTimeBreakDown": {"agent": 5, "customer": 1, "silence": 4, "crossTalk": 0},
    "transcript": "Case.\nHi, call 202 555 0147.",
}
EVENT = {"type": "DataSourceValueAcquired", "offset": 100, "name": "Contact|Number", "properties": {"value": "K-1"}}


def said(call) -> list[SegmentDraft]:
    return list(call.transcripts[0].segments)


def test_subtitles_have_speakers_times_and_lines(read):
    call = read({f"{SID}.vtt": VTT}).call
    assert call.ids == (f"harper-valley:{SID}",)
    assert [(each.speaker, each.start_ms, each.duration_ms, each.text) for each in said(call)] == [
        ("agent", 1500, 2500, "hello Alice"),
        ("customer", 5000, 1000, "two zero two"),
        ("", 5000, 1000, "note: five five five"),
    ]
    assert [(each.place.record["line"], each.place.start) for each in said(call)] == [(7, 9), (10, 10), (11, 0)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_subrip_is_read_with_any_line_end(read, end):
    text = "1\n00:00:01,000 --> 00:00:02,000\nhello\n\n2\n00:00:03,000 --> 00:00:04,000\nbye\n"
    call = read({f"{SID}.srt": text.replace("\n", end)}).call
    assert [(each.start_ms, each.text) for each in said(call)] == [(1000, "hello"), (3000, "bye")]


def test_subtitles_beside_a_voicemail_are_of_that_message(read):
    answer = read({f"{INBOX}/msg0000.txt": MESSAGE, f"{INBOX}/msg0000.wav": SILENCE, f"{INBOX}/msg0000.vtt": VTT})
    message, transcript = answer.calls
    assert message.ids[0] == transcript.ids[0]
    assert transcript.transcripts[0].of is AudioKind.VOICEMAIL


@pytest.mark.parametrize("name", ["meeting.vtt", "meeting.srt"])
def test_subtitles_of_no_call_are_rejected(read, name):
    assert "which call" in read({name: VTT}).refusal.reason


@pytest.mark.parametrize(
    "text", ["WEBVTT\n", "WEBVTT\n\n99:99:99.999 --> 0\nx\n", "WEBVTT\n\n9999:00:00.000 --> 9999:01:00.000\nx"]
)
def test_subtitles_without_a_real_time_are_rejected(read, text):
    assert "at a time" in read({f"{SID}.vtt": text}).refusal.reason


def test_a_cue_bomb_stays_within_bounds(read):
    bomb = "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "a\n" * 200_000
    assert len(said(read({f"{SID}.vtt": bomb}).call)) == 100_000


def test_plain_segments_are_in_seconds_or_milliseconds(read):
    segments = [
        {"start": 2.5, "end": 3, "text": "bye", "speaker": "Customer"},
        {"start_ms": 500, "end_ms": 900, "text": "hi"},
        {"start": "x", "end": 1, "text": "lost"},
        {"start": 1e300, "end": 1, "text": "lost"},
    ]
    answer = read({"t.json": json.dumps({"call_id": "1584310249.4083", "segments": segments})})
    assert answer.call.ids == ("asterisk:1584310249.4083",)
    assert [(each.start_ms, each.speaker, each.text) for each in said(answer.call)] == [
        (500, "", "hi"),
        (2500, "customer", "bye"),
    ]
    assert said(answer.call)[0].place.record == {"pointer": "/segments/1/text"}
    assert [refusal.reason.split(" was")[0] for refusal in answer.rejected] == ["Segment 3", "Segment 4"]


def test_plain_segments_name_their_sound(read):
    text = json.dumps({"audio": f"x/{SID}.wav", "segments": [{"start": 0, "end": 1, "text": "hi"}]})
    assert f"harper-valley:{SID}" in read({"t.json": text}).call.ids


def test_an_analysis_keeps_its_parts_and_its_words(read):
    call = read({"ca.json": json.dumps(ANALYSIS)}).call
    assert call.ids == (f"vcc:{GUID}",)
    assert call.analyses[0].data["callTimeBreakDown"]["agent"] == 5
    assert [(each.text, each.place.start) for each in said(call)] == [("Case.", 0), ("Hi, call 202 555 0147.", 6)]


def test_analyses_in_a_list_have_their_pointers(read):
    answer = read({"ca.json": json.dumps({"items": [ANALYSIS, {**ANALYSIS, "guid": ""}]})})
    assert answer.call.place.record == {"pointer": "/items/0"}
    assert answer.refusal


def test_data_source_values_are_kept_in_order_and_mapped(read):
    events = [EVENT, {**EVENT, "properties": {"value": "K-2"}}, {"type": "Other", "name": "x"}]
    text = json.dumps({"guid": GUID, "start": "2026-06-02T17:14:00Z", "events": events})
    call = read({"v.json": text}).call
    assert [each.text for _, each in call.values] == ["K-1", "K-2"]
    assert call.values[1][1].place.record == {"pointer": "/events/1/properties/value"}
    assert not call.customer_ids
    mapped = read({"v.json": text}, meanings={"contactnumber": "customer-id"}).call
    assert [each.text for each in mapped.customer_ids] == ["K-1", "K-2"]
    common = read({"v.json": text}, meanings={"contactnumber": "Reference"}).call
    assert [name for name, _ in common.values] == ["Reference", "Reference"]
    assert read({"v.json": text}, meanings={"contactnumber": "campaign"}).call.campaign == "K-1"
