"""Erase what names a leaver, where no duty keeps it: a random token stands where name and address stood.

The log names people by id and stays true; calls keep their agent by extension, so figures do not change. A legal hold
that speaks of the agent keeps the name. Who is a member anywhere still has not left.
"""

import secrets
from typing import Final

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import Agent, Membership, User
from accounts.rights import require
from interactions.models import SavedSearch
from retention.models import LegalHold
from rtbf.errors import NotConfirmed, NotPossible
from rtbf.staff.copies import ANSWER
from trail.actor import Actor, require_actor
from trail.append import append

WORD: Final = "ERASE"
GONE: Final = "@erased.invalid"
"""No mail ever goes there (RFC 2606)."""


def erase_leaver(*, actor: Actor, membership: Membership, typed: str) -> Membership:
    """Erase name, address, password and sign-in of somebody who has left. Done twice, it stays done.

    Raises Refused, NotConfirmed when `typed` is not ERASE, NotPossible while a membership or a hold is in the way.
    """
    require(require_actor(actor), ANSWER, membership, action="member.erased")

    if typed.strip() != WORD:
        raise NotConfirmed(f"Type {WORD} in capital letters to confirm. Nothing was erased.")

    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=membership.user_id)
        if Membership.objects.filter(user=user, active=True).exists():
            raise NotPossible(
                "This person is still a member, here or in another account. Nothing was erased. An administrator"
                " deactivates members first."
            )
        agents = _agents_of(membership)
        if is_erased(user) and not agents:
            return membership
        _refuse_held(agents)
        _clear(user, agents)

        record = (membership._meta.label, str(membership.pk))
        append("member.erased", actor=actor, account_id=membership.account_id, record=record,
               purpose="right_to_erasure", facts={"agents": len(agents)})  # fmt: skip
    return membership


def is_erased(user: User) -> bool:
    """Say whether what named this person was erased."""
    return user.email.endswith(GONE)


def _agents_of(membership: Membership) -> list[Agent]:
    """Return the agent this person was in the account, if it still has a name and is nobody else by now."""
    if membership.agent_id is None or Membership.objects.filter(agent_id=membership.agent_id, active=True).exists():
        return []
    rows = Agent.objects.filter(pk=membership.agent_id, account_id=membership.account_id).exclude(name="")
    return list(rows.select_for_update())


def _refuse_held(agents: list[Agent]) -> None:
    holds = LegalHold.objects.filter(conditions__agent__in=agents, released_at=None).order_by("reference")
    references = ", ".join(holds.values_list("reference", flat=True).distinct())
    if references:
        raise NotPossible(f"{references} holds the calls of this agent by name. Nothing was erased. Release it first.")


def _clear(user: User, agents: list[Agent]) -> None:
    for agent in agents:
        agent.name = ""
        agent.save(update_fields=["name"])
    if is_erased(user):
        return
    token = secrets.token_hex(8)
    user.email, user.name, user.last_login, user.is_active = f"{token}{GONE}", f"Former member {token[:4]}", None, False
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "last_login", "is_active", "password"])
    EmailAddress.objects.filter(user=user).delete()
    SavedSearch.objects.filter(user=user).delete()
    Membership.objects.filter(user=user).update(selected_at=None)
