"""What the house holds on a member, as one JSON document: a copy for them (Art. 15), with nothing about customers.

Comments are listed by day and call and not by their words, which are about customers. Entries of the log in which the
member acted stand in it as they were sealed. Where an act came from (address, device) is sealed beside them for the
security of the house and is not in the copy; an auditor can tell a member about single entries.
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Supervision
from accounts.rights import require
from interactions.models import Comment, Interaction, SavedSearch
from trail.actor import Actor, require_actor
from trail.append import append
from trail.models import Event

ANSWER: Final = "rtbf.answer_member"
AT_ONCE: Final = 500


def copy_of_member(*, actor: Actor, membership: Membership) -> Iterator[str]:
    """Return the copy as JSON text in pieces; the entry is written first. Raises Refused."""
    require(require_actor(actor), ANSWER, membership, action="member.exported")

    record = (membership._meta.label, str(membership.pk))
    append("member.exported", actor=actor, account_id=membership.account_id, record=record, purpose="right_of_access")
    return _document(membership)


def _document(member: Membership) -> Iterator[str]:
    yield json.dumps(_about(member), ensure_ascii=False)[:-1]
    for name, rows in (("comments", _comments(member)), ("entries", _entries(member))):
        yield f', "{name}": ['
        for number, row in enumerate(rows):
            yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)
        yield "]"
    yield "}\n"


def _about(member: Membership) -> dict[str, Any]:
    user, agent = member.user, member.agent
    calls = Interaction.objects.filter(account_id=member.account_id, agent=agent).count() if agent else 0
    teams = Supervision.objects.filter(supervisor__membership=member).values_list("team__name", flat=True)
    return {
        "format": "lethe.member v1",
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "controller": member.account.name,
        "person": {
            "id": str(user.pk), "email": user.email, "name": user.name, "is_active": user.is_active,
            "created_at": user.created_at.isoformat(), "last_login": _time(user.last_login),
        },
        "membership": {
            "id": str(member.pk), "role": member.role, "active": member.active,
            "created_at": member.created_at.isoformat(), "selected_at": _time(member.selected_at),
            "supervises": list(teams),
        },
        "saved_searches": [{"name": each.name, **each.as_query} for each in _searches(member)],
        "agent": {"extension": agent.extension, "name": agent.name, "calls": calls} if agent else None,
    }  # fmt: skip


def _searches(member: Membership) -> Iterator[SavedSearch]:
    yield from SavedSearch.objects.filter(account_id=member.account_id, user_id=member.user_id).order_by("pk")


def _comments(member: Membership) -> Iterator[dict[str, Any]]:
    rows = Comment.objects.filter(account_id=member.account_id, author_id=member.user_id).order_by("written_at", "pk")
    for pk, call, at in rows.values_list("pk", "interaction_id", "written_at").iterator(AT_ONCE):
        yield {"id": str(pk), "call": str(call), "written_at": _time(at)}


def _entries(member: Membership) -> Iterator[dict[str, Any]]:
    """Yield the entries of the account in which the member acted or that are about the member."""
    about = Q(record_label=Membership._meta.label, record_id=str(member.pk))
    rows = Event.objects.filter(about | Q(user_id=member.user_id), account_id=member.account_id)
    last: UUID | None = None
    while True:
        after = rows.filter(pk__gt=last) if last else rows
        portion = list(after.order_by("pk")[:AT_ONCE])
        yield from (event.told for event in portion)
        if len(portion) < AT_ONCE:
            return
        last = portion[-1].pk


def _time(at: Any) -> str | None:
    return at.isoformat() if at else None
