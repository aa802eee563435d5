"""A transcript of the Harper Valley form is a call with words and analyses that lead back to their places."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from interactions.drafts import Direction, Place, TextDraft

SEGMENT = {
    "index": 1,
    "speaker_role": "agent",
    "offset_ms": 3720,
    "duration_ms": 2670,
    "dialog_acts": ["greeting"],
    "emotion": {"neutral": 0.3, "negative": 0.1, "positive": 0.6},
    "human_transcript": "hello",
}
METADATA: dict[str, Any] = {
    "start_time_ms": 1591056783191,
    "end_time_ms": 1591056834394,
    "agent": {"name": "Bob", "task_responses": [{"phone": "2025550147"}], "survey": {"rating": "10"}},
    "caller": {"name": "Alice Example", "arrival_time_ms": 1591056775485, "survey": {}},
    "labels": {"agent_mos": 3.0},
    "tasks": [{"home address": "1 Orchard Lane"}],
}
CALL = {
    "sid": "0002f70f7386445b",
    "metadata": METADATA,
    "segments": [
        SEGMENT,
        {**SEGMENT, "speaker_role": "caller", "offset_ms": 100, "human_transcript": "hi this is alice"},
    ],
}
FILE = "calls/one.json"


def text_at(data, pointer: str):
    for part in pointer.split("/")[1:]:
        data = data[int(part)] if isinstance(data, list) else data[part]
    return data


def test_times_names_and_ids(read):
    call = read({FILE: json.dumps(CALL)}).call
    assert call.ids == ("harper-valley:0002f70f7386445b",)
    assert call.started_at == datetime(2020, 6, 2, 0, 12, 55, 485000, tzinfo=UTC)
    assert call.answered_at == datetime(2020, 6, 2, 0, 13, 3, 191000, tzinfo=UTC)
    assert (call.duration_s, call.talk_s, call.direction, call.agent_name) == (58, 51, Direction.INBOUND, "Bob")
    assert call.customer_names == (
        TextDraft("Alice Example", Place(FILE, {"pointer": "/metadata/caller/name"}, "name")),
    )


def test_utterances_come_in_order_of_time_with_their_places(read):
    (transcript,) = read({FILE: json.dumps(CALL)}).call.transcripts
    assert [(said.speaker, said.start_ms, said.text) for said in transcript.segments] == [
        ("customer", 100, "hi this is alice"),
        ("agent", 3720, "hello"),
    ]
    assert transcript.segments[0].place == Place(FILE, {"pointer": "/segments/1/human_transcript"}, "human_transcript")


def test_every_analysis_leads_back_to_the_source(read):
    call = read({FILE: json.dumps(CALL)}).call
    kinds = {analysis.kind: analysis for analysis in call.analyses}
    assert set(kinds) == {"emotion", "dialog_acts", "labels", "tasks", "survey"}

    def check(value, pointer):
        if isinstance(value, dict | list):
            for key, child in value.items() if isinstance(value, dict) else enumerate(value):
                check(child, f"{pointer}/{key}")
        else:
            assert text_at(CALL, pointer) == value

    for analysis in kinds.values():
        check(analysis.data, analysis.place.record["pointer"])
    assert kinds["tasks"].data == {
        "tasks": [{"home address": "1 Orchard Lane"}],
        "agent": {"task_responses": [{"phone": "2025550147"}]},
    }


@pytest.mark.parametrize(
    "broken",
    [
        {**SEGMENT, "offset_ms": -1},
        {**SEGMENT, "duration_ms": "Alice"},
        {**SEGMENT, "offset_ms": 10**12},
        {**SEGMENT, "offset_ms": True},
        {**SEGMENT, "human_transcript": None},
        ["Alice"],
        None,
    ],
)
def test_a_broken_segment_is_left_out_alone_and_the_others_keep_their_places(read, broken):
    answer = read({FILE: json.dumps({**CALL, "segments": [broken, SEGMENT]})})
    (transcript,) = answer.call.transcripts
    assert [said.place.record["pointer"] for said in transcript.segments] == ["/segments/1/human_transcript"]
    assert answer.refusal.reason.startswith("Segment 1 was left out: ")
    assert "Alice" not in answer.refusal.reason
    (emotion,) = (analysis for analysis in answer.call.analyses if analysis.kind == "emotion")
    assert emotion.data["segments"][1] == {"emotion": SEGMENT["emotion"]}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sid": ""}, "id of the call"),
        ({"sid": "Alice\n"}, None),
        ({"sid": "Al\nice"}, "id of the call"),
        ({"segments": {"Alice": 1}}, "no list of segments"),
        ({"metadata": {"start_time_ms": "Alice"}}, "no number"),
        ({"metadata": {**METADATA, "end_time_ms": 1}}, "ends before"),
        ({"metadata": {**METADATA, "start_time_ms": 10**18}}, "years"),
    ],
)
def test_a_call_that_cannot_be_is_rejected_without_repeating_it(read, change, reason):
    answer = read({FILE: json.dumps({**CALL, **change})})
    if reason is None:
        assert answer.call.ids == ("harper-valley:Alice",)
        return
    assert reason in answer.refusal.reason
    assert "Alice" not in answer.refusal.reason
    assert not answer.calls


def test_json_within_no_limits_is_rejected(read):
    deep = json.dumps(CALL)[:-1] + ', "more": ' + "[" * 50_000 + "]" * 50_000 + "}"
    assert "nested" in read({FILE: deep}).refusal.reason


def test_a_huge_document_is_rejected_unread(read, tmp_path):
    (tmp_path / "calls").mkdir()
    with (tmp_path / FILE).open("w") as stream:
        stream.write(json.dumps(CALL))
        stream.truncate((64 << 20) + 1)
    assert "64 MiB" in read({}).refusal.reason
