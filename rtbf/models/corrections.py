"""What a customer asks to have corrected: from what, to what, sealed until it is done."""

from django.db import models

from accounts.models import Account
from customers.kinds import Kind
from privacy.models import SealedField, SealedModel, condemned_index
from rtbf.models.requests import Request


class Correction(SealedModel):
    """One value as it is and as it should be; both go when the correction is carried out."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in Kind])
    old = SealedField()
    new = SealedField()

    class Meta:
        default_permissions = ()
        indexes = [
            condemned_index("correction_condemned"),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"
