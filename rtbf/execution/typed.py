"""Forget what was typed for a request once it has run: else the request itself would remember.

What a legal hold on the request keeps becomes a row of its plan. So the request ends with exceptions and says why, and
goes on by itself when the hold is released.
"""

from django.utils import timezone

from privacy import erasure
from privacy.ledger import Memory
from retention.deferring import defer
from rtbf import words
from rtbf.discovery.records import Item, kept_by
from rtbf.execution.passages import Asker
from rtbf.models import Action, Outcome, Request, RequestedIdentifier
from rtbf.planning.freezing import freeze


def forget_what_was_typed(request: Request, asked: Asker) -> None:
    """Erase the identifiers of a request: its reference stays, and leads to nobody."""
    typed = list(RequestedIdentifier.objects.filter(request=request, condemned_at=None))
    kept = erasure.erase(typed, **asked, remember=Memory.PERSON).kept
    defer(kept)
    freeze(request, [Item(RequestedIdentifier, ref.id, ref.id, Action.DELETE, words.ASKED_FOR) for ref in kept])
    for ref, refusal in kept.items():
        because, held_by = kept_by(refusal)
        request.items.filter(label=ref.label, record_id=ref.id).update(
            done_at=timezone.now(), outcome=Outcome.KEPT, because=because, held_by=held_by
        )
