"""That a value about a customer was corrected (GDPR Art. 16), and what brings the wrong one back: a hash, no value."""

from django.db import models

from accounts.models import Account
from customers.kinds import Kind
from customers.models.people import Customer
from privacy.models import SealedModel, condemned_index


class Corrected(SealedModel):
    """One value that was wrong. `was`: its hash under the key of the erasure ledger; it goes with the customer."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="corrected")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    was = models.BinaryField(max_length=32)
    reference = models.CharField(max_length=24)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        verbose_name = "correction"
        indexes = [
            models.Index(fields=["account", "was"], name="corrected_by_hash"),
            condemned_index("corrected_condemned"),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"
