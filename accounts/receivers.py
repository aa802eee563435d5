"""Put signing in and out on record.

Receivers run inside the act: when the entry cannot be written the sign-in fails with it. What a stranger typed is
kept only sealed, since it may be anybody's address, or a password typed into the wrong field.
"""

import secrets
from typing import Any
from uuid import UUID

from allauth.account.signals import password_changed, password_reset
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.actors import VISIT, actor_of
from accounts.lockout import email_of
from accounts.models import Membership, User
from accounts.selection import resume
from trail.append import append


@receiver(user_logged_in)
def begin_visit(request: HttpRequest, user: User, **_: Any) -> None:
    """Begin a visit: a fresh opaque id, the last account, an entry."""
    request.session[VISIT] = secrets.token_urlsafe(12)
    with transaction.atomic():
        resume(request, user)
        _note("session.started", request, user)


@receiver(user_logged_out)
def end_visit(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Put the end of a visit on record."""
    if isinstance(user, User):
        with transaction.atomic():
            _note("session.ended", request, user)


@receiver(user_login_failed)
def note_failure(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Put a failed sign-in on record, for every account the address belongs to, or for none.

    An attempt that the lock-out stopped has its own entry.
    """
    if request is not None and not getattr(request, "axes_locked_out", False):
        _note_refused("session.refused", request, email_of(request, credentials))


@receiver(user_locked_out)
def note_lockout(request: HttpRequest, username: str | None, **_: Any) -> None:
    """Put a lock-out on record."""
    _note_refused("session.locked_out", request, username or "")


@receiver([password_changed, password_reset])
def note_password(request: HttpRequest, user: User, signal: Any, **_: Any) -> None:
    """Put a changed password on record, never the password."""
    action = "password.changed" if signal is password_changed else "password.reset"
    with transaction.atomic():
        _note(action, request, user)


def _note(action: str, request: HttpRequest, user: User) -> None:
    actor = actor_of(request, user)
    append(action, actor=actor, account_id=actor.account_id, record=(User._meta.label, str(user.pk)))


def _note_refused(action: str, request: HttpRequest, email: str) -> None:
    actor = actor_of(request)
    with transaction.atomic():
        for account_id in _accounts_of(email):
            append(action, actor=actor, account_id=account_id, outcome="refused", detail={"typed": email[:254]})


def _accounts_of(email: str) -> list[UUID | None]:
    known = Membership.objects.live().filter(user__email=email).values_list("account_id", flat=True)
    return list(known) or [None]
