"""Answer with a sentence when the keys can't be reached."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpResponseBase

from accounts.pages import render_page
from accounts.requests import MemberRequest
from privacy.keyring.ring import KeyLost
from vault.errors import VaultError

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]


def or_say_later(view: View) -> View:
    """Say so when the keys can't be reached: nothing can be opened then, and nothing is lost."""

    @wraps(view)
    def answer(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError, KeyLost, VaultError) as problem:
            logger.error("A page could not be opened: %s, request %s", type(problem).__name__, request.request_id)
            return render_page(request, "interactions/later.html", title="Not at the moment", status=503)

    return answer
