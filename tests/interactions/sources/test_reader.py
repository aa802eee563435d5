"""The samples are read whole: every call, link and word of the formats known, and nothing broken."""

from collections import Counter

from interactions.sources.reader import read_all

from .exports import LOS_ANGELES, Answer


def test_the_samples_are_read_whole(samples):
    answer = Answer(read_all(samples, zone=LOS_ANGELES))
    assert Counter(call.source for call in answer.calls) == {
        "asterisk-cdr": 17,
        "freepbx-monitor": 12,
        "asterisk-voicemail": 6,
        "harper-valley": 10,
        "segment-transcript": 3,
        "call-audio": 4,
        "agent-comments": 10,
        "connect-contacts": 3,
        "genesys-conversations": 3,
        "twilio-calls": 4,
        "twilio-recordings": 4,
    }
    assert len(answer.links) == 22
    assert [(note.file, "opt_in" in note.remark) for note in answer.noted] == [("pbx/crm/contacts.csv", True)]
    assert all("not a format Lethe can read yet" in refusal.reason for refusal in answer.rejected)


def test_every_link_of_the_samples_finds_its_calls(samples):
    answer = Answer(read_all(samples, zone=LOS_ANGELES))
    by_id = {key: call for call in answer.calls for key in call.ids}
    for links in answer.links:
        known = [key for key in links.ids if key.split(":")[0] in ("harper-valley", "asterisk", "file")]
        assert len(known) >= 2
        assert set(known) <= set(by_id)


def test_a_folder_above_or_below_gives_the_same_calls(samples):
    whole = {call.ids[0] for call in Answer(read_all(samples, zone=LOS_ANGELES)).calls}
    part = Answer(read_all(samples / "pbx", zone=LOS_ANGELES))
    assert {call.ids[0] for call in part.calls} <= whole
    files = {key for call in part.calls for key in call.ids if key.startswith("file:")}
    assert all(key in files for links in part.links for key in links.ids if key.startswith("file:"))


def test_links_come_first(samples):
    kinds = [type(outcome).__name__ for outcome in read_all(samples, zone=LOS_ANGELES)]
    assert kinds[:22] == ["Links"] * 22
    assert "Links" not in kinds[22:]


def test_the_same_folder_read_twice_gives_the_same(samples):
    assert list(read_all(samples, zone=LOS_ANGELES)) == list(read_all(samples, zone=LOS_ANGELES))
