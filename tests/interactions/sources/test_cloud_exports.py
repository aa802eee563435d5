"""Exports of Twilio, Genesys Cloud and Amazon Connect: what they say of a call, and hostile ones."""

import json
from datetime import UTC, datetime

import pytest

from interactions.drafts import Direction, Place, TextDraft

CALL = {
    "sid": "CA01",
    "from": "+12025550147",
    "to": "+15305550100",
    "direction": "inbound",
    "start_time": "Tue, 02 Jun 2020 01:14:00 +0000",
    "end_time": "Mon, 01 Jun 2020 18:15:16 -0700",
    "duration": "76",
    "caller_name": "ALICE BROWN",
    "api_version": "2010-04-01",
}
SESSION = {
    "ani": "tel:+12025550147",
    "dnis": "tel:+15305550100",
    "segments": [
        {"segmentType": "system", "segmentStart": "2020-06-02T00:12:55Z", "segmentEnd": "2020-06-02T00:13:03Z"},
        {
            "segmentType": "interact",
            "segmentStart": "2020-06-02T00:13:03Z",
            "segmentEnd": "2020-06-02T00:13:54Z",
            "wrapUpNote": "Alice lost her card",
        },
    ],
}
CONVERSATION = {
    "conversationId": "g-1",
    "conversationStart": "2020-06-02T00:12:55.485Z",
    "conversationEnd": "2020-06-02T00:14:03Z",
    "originatingDirection": "inbound",
    "participants": [
        {
            "purpose": "customer",
            "participantName": "Alice Brown",
            "sessions": [SESSION],
            "attributes": {"customerId": "C-1", "2025550147": "x"},
        },
        {"purpose": "agent", "participantName": "Linda", "sessions": [SESSION]},
    ],
}
CONTACT = {
    "ContactId": "c-1",
    "InitiationMethod": "INBOUND",
    "InitiationTimestamp": "2020-03-15T22:54:00Z",
    "DisconnectTimestamp": "2020-03-15T22:55:09Z",
    "CustomerEndpoint": {"Address": "+33199001234"},
    "SystemEndpoint": {"Address": "+33199000000"},
    "Agent": {"AgentInteractionDuration": 62, "ConnectedToAgentTimestamp": "2020-03-15T22:54:06Z"},
    "Attributes": {"customerName": "Alice Brown", "customerNumber": "+33199001234"},
    "Queue": {"Name": "Bank CSR"},
}


def calls(*entries: object) -> dict[str, bytes | str]:
    return {"t/calls.json": json.dumps({"page_size": 50, "version": "2010-04-01", "calls": entries})}


def conversations(*entries: object) -> dict[str, bytes | str]:
    return {"g.json": json.dumps({"conversations": [*entries, {"conversationId": ""}]})}


def test_a_twilio_call_has_times_number_and_name_with_their_places(read):
    call = read(calls(CALL)).call
    assert (call.ids, call.place.record) == (("twilio:CA01",), {"pointer": "/calls/0"})
    assert call.started_at == datetime(2020, 6, 2, 1, 14, tzinfo=UTC)
    assert call.ended_at == datetime(2020, 6, 2, 1, 15, 16, tzinfo=UTC)
    assert (call.duration_s, call.direction, call.own_address) == (76, Direction.INBOUND, "+15305550100")
    at = Place("t/calls.json", {"pointer": "/calls/0/from"}, "from")
    assert call.customer_address == TextDraft("+12025550147", at)
    assert [name.text for name in call.customer_names] == ["ALICE BROWN"]


@pytest.mark.parametrize(
    ("changes", "customer"),
    [
        ({"direction": "outbound-api"}, "+15305550100"),
        ({"from": "client:linda", "to": "+442079460958"}, "+442079460958"),
        ({"parent_call_sid": "CA00"}, None),
    ],
)
def test_the_customer_of_a_twilio_call_is_the_other_side(read, changes, customer):
    call = read(calls({**CALL, **changes})).call
    assert (call.customer_address.text if call.customer_address else None) == customer


def test_a_leg_joins_the_call_it_was_made_for(read):
    assert read(calls({**CALL, "parent_call_sid": "CA00"})).call.ids == ("twilio:CA01", "twilio:CA00")


