"""What an account asks of its requests: a second person, holidays, reminders, and how its letters read."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Account, User
from privacy.ids import new_id
from rtbf.codes import LetterKind

DAYS_A_YEAR = 366


class Rules(models.Model):
    """The rules of one account; an account without a row has the defaults.

    most_records: a larger plan needs a second person. most_requests: so many confirmed by one person within
    `within_hours` before the next needs one. closing_days: between a second person's yes to closing the account and its
    beginning.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")
    four_eyes = models.BooleanField(default=False)
    most_records = models.PositiveIntegerField(default=2_000, validators=[MinValueValidator(1)])
    most_requests = models.PositiveIntegerField(default=20, validators=[MinValueValidator(1)])
    within_hours = models.PositiveIntegerField(
        default=24, validators=[MinValueValidator(1), MaxValueValidator(24 * 90)]
    )
    identity_first = models.BooleanField(default=False)
    holidays = models.TextField(blank=True, max_length=10_000)
    remind_days = models.PositiveIntegerField(default=7, validators=[MaxValueValidator(60)])
    closing_days = models.PositiveIntegerField(default=30, validators=[MinValueValidator(7), MaxValueValidator(365)])

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"rules {self.pk}"


class LetterTemplate(models.Model):
    """How one kind of letter of an account reads, with placeholders; it names nobody."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=LetterKind)
    subject = models.CharField(max_length=150)
    body = models.TextField(max_length=8_000)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "kind"], name="letter_template_once")]

    def __str__(self) -> str:
        return f"template {self.kind}"
