"""Look for a customer without asking to forget anything: the search is on record, nothing else happens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accounts.models import Account
from accounts.rights import require
from privacy.open import warrant
from rtbf.discovery.sharing import in_sentences, sharing
from rtbf.entries import GROUND
from rtbf.planning.places import Place, lines
from rtbf.querysets import SEE
from rtbf.requests.lifecycle import search
from trail.actor import Actor


@dataclass(frozen=True)
class Preview:
    """What was found: `lines` as `places.lines` yields them; `shared`: a sentence for each identifier several carry."""

    lines: Iterator[Place]
    shared: list[str]


def preview(*, actor: Actor, account: Account, identifiers: Sequence[str]) -> Preview:
    """Return a line for each record found, and what a person must decide. Raises what plan_request raises."""
    require(actor, SEE, account, action="customer.searched")
    _, found = search(actor, account, identifiers)
    opening = warrant(actor=actor, action="places.opened", account_id=account.pk, purpose=GROUND)
    return Preview(lines(found.items, warrant=opening), in_sentences(sharing(account, found.people)))
