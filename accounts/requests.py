"""The request as views of the portal get it: the middleware has attached the person, the membership and the actor."""

from django.http import HttpRequest

from accounts.models import User
from trail.actor import Actor


class MemberRequest(HttpRequest):
    """A portal request of somebody signed in, for annotations; never built by hand."""

    actor: Actor
    request_id: str
    user: User
