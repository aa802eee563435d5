"""The request as views of the portal get it: the middleware has attached the person, the membership and the actor."""

from django.http import HttpRequest

from accounts.models import Membership, User
from trail.actor import Actor


class MemberRequest(HttpRequest):
    """A portal request of somebody signed in, for annotations; never built by hand."""

    actor: Actor
    request_id: str
    user: User


def membership_of(request: MemberRequest) -> Membership:
    """Return the membership a page was opened with; a PermissionError when it was reached without one."""
    member = request.user.selected
    if member is None:
        raise PermissionError("A page was opened without a selected membership.")
    return member
