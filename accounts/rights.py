"""Ask before every act: may this actor do this, to this record?

The answer comes from the membership as it stands in the database now, never from what the actor claims, so that a
member deactivated a second ago is refused also in a job or command that began earlier. A job has the rights of whom
it works for. Within one portal request, which is over in a moment, the database is asked once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db.models import Model

from accounts.models import Membership
from accounts.roles import HOUSE, OPERATOR, rights_of
from accounts.tenancy import account_id_of
from trail.actor import Actor, require_actor
from trail.refusal import Refused


def require(actor: Actor, codename: str, record: Model | None = None, *, action: str = "access.attempted") -> None:
    """Pass if `actor` may do `codename` (`app_label.codename`), on `record` if given; else raise Refused.

    `action` is the name the entry of a refusal gets, in the words of the entry the act would have made.
    """
    if may(actor, codename, record):
        return
    raise Refused(
        "Your role in this account does not include this. Nothing was done. An administrator can change roles.",
        actor=actor,
        action=action,
        code=codename,
        record=(record._meta.label, str(record.pk)) if record is not None else None,
        account_id=actor.account_id,
    )


def may(actor: Actor, codename: str, record: Model | None = None) -> bool:
    """Say whether `actor` may do `codename`, on `record` if given. Raises NoActor without an actor."""
    require_actor(actor)
    if is_operator(actor):
        return codename in rights_of(OPERATOR)
    if record is not None and (actor.account_id is None or account_id_of(record) != actor.account_id):
        return False
    if is_house(actor):
        return codename in rights_of(HOUSE)
    role = role_now(actor)
    return role is not None and codename in rights_of(role)


def role_now(actor: Actor) -> str | None:
    """Return the role the actor, or the person a job works for, has now in the account it acts in."""
    member = member_of(actor)
    return member.role if member else None


def member_of(actor: Actor) -> Membership | None:
    """Return the live membership the actor acts by; a job acts by that of the person it works for."""
    user_id = actor.on_behalf_of if actor.via == "job" else actor.user_id
    if user_id is None or actor.account_id is None:
        return None
    member = _live_membership(user_id, actor.account_id)
    if member is None or (actor.via != "job" and member.role != actor.role):
        return None
    return member


_of_this_request: ContextVar[dict[tuple[UUID, UUID], Membership | None] | None] = ContextVar("answers", default=None)


@contextmanager
def one_request(selected: Membership | None) -> Iterator[None]:
    """Ask once, for as long as one portal request lasts and in its thread only, which memberships are live.

    `selected`: the live membership that was read for this very request. Jobs and commands ask every time.
    """
    answers: dict[tuple[UUID, UUID], Membership | None] = {}
    if selected is not None:
        answers[selected.user_id, selected.account_id] = selected
    token = _of_this_request.set(answers)
    try:
        yield
    finally:
        _of_this_request.reset(token)


def _live_membership(user_id: UUID, account_id: UUID) -> Membership | None:
    answers = _of_this_request.get()
    if answers is not None and (user_id, account_id) in answers:
        return answers[user_id, account_id]
    member = Membership.objects.live().filter(user_id=user_id, account_id=account_id).first()
    if answers is not None:
        answers[user_id, account_id] = member
    return member


def is_operator(actor: Actor) -> bool:
    """Say whether this is somebody with a shell on the machine who names no member."""
    return actor.via == "shell" and actor.user_id is None and actor.role == OPERATOR


def is_house(actor: Actor) -> bool:
    """Say whether this is the installation itself, at work in one account on behalf of nobody."""
    nobody = actor.user_id is None and actor.on_behalf_of is None
    return actor.via == "job" and actor.role == HOUSE and nobody and actor.account_id is not None
