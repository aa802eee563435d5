"""Find the request a page is about, and the warrant to open what it holds."""

from uuid import UUID

from accounts.finding import find_visible
from accounts.requests import MemberRequest
from privacy.open import Warrant, warrant
from privacy.witness import RecordRef
from rtbf.entries import GROUND
from rtbf.models import Request


def visible_request(request: MemberRequest, pk: UUID, action: str) -> Request:
    """Return a request of the account, or raise NotVisible."""
    found = Request.objects.visible_to(request.actor).select_related(
        "account", "raised_by", "confirmed_by", "cancelled_by", "approved_by", "refused_by", "extended_by",
        "identity_checked_by",
    )  # fmt: skip
    return find_visible(found, pk, actor=request.actor, action=action)


def opening_of(request: MemberRequest, found: Request) -> Warrant:
    """Return the warrant of looking at a request."""
    return warrant(
        actor=request.actor,
        action="request.opened",
        account_id=found.account_id,
        purpose=GROUND,
        record=RecordRef(Request._meta.label, found.pk, found.account_id),
        case=found.reference,
    )
