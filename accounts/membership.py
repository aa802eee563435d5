"""Add people to an account, change what they may do there, and let nobody vanish.

One person may belong to several accounts, so no administrator of one may touch what counts in the others: the
password and the name stay the person's own. Members are deactivated, never deleted, and nobody changes their own
role.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.errors import NotPossible
from accounts.models import Account, Agent, Membership, Supervisor, Team, User, normalise_email
from accounts.rights import require
from accounts.roles import AGENT, ROLES, SUPERVISOR
from accounts.staffing import add_agent, set_supervision
from accounts.tenancy import belongs_to
from accounts.validation import prove
from trail.actor import Actor
from trail.append import append

# No letters or digits that look alike when read aloud or from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Added:
    """What adding a member came to. `password` is one made up on the way, shown once and kept nowhere."""

    membership: Membership
    new: bool
    password: str | None = field(default=None, repr=False)


def add_member(
    *,
    actor: Actor,
    account: Account,
    email: str,
    role: str,
    name: str = "",
    extension: str = "",
    teams: Iterable[Team] = (),
    password: str | None = None,
) -> Added:
    """Make somebody a member of `account`; a person new here gets `password`, or a random one.

    `extension` names the agent the person is on the phone; an agent needs one. A supervisor without `teams` supervises
    the whole account. A member who is there with the same role stays as is. Raises Refused or NotPossible.
    """
    require(actor, "accounts.add_membership", account, action="member.added")

    address = _address(email)
    _check_role(role, extension)
    there = Membership.objects.filter(account=account, user__email=address).first()
    if there is not None:
        return _unchanged(there, role, extension)

    with transaction.atomic():
        user, made_up = _person(address, name, password)
        agent = add_agent(actor=actor, account=account, extension=extension, name=name) if extension.strip() else None
        member = Membership.objects.create(user=user, account=account, role=role, agent=agent)
        append("member.added", actor=actor, account_id=account.pk, record=_named(member), facts=_facts(member))
        if role == SUPERVISOR:
            chosen = list(teams)
            set_supervision(actor=actor, membership=member, whole_account=not chosen, teams=chosen)
    return Added(member, new=True, password=made_up)


def change_member(*, actor: Actor, membership: Membership, role: str, agent: Agent | None, active: bool) -> Membership:
    """Change a member's role or agent, or let the member in or out, with effect from the next click.

    Raises Refused, or NotPossible when it is oneself or the agent does not fit.
    """
    require(actor, "accounts.change_membership", membership, action="member.changed")
    _check_role(role, agent.extension if agent else "")
    if membership.user_id == actor.user_id:
        raise NotPossible("Nobody changes their own membership. Nothing was changed. Ask another administrator.")
    if agent is not None and not belongs_to(agent, membership.account_id):
        raise NotPossible("The agent belongs to another account. Nothing was changed.")

    with transaction.atomic():
        member = Membership.objects.select_for_update().get(pk=membership.pk)
        before = member.role
        member.role, member.agent, member.active = role, agent, active
        member.save(update_fields=["role", "agent", "active"])
        facts = {**_facts(member), "role_before": before}
        append("member.changed", actor=actor, account_id=member.account_id, record=_named(member), facts=facts)
        if role != before:
            _begin_role(actor, member)
    return member


def new_password() -> str:
    """Return a random password of 98 bits in four groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def _begin_role(actor: Actor, member: Membership) -> None:
    """Let a former supervisor keep no teams, and a new one begin without any."""
    if member.role == SUPERVISOR:
        set_supervision(actor=actor, membership=member, whole_account=False)
        return
    supervisor = Supervisor.objects.filter(membership=member).first()
    if supervisor is not None:
        supervisor.whole_account = False
        supervisor.save(update_fields=["whole_account"])
        supervisor.teams.clear()


def _person(address: str, name: str, password: str | None) -> tuple[User, str | None]:
    """Return the person with this address, made if new, and the password made up on the way, if one was."""
    there = User.objects.filter(email=address).first()
    if there is not None:
        return there, None
    chosen = password or new_password()
    user = prove(User(email=address, name=name.strip()), "name")
    _check_password(chosen, user)
    user.set_password(chosen)
    user.save(force_insert=True)
    return user, None if password else chosen


def _unchanged(member: Membership, role: str, extension: str) -> Added:
    same_agent = not extension.strip() or (member.agent is not None and member.agent.extension == extension.strip())
    if member.role == role and same_agent and member.active:
        return Added(member, new=False)
    raise NotPossible(
        "This person is a member of the account already, with another role or agent, or is deactivated."
        " Nothing was changed. An administrator changes members in the portal."
    )


def _check_role(role: str, extension: str) -> None:
    if role not in ROLES:
        raise NotPossible(f"There is no such role. Nothing was changed. Roles are: {', '.join(ROLES)}.")
    if role == AGENT and not extension.strip():
        raise NotPossible("An agent needs an extension, or no call would be theirs. Nothing was changed.")


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise NotPossible(f"The password is too weak: {' '.join(error.messages)} Nothing was changed.") from error


def _address(email: str) -> str:
    return prove(User(email=normalise_email(email)), "email").email


def _named(member: Membership) -> tuple[str, str]:
    return Membership._meta.label, str(member.pk)


def _facts(member: Membership) -> dict[str, str | int | bool | None]:
    return {"role": member.role, "active": member.active, "agent": str(member.agent_id) if member.agent_id else None}
