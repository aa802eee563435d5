"""Close allauth's sign-up and keep its answers silent about who exists.

People are added by an administrator or from the shell. A page that differs for a known and an unknown address, or
for an inactive person with the right password, would tell a stranger who works here.
"""

import logging
import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import address_of

logger = logging.getLogger(__name__)


class ClosedAccountAdapter(DefaultAccountAdapter):
    """allauth's adapter without sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and password do not go together."),
        "too_many_login_attempts": _("Too many attempts. Nobody was signed in. Wait a few minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-up as if the page did not exist."""
        raise Http404

    def is_safe_url(self, url: str | None) -> bool:
        """Say whether to go on to `url` after signing in; what is no address at all, or one without a host, is not."""
        try:
            return bool(super().is_safe_url(url)) and not str(url).startswith("//")
        except ValueError:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the caller's address, from forwarding headers of trusted proxies only."""
        return address_of(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a message; if it can't be sent the page answers as always, and the log of the program has the reason."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException) as problem:
            logger.error("A message could not be sent (%s). Check the EMAIL_ settings.", type(problem).__name__)

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Say whether `password` is the person's; tried through every lock-out like a sign-in."""
        again: Any = self.authenticate(self.request, email=user.get_username(), password=password)
        return again is not None and again.pk == user.pk
