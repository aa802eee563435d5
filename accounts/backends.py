"""Two backends with one duty each: one says who a person is, the other what the person may do here and now.

Neither is a `ModelBackend`: it knows no membership, so a supervisor of one account would be one in all, and its
superusers would hear everything.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import Membership, User, normalise_email
from accounts.roles import rights_of
from accounts.tenancy import belongs_to


class EmailBackend(BaseBackend):
    """Authenticates by e-mail address and password; its permission answers stay those of BaseBackend: none."""

    def authenticate(
        self, request: HttpRequest | None, email: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """Return the active person with this address and password, else nothing, in the same time."""
        if not email or not password:
            return None
        user = User.objects.filter(email=normalise_email(email)).first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: Any) -> User | None:
        """Return the active person of a session; a deactivated one is signed out by this."""
        return User.objects.filter(pk=user_id, is_active=True).first()


class MembershipBackend(BaseBackend):
    """Answers from the membership selected for this request; nothing selected, nothing allowed."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Say whether the role has the right and `obj`, if given, belongs to the selected account."""
        member: Membership | None = getattr(user_obj, "selected", None)
        if member is None or not user_obj.is_active or not member.active:
            return False
        if perm not in rights_of(member.role):
            return False
        return obj is None or belongs_to(obj, member.account_id)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Say whether the role has any right in the app."""
        member: Membership | None = getattr(user_obj, "selected", None)
        if member is None or not user_obj.is_active or not member.active:
            return False
        return any(right.startswith(f"{app_label}.") for right in rights_of(member.role))