@pytest.mark.parametrize("number", ["+266696687", "anonymous", "+7378742833"])
def test_a_withheld_number_of_twilio_identifies_nobody(read, number):
    assert read(calls({**CALL, "from": number})).call.anonymous


def test_a_twilio_recording_names_its_call_and_no_time(read):
    entry = {"sid": "RE01", "call_sid": "CA01", "start_time": "Tue, 02 Jun 2020 01:14:14 +0000", "duration": "64"}
    call = read({"r.json": json.dumps({"recordings": [entry, {"sid": "RE02"}], "v": "2010-04-01"})})
    assert call.call.ids == ("twilio:CA01", "twilio-recording:RE01")
    assert call.call.started_at is None
    assert call.refusal.reason == "Entry 2 was left out: It does not say which call it is of."


def test_sound_named_by_a_recording_id_is_of_that_recording(read):
    from .exports import SILENCE

    name = "RE" + "0" * 32
    assert read({f"{name}.wav": SILENCE}).call.ids[0] == f"twilio-recording:{name}"


def test_a_genesys_conversation_says_who_when_and_what_was_noted(read):
    answer = read(conversations(CONVERSATION))
    call = answer.call
    assert call.ids == ("genesys:g-1",)
    assert (call.duration_s, call.talk_s, call.own_address) == (67, 51, "+15305550100")
    assert call.customer_address.text == "tel:+12025550147"
    assert call.customer_address.place.record["pointer"] == "/conversations/0/participants/0/sessions/0/ani"
    assert [each.text for each in call.customer_ids] == ["C-1"]
    assert {each.text for each in call.comments} == {"Alice lost her card"}
    assert "Entry 2" in answer.refusal.reason


OPEN = {**SESSION, "segments": [{"segmentType": "interact", "segmentStart": "2020-06-02T00:13:03Z"}]}


@pytest.mark.parametrize(
    ("export", "running"),
    [
        (calls(CALL), False),
        (calls({**CALL, "status": "in-progress", "end_time": None, "duration": None}), True),
        (calls({**CALL, "status": "no-answer", "end_time": None, "duration": None}), False),
        (conversations(CONVERSATION), False),
        (conversations({**CONVERSATION, "conversationEnd": None, "participants": [{"sessions": [OPEN]}]}), True),
        ({"c.json": json.dumps(CONTACT)}, False),
        ({"c.json": json.dumps({**CONTACT, "DisconnectTimestamp": None})}, True),
    ],
)
def test_a_source_says_which_calls_have_not_ended(read, export, running):
    call = read(export).call
    assert (call.running, call.ended_at is None) == (running, running or '"no-answer"' in str(export))


def test_an_attribute_named_by_a_number_does_not_bring_it_into_the_clear(read):
    values = dict(read(conversations(CONVERSATION)).call.values)
    assert values.keys() == {"customerId", "attribute"}


def test_an_account_says_what_its_attributes_mean(read):
    item = {**CONVERSATION, "participants": [{"purpose": "customer", "attributes": {"Kunde-Nr": "K-7"}}]}
    call = read(conversations(item), meanings={"kundenr": "customer-id"}).call
    assert [each.text for each in call.customer_ids] == ["K-7"]


CAMPAIGN = "b1234567-89ab-4cde-8f01-234567890123"


@pytest.mark.parametrize(
    ("said", "campaign"),
    [
        ({"CampaignId": CAMPAIGN}, CAMPAIGN),
        ({"CampaignId": "spring-2026"}, "spring-2026"),
        ({"CampaignId": "+12025550147"}, ""),
        ({"CampaignId": "alice@example.com"}, ""),
        ({"CampaignId": "c" * 65}, ""),
        ({"CampaignId": "a\nb"}, ""),
        ({"CampaignId": 7}, ""),
        ("spring", ""),
        (None, ""),
    ],
)
def test_a_campaign_of_connect_is_a_code_or_nothing(read, said, campaign):
    assert read({"c.json": json.dumps({**CONTACT, "Campaign": said})}).call.campaign == campaign


