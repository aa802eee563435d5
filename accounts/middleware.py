"""Give every request its id, its selected membership and its actor, before any view can ask.

The membership is read on each request: whoever is deactivated has no access from the next click on.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.actors import actor_of, request_id
from accounts.rights import one_request
from accounts.selection import bind


class MembershipMiddleware:
    """Sets `request.request_id`, `request.user.selected` and `request.actor`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Bind, then go on; the answer names the request id, so that a person can quote it."""
        name = request_id(request)
        if request.user.is_authenticated:
            bind(request, request.user)
        request.actor = actor_of(request)  # type: ignore[attr-defined]  # ours, see requests.MemberRequest
        with one_request(getattr(request.user, "selected", None)):
            response = self.get_response(request)
        response["X-Request-ID"] = name
        return response
