"""By what the lock-out counts: the address typed, in any case, together with where it came from.

Without this the counter would know only the network address, and five slips in one office would lock out everybody
in it.
"""

from typing import Any

from django.http import HttpRequest

from accounts.models import normalise_email


def email_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the e-mail address somebody tries to sign in with, as it would be stored."""
    given = credentials or {}
    typed = given.get("email") or given.get("login") or request.POST.get("login") or ""
    return normalise_email(str(typed))
