"""The page of what went wrong: 503 when a database or the keys don't answer, which passes, and 500 for the rest.

Hung up as Django's handler of errors, so that it covers every view, the sign-in and what runs before a view.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from privacy.keyring.ring import KeyLost
from vault.errors import VaultError

PASSING = (OperationalError, InterfaceError, KeyLost, VaultError)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for the exception being handled; the page needs no database, no session and no sign-in."""
    passing = isinstance(sys.exc_info()[1], PASSING)
    page = loader.get_template("503.html" if passing else "500.html").render()
    response = HttpResponse(page, status=503 if passing else 500)
    if passing:
        response["Retry-After"] = "60"
    return response
