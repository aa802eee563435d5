"""Contact Lens: speakers by their participant, times, summary as text of its own, bad utterances left out alone."""

import json

LENS = {
    "Version": "1.1.0",
    "AccountId": "123456789012",
    "Channel": "VOICE",
    "ContentMetadata": {"Output": "Raw"},
    "JobStatus": "COMPLETED",
    "LanguageCode": "en-US",
    "Participants": [
        {"ParticipantId": "p-1", "ParticipantRole": "CUSTOMER"},
        {"ParticipantId": "p-2", "ParticipantRole": "AGENT"},
        {"ParticipantId": "p-3", "ParticipantRole": "SYSTEM"},
    ],
    "Categories": {"MatchedCategories": ["Cancellation"], "MatchedDetails": {}},
    "ConversationCharacteristics": {
        "ContactSummary": {"PostContactSummary": {"Content": "Alice asks to be called on 202 555 0147."}},
        "TotalConversationDurationMillis": 32110,
        "Sentiment": {"OverallSentiment": {"AGENT": 0, "CUSTOMER": 3.1}},
    },
    "CustomerMetadata": {"ContactId": "9d7e4e86-5c5a-4d1c-8b3e-000000000001", "InstanceId": "i-1"},
    "Transcript": [
        {"ParticipantId": "p-2", "Id": "1", "BeginOffsetMillis": 0, "EndOffsetMillis": 900, "Content": "Hello, Linda",
         "Sentiment": "NEUTRAL", "LoudnessScore": [79.3]},
        {"ParticipantId": "p-1", "Id": "2", "BeginOffsetMillis": 1000, "EndOffsetMillis": 4000,
         "Content": "My number is five five five", "Sentiment": "POSITIVE"},
        {"ParticipantId": "p-3", "Id": "3", "BeginOffsetMillis": 4100, "EndOffsetMillis": 4000, "Content": "Beep"},
    ],
}  # fmt: skip


def lens(**changes) -> dict[str, str]:
    return {"lens/a.json": json.dumps({**LENS, **changes})}


def test_a_contact_with_its_transcript(read):
    call = read(lens()).call
    assert call.source == "contact-lens"
    assert call.ids == ("connect:9d7e4e86-5c5a-4d1c-8b3e-000000000001",)
    assert [(each.speaker, each.start_ms, each.duration_ms) for each in call.transcripts[0].segments] == [
        ("agent", 0, 900),
        ("customer", 1000, 3000),
        ("", 4100, 0),
    ]
    assert call.transcripts[0].segments[1].place.record == {"pointer": "/Transcript/1/Content"}


def test_the_summary_is_text_in_which_people_are_found(read):
    call = read(lens()).call
    ((name, text),) = call.values
    assert (name, text.text) == ("contact-lens.summary", "Alice asks to be called on 202 555 0147.")
    assert text.place.record["pointer"] == "/ConversationCharacteristics/ContactSummary/PostContactSummary/Content"
    (analysis,) = call.analyses
    assert "0147" not in json.dumps(analysis.data)
    assert analysis.data["Categories"]["MatchedCategories"] == ["Cancellation"]
    assert analysis.data["Transcript"][0] == {"Sentiment": "NEUTRAL", "LoudnessScore": [79.3]}


def test_the_real_time_form_names_the_role_itself(read):
    said = [{"ParticipantId": "CUSTOMER", "BeginOffsetMillis": 1, "EndOffsetMillis": 2, "Content": "Hi"}]
    call = read(lens(Participants=[], Transcript=said)).call
    assert call.transcripts[0].segments[0].speaker == "customer"


def test_bad_utterances_cost_themselves(read):
    good = LENS["Transcript"][0]
    bad = ["x", {**good, "BeginOffsetMillis": "0"}, {**good, "Content": None}, {**good, "EndOffsetMillis": 10**30}]
    answer = read(lens(Transcript=[*bad, good]))
    assert len(answer.call.transcripts[0].segments) == 1
    assert answer.call.transcripts[0].segments[0].place.record == {"pointer": "/Transcript/4/Content"}
    assert len(answer.rejected) == 4


def test_what_is_no_voice_contact_or_names_none_is_refused(read):
    answer = read({**lens(Channel="CHAT"), "lens/b.json": json.dumps({**LENS, "CustomerMetadata": {}})})
    assert sorted(each.reason[:20] for each in answer.rejected) == ["It is no voice conta", "The id of the call i"]
    assert not answer.calls
