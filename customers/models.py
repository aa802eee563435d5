"""A customer as the house can recognise one: identifiers, sealed, each found by its blind index.

A customer is a set of rows, so a set of keys. Whoever can't be recognised is a customer without identifiers, so that
the number of distinct callers is true before and after a person is forgotten.
"""

from django.db import models

from accounts.models import Account
from customers.kinds import Kind
from customers.querysets import CustomerQuerySet, IdentifierQuerySet
from privacy.models import SealedField, SealedModel


class Customer(SealedModel):
    """A person of one account. `token` is set when the person was forgotten: random, derived from nothing."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="customers")
    created_at = models.DateTimeField(auto_now_add=True)
    token = models.UUIDField(null=True, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["condemnation_id"], condition=models.Q(erased_at=None), name="customer_condemned")
        ]

    def __str__(self) -> str:
        return f"customer {self.pk}"


class Identifier(SealedModel):
    """One thing a customer is recognised by. Two customers with the same index share it, and a person decides."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    digest = models.BinaryField(max_length=32)
    value = SealedField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["account", "digest"], name="identifier_by_digest"),
            models.Index(fields=["condemnation_id"], condition=models.Q(erased_at=None), name="identifier_condemned"),
        ]

    def __str__(self) -> str:
        return f"identifier {self.pk}"
