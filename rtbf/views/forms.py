"""Read the forms of requests, and find the other accounts of whoever fills them in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from accounts.models import Account
from accounts.requests import MemberRequest
from accounts.roles import rights_of
from accounts.selection import choices
from rtbf.cases.intake import Intake
from rtbf.errors import NotPossible
from rtbf.models import Request
from rtbf.planning.decisions import RAISE
from rtbf.querysets import SEE
from trail.actor import Actor


def intake_from(form: Mapping[str, str]) -> Intake:
    """Return the intake a form holds. Raises NotPossible for a day that is none."""
    return Intake(
        channel=form.get("channel", ""),
        received_on=_day(form.get("received_on", "")),
        relation=form.get("relation", ""),
        name=form.get("name", ""),
        contact=form.get("contact", ""),
        note=form.get("note", ""),
        identity_by=form.get("identity_by", ""),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotPossible("Write the day it came in as YYYY-MM-DD. Nothing was searched or saved.") from None


def linked_accounts(request: MemberRequest) -> list[tuple[Actor, Account]]:
    """Return the other accounts in which this person may raise requests, with the actor they are there."""
    own = request.actor.account_id
    return [
        (replace(request.actor, account_id=member.account_id, role=member.role), member.account)
        for member in choices(request.user)
        if member.account_id != own and RAISE in rights_of(member.role)
    ]


def linked_requests(request: MemberRequest, found: Request) -> list[tuple[str, str, str]]:
    """Return account, reference and state of the linked requests in accounts where this person sees requests."""
    if found.group_id is None:
        return []
    seen = [member.account_id for member in choices(request.user) if SEE in rights_of(member.role)]
    rows = Request.objects.filter(group_id=found.group_id, account_id__in=seen).exclude(pk=found.pk)
    return [(str(row.account), row.reference, row.get_state_display()) for row in rows.select_related("account")]
