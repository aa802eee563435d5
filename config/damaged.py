"""Turn away forms and queries that hold the character NUL, before any page reads them.

No browser sends it and PostgreSQL takes it in no text, so a page would fail half-way where it should say so.
"""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.utils.deprecation import MiddlewareMixin

NUL = "\0"


class DamagedFormMiddleware(MiddlewareMixin):
    """Answer 400 to what holds a NUL."""

    sync_capable = True
    async_capable = False

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """Look into every name and value that was sent. Raises SuspiciousOperation."""
        if _holds_nul(request.GET) or (request.method == "POST" and _holds_nul(request.POST)):
            raise SuspiciousOperation("A form or query held a NUL.")


def _holds_nul(sent: QueryDict) -> bool:
    return any(NUL in name or any(NUL in value for value in values) for name, values in sent.lists())
