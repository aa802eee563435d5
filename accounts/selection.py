"""Select the account a person works in.

A person with several accounts acts in one at a time, by a choice on record. Nothing selected means nothing allowed,
and a choice is looked up anew on every request, so that a deactivated member loses access at once.
"""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import Membership, User
from accounts.querysets import MembershipQuerySet
from trail.append import append
from trail.refusal import Refused

MEMBERSHIP: Final = "membership"


def bind(request: HttpRequest, user: User) -> None:
    """Attach the membership the session names to `user`, if it is still live and the person's own."""
    chosen = request.session.get(MEMBERSHIP)
    user.selected = choices(user).filter(pk=chosen).first() if chosen else None


def choices(user: User) -> MembershipQuerySet:
    """Return the memberships a person can select, by name of account."""
    return Membership.objects.live().filter(user=user).select_related("account", "agent").order_by("account__name")


def resume(request: HttpRequest, user: User) -> None:
    """At sign-in, select the only account or else the last one; a first visit with several stays open to choose."""
    rows = list(choices(user))
    used = [row for row in rows if row.selected_at]
    last = max(used, key=_selected_at, default=None)
    user.selected = last or (rows[0] if len(rows) == 1 else None)
    if user.selected:
        request.session[MEMBERSHIP] = str(user.selected.pk)


def select(request: HttpRequest, membership_id: UUID) -> Membership:
    """Select one of the person's own memberships, or raise Refused."""
    user = request.user
    member = choices(user).filter(pk=membership_id).first() if isinstance(user, User) else None
    if member is None or not isinstance(user, User):
        raise Refused(
            "You are not a member of this account. Nothing was changed.",
            actor=actor_of(request),
            action="account.selected",
            code="not_a_member",
        )
    with transaction.atomic():
        Membership.objects.filter(pk=member.pk).update(selected_at=timezone.now())
        user.selected = member
        append("account.selected", actor=actor_of(request), account_id=member.account_id, facts={"role": member.role})
    request.session[MEMBERSHIP] = str(member.pk)
    return member


def _selected_at(member: Membership) -> float:
    return member.selected_at.timestamp() if member.selected_at else 0.0
