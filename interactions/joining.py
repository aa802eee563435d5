"""Find the one interaction that several drafts of one call belong to.

Each id a phone system gave a call is kept as a blind index. A strong id is unique for ever; a weak one (a channel's
name) is used again after a restart, so it joins only within a day of the call. A passing one (the path of a file) means
something within one import only and is not kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from accounts.models import Account
from interactions.drafts import InteractionDraft
from interactions.models import Interaction, SourceId
from privacy.blind_index import digest

WEAK = ("channel:", "asterisk-linked:")
PASSING = "file:"


@dataclass(eq=False)
class Call:
    """Drafts that tell of one call, its ids as blind indexes, and the interaction where there is one already.

    `known` are the indexes that the database holds. `was_forgotten`: the call is just being erased.
    """

    drafts: list[InteractionDraft] = field(default_factory=list)
    digests: set[bytes] = field(default_factory=set)
    weak_digests: set[bytes] = field(default_factory=set)
    passing: set[str] = field(default_factory=set)
    known: set[bytes] = field(default_factory=set)
    interaction: Interaction | None = None
    was_forgotten: bool = False

    @property
    def marks(self) -> set[bytes | str]:
        """Everything by which drafts of this call recognise one another."""
        return {*self.digests, *self.weak_digests, *self.passing}

    def absorb(self, other: "Call") -> None:
        """Take over what another group knows of the same call."""
        self.drafts += other.drafts
        self.digests |= other.digests
        self.weak_digests |= other.weak_digests
        self.passing |= other.passing
        self.interaction = self.interaction or other.interaction


Aliases = Mapping[str, Sequence[str]]
"""From an id to every id of the same call, as linking files say."""


def group(account: Account, drafts: Iterable[InteractionDraft], aliases: Aliases) -> list[Call]:
    """Put drafts of the same call together and find the interactions that exist already."""
    by_mark: dict[bytes | str, Call] = {}
    calls: list[Call] = []
    for draft in drafts:
        call = _call_of(account.pk, draft, aliases)
        for known in {by_mark[mark] for mark in call.marks if mark in by_mark}:
            call.absorb(known)
            calls.remove(known)
        calls.append(call)
        by_mark.update(dict.fromkeys(call.marks, call))
    _find_existing(account.pk, {mark: call for mark, call in by_mark.items() if isinstance(mark, bytes)})
    return calls


def _call_of(account_id: UUID, draft: InteractionDraft, aliases: Aliases) -> Call:
    ids = dict.fromkeys(each for known in draft.ids for each in (known, *aliases.get(known, ())))
    call = Call([draft])
    for each in ids:
        if each.startswith(PASSING):
            call.passing.add(each)
        elif not each.startswith(WEAK):
            call.digests.add(digest(account_id, "source", each))
        elif draft.started_at:
            # One on each side of its day, so that a message left after midnight meets the call from before.
            call.weak_digests |= {digest(account_id, "source", f"{each}@{day}") for day in _days(draft.started_at)}
    return call


def _days(at: datetime) -> frozenset[str]:
    """Return the half-days a moment touches when an hour on either side counts."""
    return _days_of_hour(at.replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=1_024)
def _days_of_hour(at: datetime) -> frozenset[str]:
    hour = timedelta(hours=1)
    return frozenset(f"{moment:%Y-%m-%d}-{moment.hour // 12}" for moment in (at - hour, at, at + hour))


def _find_existing(account_id: UUID, by_digest: Mapping[bytes, Call]) -> None:
    rows = SourceId.objects.filter(account_id=account_id, digest__any_of=list(by_digest))
    for row in rows.select_related("interaction__circumstances").order_by("interaction_id"):
        call = by_digest[bytes(row.digest)]
        if row.condemned_at is not None:
            call.was_forgotten = True
            continue
        call.known.add(bytes(row.digest))
        if call.interaction is None:
            call.interaction = row.interaction
