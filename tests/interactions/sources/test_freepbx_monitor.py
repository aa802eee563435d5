"""The name of a FreePBX recording says which call it is."""

from datetime import UTC, datetime

import pytest

from interactions.drafts import AudioKind, Direction, Place, TextDraft

from .exports import SILENCE

FOLDER = "monitor/2020/03/15/"
STAMP = "20200315-151049-1584310249.4083"


@pytest.mark.parametrize(
    ("name", "direction", "customer", "agent", "queue"),
    [
        (f"in-5305550100-2025550147-{STAMP}.wav", Direction.INBOUND, "2025550147", "", ""),
        (f"external-2046-+12025550147-{STAMP}.WAV", Direction.INBOUND, "+12025550147", "2046", ""),
        (f"q-400-07700900123-{STAMP}.mp3", Direction.INBOUND, "07700900123", "", "400"),
        (f"out-912025550147-2046-{STAMP}.ogg", Direction.OUTBOUND, "912025550147", "2046", ""),
        (f"out-912025550147-5305550100-{STAMP}.wav", Direction.OUTBOUND, "912025550147", "", ""),
        (f"internal-2028-2046-{STAMP}.wav", Direction.INTERNAL, None, "2046", ""),
        (f"exten-2028-2025550147-{STAMP}.wav", Direction.INBOUND, "2025550147", "2028", ""),
    ],
)
def test_who_called_whom(read, name, direction, customer, agent, queue):
    call = read({FOLDER + name: SILENCE}).call
    assert (call.direction, call.agent_extension, call.queue) == (direction, agent, queue)
    assert (call.customer_address.text if call.customer_address else None) == customer


def test_the_number_has_its_place_in_the_path_and_the_call_its_ids(read):
    path = FOLDER + f"in-5305550100-2025550147-{STAMP}.wav"
    call = read({path: SILENCE}).call
    assert call.customer_address == TextDraft(
        "2025550147", Place(path, {"path": path}, "(file path)", path.index("2025550147"))
    )
    assert call.ids == ("asterisk:1584310249.4083", f"file:{path}")
    assert call.started_at == datetime(2020, 3, 15, 22, 10, 49, tzinfo=UTC)
    assert [(audio.kind, audio.place) for audio in call.audio] == [(AudioKind.RECORDING, Place(path, {"path": path}))]


def test_a_withheld_number(read):
    assert read({FOLDER + f"in-5305550100-anonymous-{STAMP}.wav": SILENCE}).call.anonymous


def test_a_system_name_before_the_unique_id(read):
    call = read({FOLDER + "in-400-2025550147-20200315-151049-pbx1-1584310249.4083.wav": SILENCE}).call
    assert call.ids[0] == "asterisk:pbx1-1584310249.4083"
    assert call.customer_address.text == "2025550147"


def test_a_date_that_does_not_exist(read):
    refusal = read({FOLDER + "in-400-2025550147-20200230-151049-1584310249.4083.wav": SILENCE}).refusal
    assert "do not exist" in refusal.reason
    assert "2025550147" not in refusal.reason
