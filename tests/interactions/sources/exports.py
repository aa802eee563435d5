"""Makers of small exports, and the readers' answers sorted by kind."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from interactions.drafts import Ignored, InteractionDraft, Links, Noted, Outcome, Rejected

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
SILENCE = (
    b"RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
)
SILENCE += b"data\x08\x00\x00\x00" + bytes(8)

CDR = {
    "accountcode": "",
    "src": "2025550147",
    "dst": "400",
    "dcontext": "ext-queues",
    "clid": '"Alice Example" <2025550147>',
    "channel": "PJSIP/trunk-us-00000ff3",
    "dstchannel": "PJSIP/2028-00000ff4",
    "lastapp": "Queue",
    "lastdata": "400,t,,,",
    "start": "2020-03-15 15:10:49",
    "answer": "2020-03-15 15:11:10",
    "end": "2020-03-15 15:11:51",
    "duration": "62",
    "billsec": "41",
    "disposition": "ANSWERED",
    "amaflags": "DOCUMENTATION",
    "uniqueid": "1584310249.4083",
    "userfield": "",
}


def cdr_line(**columns: str) -> str:
    """Return a line of Master.csv as Asterisk quotes it; further columns make it the longer form."""
    return ",".join('"' + text.replace('"', '""') + '"' for text in {**CDR, **columns}.values()) + "\n"


class Answer:
    """What reading a folder gave."""

    def __init__(self, outcomes: Iterator[Outcome]) -> None:
        self.outcomes = list(outcomes)
        self.calls = [outcome for outcome in self.outcomes if isinstance(outcome, InteractionDraft)]
        self.links = [outcome for outcome in self.outcomes if isinstance(outcome, Links)]
        self.rejected = [outcome for outcome in self.outcomes if isinstance(outcome, Rejected)]
        self.ignored = [outcome for outcome in self.outcomes if isinstance(outcome, Ignored)]
        self.noted = [outcome for outcome in self.outcomes if isinstance(outcome, Noted)]

    @property
    def call(self) -> InteractionDraft:
        assert len(self.calls) == 1
        return self.calls[0]

    @property
    def refusal(self) -> Rejected:
        assert len(self.rejected) == 1
        return self.rejected[0]
