"""To whom data of a customer went: the register that GDPR Art. 15(1)(c) and Art. 19 ask for."""

from django.db import models

from accounts.models import Account, User
from customers.models.people import Customer
from privacy.models import SealedField, SealedModel, condemned_index


class Disclosure(SealedModel):
    """One copy that left: what (model and id), who took it, why, and to whom outside it went, if to anybody.

    recipient: empty for a copy that somebody who works here took; sealed, since it may be a person.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="disclosures")
    label = models.CharField(max_length=80)
    record_id = models.UUIDField()
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(max_length=80, blank=True)
    case = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    recipient = SealedField()

    class Meta:
        default_permissions = ()
        indexes = [
            condemned_index("disclosure_condemned"),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.pk}"
