"""What each action of the log is called: done, tried, and the group it is filtered by.

A standing test compares these tables with the code. An action that is missing here still reads as words, because an old
log outlives the program that wrote it.
"""

from typing import Final

from audit.vocabulary import calls, forgetting, house, keeping, people
from audit.vocabulary.nouns import CODES, NOUNS, PURPOSES, VIAS, noun, purpose
from audit.vocabulary.words import GROUPS, OTHER, READING, Words

__all__ = [
    "ACTIONS",
    "CODES",
    "GROUPS",
    "NOUNS",
    "OTHER",
    "PURPOSES",
    "READING",
    "VIAS",
    "Words",
    "actions_of",
    "group_of",
    "noun",
    "purpose",
]

ACTIONS: Final[dict[str, Words]] = {
    **calls.ACTIONS,
    **forgetting.ACTIONS,
    **keeping.ACTIONS,
    **people.ACTIONS,
    **house.ACTIONS,
}


def group_of(action: str) -> str:
    """Return the group an action is filtered by."""
    known = ACTIONS.get(action)
    return known.group if known else OTHER


def actions_of(group: str) -> list[str]:
    """Return the actions of a group, as stored."""
    return [action for action, words in ACTIONS.items() if words.group == group]
