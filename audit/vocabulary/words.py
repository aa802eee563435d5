"""The groups the log is filtered by, and the forms in which an action is told."""

from dataclasses import dataclass
from typing import Final

LISTENING, CALLS, FORGETTING, HOLDS = "listening", "calls", "forgetting", "holds"
PEOPLE, SIGNING_IN, LOG, WORK, OTHER = "people", "signing_in", "log", "work", "other"
RETENTION = "retention"

GROUPS: Final[dict[str, tuple[str, str]]] = {
    LISTENING: ("Listening and reading", "headphones"),
    CALLS: ("Calls and imports", "call"),
    FORGETTING: ("Forgetting and erasing", "person_remove"),
    HOLDS: ("Legal holds", "gavel"),
    RETENTION: ("Keeping and disposing", "auto_delete"),
    PEOPLE: ("People and settings", "group"),
    SIGNING_IN: ("Signing in and out", "login"),
    LOG: ("The log itself", "verified_user"),
    WORK: ("Background work", "manufacturing"),
    OTHER: ("Pages and other things", "web_asset"),
}
"""Code, title and symbol of each group of actions."""

READING: Final = "log.read"


@dataclass(frozen=True, slots=True)
class Words:
    """`did`: what somebody did; `to_do`: what they tried. `more` is added when the entry has all its facts.

    `{record}` stands for the record; names in `more` are facts. `refused` replaces "was not allowed to …".
    """

    group: str
    did: str
    to_do: str
    more: str = ""
    refused: str = ""
    failed: str = ""