def test_an_account_says_which_attribute_names_the_campaign(read):
    contact = {**CONTACT, "Attributes": {"Aktion": "spring", "campaign": "autumn"}}
    assert read({"c.json": json.dumps(contact)}).call.campaign == "autumn"
    assert read({"c.json": json.dumps(contact)}, meanings={"aktion": "campaign"}).call.campaign == "spring"
    own = {**contact, "Campaign": {"CampaignId": CAMPAIGN}}
    assert read({"c.json": json.dumps(own)}, meanings={"aktion": "campaign"}).call.campaign == CAMPAIGN


def test_the_first_session_that_a_dialer_made_names_the_campaign_of_genesys(read):
    dialled = {**SESSION, "outboundCampaignId": CAMPAIGN, "outboundContactListId": "l-1"}
    customer, agent = CONVERSATION["participants"]
    item = {**CONVERSATION, "participants": [customer, {**agent, "sessions": [SESSION, dialled]}]}
    assert read(conversations(item)).call.campaign == CAMPAIGN
    assert read(conversations(CONVERSATION)).call.campaign == ""


def test_connect_contacts_are_lines_and_may_touch(read):
    line = json.dumps(CONTACT)
    answer = read({"contacts.jsonl": f"{line}\n{line}{line}\n\n{{broken\n"})
    assert [call.place.record for call in answer.calls] == [{"line": 1}, {"line": 2}, {"line": 2}]
    call = answer.calls[0]
    assert (call.ids, call.talk_s, call.queue, call.duration_s) == (("connect:c-1",), 62, "Bank CSR", 69)
    assert call.customer_address == TextDraft(
        "+33199001234", Place("contacts.jsonl", {"line": 1, "pointer": "/CustomerEndpoint/Address"}, "Address")
    )
    assert [name.text for name in call.customer_names] == ["Alice Brown"]
    assert not call.customer_ids
    assert answer.refusal.line == 4


def test_a_single_connect_contact_may_be_spread_over_lines(read):
    assert read({"c.json": json.dumps(CONTACT, indent=1)}).call.place.record == {"pointer": ""}


@pytest.mark.parametrize(
    "changes",
    [
        {"InitiationTimestamp": "soon"},
        {"InitiationTimestamp": None},
        {"InitiationTimestamp": "99999999999-01-01T00:00:00Z"},
        {"InitiationTimestamp": "0001-01-01T00:00:00Z"},
        {"DisconnectTimestamp": "2020-03-15T22:00:00Z"},
        {"ContactId": ""},
    ],
)
def test_a_contact_that_cannot_be_placed_is_rejected_alone(read, changes):
    answer = read({"c.jsonl": json.dumps({**CONTACT, **changes}) + "\n" + json.dumps(CONTACT)})
    assert (answer.refusal.line, answer.call.place.record) == (1, {"line": 2})


@pytest.mark.parametrize("times", ["Tue, 99 Jun 2020 01:14:00 +0000", "x" * 100, "Tue, 02 Jun 99999999999 01:14:00"])
def test_a_twilio_call_without_a_real_time_is_rejected(read, times):
    assert "start" in read(calls({**CALL, "start_time": times})).refusal.reason


def test_deep_json_and_endless_numbers_cost_only_their_record(read):
    head = json.dumps(CONTACT)[:-1]
    deep = head + ',"x":' + "[" * 100_000 + "]" * 100_000 + "}"
    number = head + ',"x":' + "9" * 500_000 + "}"
    answer = read({"c.jsonl": "\n".join([deep, number, "{" * 1000, json.dumps(CONTACT)])})
    assert [refusal.line for refusal in answer.rejected] == [1, 2, 3]
    assert answer.call.place.record == {"line": 4}


def test_a_list_of_recordings_ties_files_to_calls(read):
    path = "x/in-400-2025550147-20200315-151049-1584310249.4083.wav"
    answer = read({"manifest.csv": f"file,harper_valley_sid,content\n{path},0188295665114e74,a\n../b,,c\n"})
    assert answer.links[0].ids == ("harper-valley:0188295665114e74", "asterisk:1584310249.4083", f"file:{path}")
    assert answer.links[0].place.record == {"row": 1, "key": {"file": path}}
    assert answer.refusal.line == 3
