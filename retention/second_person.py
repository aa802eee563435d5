"""The second person at a release: agree, and the hold ends; decline, and it stays as it was.

Whoever asked may decline, which takes it back, but never agree.
"""

from django.db import transaction

from accounts.rights import require
from retention.errors import AnotherPerson
from retention.holds import RELEASE, end, name_of
from retention.models import LegalHold
from trail.actor import Actor, require_actor
from trail.append import append


def approve_release(*, actor: Actor, hold: LegalHold) -> LegalHold:
    """Agree to the release somebody else asked for; a hold already released stays so. Raises Refused, AnotherPerson."""
    require(require_actor(actor), RELEASE, hold, action="hold.released")

    with transaction.atomic():
        living = LegalHold.objects.select_for_update().get(pk=hold.pk)
        if not living.is_active:
            return living
        if living.release_asked_at is None:
            raise AnotherPerson("Nobody asks for its release any more. The hold stays.")
        if actor.user_id is None or actor.user_id == living.release_asked_by_id:
            raise AnotherPerson("You asked for its release, so somebody else must agree. The hold stays.")
        return end(living, actor)


def decline_release(*, actor: Actor, hold: LegalHold) -> LegalHold:
    """Let the hold stay, and forget why it was to end. Raises Refused, AnotherPerson."""
    require(require_actor(actor), RELEASE, hold, action="hold.release_declined")

    with transaction.atomic():
        living = LegalHold.objects.select_for_update().get(pk=hold.pk)
        if living.release_asked_at is None or not living.is_active:
            raise AnotherPerson("Nobody asks for its release any more. Nothing was changed.")
        living.release_asked_at = living.release_asked_by = living.release_reason = None
        living.save(update_fields=["release_asked_at", "release_asked_by", "release_reason"])
        facts = {"reference": living.reference}
        append("hold.release_declined", actor=actor, account_id=living.account_id, record=name_of(living), facts=facts)
    return living
