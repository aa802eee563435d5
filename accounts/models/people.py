"""Who acts: accounts (tenants), the people in them, and the agents, teams and lines they work with.

A person is a user; what the person may do hangs on a membership, never on the user. No superuser exists and no row
here is ever deleted: the log names these ids for years, so people are deactivated and every foreign key is PROTECT.
"""

import uuid
from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower

from accounts import roles
from accounts.querysets import AccountQuerySet, MembershipQuerySet, OfAccountQuerySet, SupervisorQuerySet, UserQuerySet

ZONE_LENGTH = 64
E164 = RegexValidator(r"^\+[1-9][0-9]{4,14}$", "Write the number in international format, for example +15305550100.")
REGION = RegexValidator(r"^[A-Z]{2}$", "Two capital letters, for example US.")


class Account(models.Model):
    """A tenant: one contact centre with its own people, lines, customers and keys."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    region = models.CharField(max_length=2, validators=[REGION], help_text="Where national numbers belong, e.g. US.")
    zone = models.CharField(max_length=ZONE_LENGTH, help_text="Time zone, e.g. America/Los_Angeles.")
    grace_hours = models.PositiveIntegerField(default=180, validators=[MaxValueValidator(24 * 90)])
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        default_permissions = ("add", "change", "view")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """A telephone number of the account itself, so never a customer's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    number = models.CharField(max_length=16, validators=[E164], help_text="International format, e.g. +15305550100.")
    label = models.CharField(max_length=100, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        default_permissions = ("add", "change", "view")
        ordering = ("number",)
        verbose_name = "own number"
        constraints = (models.UniqueConstraint(fields=["account", "number"], name="line_once_per_account"),)

    def __str__(self) -> str:
        return self.label or self.number


class Team(models.Model):
    """A group of agents of one account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=100)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        default_permissions = ("add", "change", "view")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["account", "name"], name="team_once_per_account"),)

    def __str__(self) -> str:
        return self.name


class Agent(models.Model):
    """Someone who handles calls, as the phone system knows them; may or may not sign in here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="agents")
    extension = models.CharField(max_length=32)
    name = models.CharField(max_length=100, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="agents")

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        default_permissions = ("add", "change", "view")
        ordering = ("extension",)
        constraints = (models.UniqueConstraint(fields=["account", "extension"], name="agent_once_per_account"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.extension})" if self.name else self.extension


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a base made at run time
    """Finds people by e-mail address in any case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this e-mail address; raise DoesNotExist."""
        return self.get(email=normalise_email(username or ""))


def normalise_email(email: str) -> str:
    """Return an e-mail address as it is stored: trimmed, lower case."""
    return email.strip().lower()


class User(AbstractBaseUser):
    """A person who signs in. What they may do is answered by the membership selected for the request."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_superuser = False
    # Bound by the middleware for the length of one request; nothing selected means nothing allowed.
    selected: "Membership | None" = None

    objects = UserManager()

    class Meta:
        default_permissions = ("add", "change", "view")
        ordering = ("email",)
        constraints = (models.CheckConstraint(condition=models.Q(email=Lower("email")), name="email_in_lower_case"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name, or the address where there is none (Unfold's templates ask)."""
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the portal opens at all: an active membership is selected."""
        return self.is_active and self.selected is not None

    @property
    def groups(self) -> models.QuerySet[Group]:
        """Return no groups; guardian asks, and rights never come from groups."""
        return Group.objects.none()

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Say whether the selected membership allows `perm`, on `obj` if given."""
        return self.is_active and any(backend.has_perm(self, perm, obj) for backend in _answering("has_perm"))

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        """Say whether every one of `perm_list` is allowed."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Say whether anything of the app is allowed (the portal's menu asks)."""
        return self.is_active and any(
            backend.has_module_perms(self, app_label) for backend in _answering("has_module_perms")
        )


def _answering(question: str) -> list[Any]:
    """Return the backends that answer a question; one that fails refuses for all."""
    return [backend for backend in get_backends() if hasattr(backend, question)]


def display_name(user: User) -> str:
    """Return what the sign-in pages call a person."""
    return user.get_full_name()


class Membership(models.Model):
    """A user in an account with one role; inactive means no access, at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=roles.CHOICES)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    selected_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        default_permissions = ("add", "change", "view")
        ordering = ("account", "user")
        verbose_name = "member"
        constraints = (
            models.UniqueConstraint(fields=["user", "account"], name="member_once_per_account"),
            models.CheckConstraint(condition=models.Q(role__in=list(roles.ROLES)), name="role_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class Supervisor(models.Model):
    """Whom a supervisor supervises: the whole account, or the named teams and nobody else.

    The whole account is a flag of its own: taking the last team away must narrow, never widen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.OneToOneField(Membership, on_delete=models.PROTECT, related_name="supervisor")
    whole_account = models.BooleanField(default=False)
    teams = models.ManyToManyField(Team, through="Supervision", related_name="supervisors")

    objects = SupervisorQuerySet.as_manager()

    class Meta:
        default_permissions = ("add", "change", "view")

    def __str__(self) -> str:
        return str(self.membership)


class Supervision(models.Model):
    """One team of one supervisor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supervisor = models.ForeignKey(Supervisor, on_delete=models.PROTECT)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)

    class Meta:
        default_permissions = ("add", "change", "view")
        constraints = (models.UniqueConstraint(fields=["supervisor", "team"], name="team_once_per_supervisor"),)

    def __str__(self) -> str:
        return f"{self.supervisor}: {self.team}"
