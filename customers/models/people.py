"""A customer as the house can recognise one: identifiers, sealed, each found by its blind index.

A customer is a set of rows, so a set of keys. Whoever can't be recognised is a customer without identifiers, so that
the number of distinct callers is true before and after a person is forgotten.
"""

from django.db import models

from accounts.models import Account
from customers.kinds import Kind
from customers.querysets import CustomerQuerySet, IdentifierQuerySet
from privacy.models import SealedField, SealedModel, condemned_index


class Customer(SealedModel):
    """A person of one account. `token` is set when the person was forgotten: random, derived from nothing."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="customers")
    created_at = models.DateTimeField(auto_now_add=True)
    token = models.UUIDField(null=True, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("merge_customer", "Say that two customers are one person, or one is two")]
        indexes = [condemned_index("customer_condemned")]

    def __str__(self) -> str:
        return f"customer {self.pk}"


class Identifier(SealedModel):
    """One thing a customer is recognised by. Two customers with the same index share it, and a person decides.

    by_register: a register's own record says so, not the sign of a telephone network or a note.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    digest = models.BinaryField(max_length=32)
    value = SealedField()
    by_register = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["account", "digest"], name="identifier_by_digest"),
            condemned_index("identifier_condemned"),
        ]

    def __str__(self) -> str:
        return f"identifier {self.pk}"


class OfRegister(SealedModel):
    """A record of a register, beside the calls. `digest` is a blind index of place and content: twice is once."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=32)
    place = SealedField(json=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class RegisterEntry(OfRegister):
    """What a register says about one customer: `values` is sealed JSON, {column: text}."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="register_entries")
    values = SealedField(json=True)

    class Meta(OfRegister.Meta):
        verbose_name_plural = "register entries"
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="register_entry_once")]
        indexes = [condemned_index("register_entry_condemned")]


class Note(OfRegister):
    """What somebody wrote in a register, about one customer or nobody known: `texts` is a list of {text, place}."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="notes")
    texts = SealedField(json=True)
    author = SealedField()
    written_at = models.DateTimeField(null=True)

    class Meta(OfRegister.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="note_once")]
        indexes = [condemned_index("note_condemned")]


class FieldMeaning(models.Model):
    """What an account's own name for a column or attribute stands for: a meaning Lethe knows, or one common name.

    `field` is in the form names are compared in. Several names may stand for one.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="field_meanings")
    field = models.CharField(max_length=200)
    means = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "field"], name="field_meaning_once")]

    def __str__(self) -> str:
        return f"field meaning {self.pk}"
