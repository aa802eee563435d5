"""Change what one call is kept for: a permitted person, a coded reason, an entry; how long it is kept follows.

The contents of the call follow in the database itself. A duty by law to record is never taken away by hand: that would
go round the policies that keep because of it.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.handling import Facts, Handling
from accounts.models import Purpose
from accounts.rights import require
from interactions.models import Interaction
from interactions.playback import find_interaction
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

CHANGE: Final = "interactions.change_purposes"
CHANGED: Final = "purposes.changed"
REASONS: Final[dict[str, str]] = {
    "dispute_began": "A dispute or complaint began",
    "dispute_over": "A dispute or complaint is over",
    "contract": "It proves a contract",
    "training": "Chosen for training",
    "consent_withdrawn": "Consent was withdrawn",
    "wrong_rule": "The account's rules gave the wrong purpose",
}


class NotChangeable(ValueError):
    """What the call is kept for was not changed; the sentence says why."""


def change_purposes(*, actor: Actor, call_id: UUID, purposes: Sequence[str], reason: str) -> Interaction:
    """Let a call be kept for these purposes instead. `reason`: one of REASONS. The same again changes nothing.

    Raises Refused, NotVisible, Http404, NotChangeable.
    """
    require(require_actor(actor), CHANGE, action=CHANGED)
    call = find_interaction(actor=actor, pk=call_id, action=CHANGED)
    require(actor, CHANGE, call, action=CHANGED)

    wanted = sorted(set(purposes))
    if not wanted or set(wanted) - set(Purpose.values):
        raise NotChangeable("Choose at least one purpose from the list. Nothing was changed.")
    if reason not in REASONS:
        raise NotChangeable("Choose why it changes. Nothing was changed.")

    with transaction.atomic():
        held = Interaction.objects.living().select_for_update(no_key=True).filter(pk=call.pk).first()
        if held is None:
            raise NotChangeable("This call was forgotten meanwhile. Nothing was changed.")
        before = list(held.circumstances.purposes)
        if Purpose.DUTY in before and Purpose.DUTY not in wanted:
            raise NotChangeable("A duty by law to record can't be taken away by hand. Nothing was changed.")
        if wanted != before:
            held.circumstances = Handling(call.account).under(wanted, _facts(held))
            held.save(update_fields=["circumstances"])
            facts: dict[str, Fact] = {"before": ",".join(before), "after": ",".join(wanted), "code": reason}
            record = (held._meta.label, str(held.pk))
            append(CHANGED, actor=actor, account_id=held.account_id, record=record, facts=facts)
    return held


def _facts(call: Interaction) -> Facts:
    known = call.circumstances
    return Facts(known.direction, known.line, known.queue, known.campaign, known.team_id)
