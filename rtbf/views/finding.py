"""Find the request a page is about among those its reader may see."""

from uuid import UUID

from accounts.finding import find_visible
from accounts.requests import MemberRequest
from rtbf.models import Request


def visible_request(request: MemberRequest, pk: UUID, action: str) -> Request:
    """Return a request of the account, or raise NotVisible."""
    found = Request.objects.visible_to(request.actor).select_related(
        "account", "raised_by", "confirmed_by", "cancelled_by", "approved_by", "refused_by", "extended_by",
        "identity_checked_by",
    )  # fmt: skip
    return find_visible(found, pk, actor=request.actor, action=action)
