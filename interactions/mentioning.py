"""Turn what is found in a text into the index rows that lead to it, when it comes in and when it is read again.

What is said alike in both readings gives the same rows, so that a second look adds only what the first one missed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.effort import Effort
from customers.mentions_in_text import Found, FoundAcross, Segment, find, find_in_segments
from customers.models import Note
from customers.name_mentions import names_beside, names_in, names_in_segments
from interactions.mention_times import span_of
from interactions.models import Comment, DataSourceValue, Mention, Transcription
from privacy.blind_index import digest

Text = Transcription | Comment | DataSourceValue | Note


@dataclass(frozen=True)
class Numbering:
    """What reading numbers in an account's texts needs: its regions, and its own numbers, which are nobody's."""

    regions: tuple[str, ...]
    own_numbers: frozenset[str]


def mentions_in_segments(
    row: Transcription, segments: Sequence[Mapping[str, Any]], numbering: Numbering, effort: Effort
) -> list[Mention]:
    """Return the index rows of a transcript whose `segments` are as they are sealed, each with its time in the sound.

    Beside identifiers that are what may be a name near one of them.
    """
    said = [Segment(each["speaker"], each["text"]) for each in segments]
    found = find_in_segments(said, regions=numbering.regions, effort=effort)
    found += names_in_segments(said, found)
    mentions = [mention for each in found if (mention := mention_row(row, each, numbering))]
    for each in mentions:
        each.start_ms, each.end_ms = span_of(segments, each.parts) or (None, None)
    return mentions


def mentions_in(row: Text, text: str, numbering: Numbering, effort: Effort, *, part: int = 0) -> list[Mention]:
    """Return the index rows of a text, or of one part of it: identifiers, and beside them what may be a name."""
    found = find(text, regions=numbering.regions, effort=effort)
    if not found:
        return []
    beside = names_beside(text, [(each.start, each.end) for each in found])
    everything = dict.fromkeys([*found, *names_in(text), *beside])
    return [mention for each in everything if (mention := mention_row(row, each, numbering, part=part))]


def mention_row(row: Text, found: Found | FoundAcross, numbering: Numbering, *, part: int = 0) -> Mention | None:
    """Return the row that indexes a find in `part` of a text, or None for a number of the account itself."""
    if found.value in numbering.own_numbers:
        return None
    parts = found.parts if isinstance(found, FoundAcross) else ((part, found.start, found.end),)
    mention = Mention(account_id=row.account_id, kind=found.kind, parts=[list(each) for each in parts])
    mention.digest = digest(row.account_id, found.kind, found.value)
    return point_to(row, mention)


def point_to(row: Text, mention: Mention) -> Mention:
    """Let a mention lead to its text."""
    match row:
        case Transcription():
            mention.transcription = row
        case Comment():
            mention.comment = row
        case DataSourceValue():
            mention.value = row
        case Note():
            mention.note = row
    return mention
