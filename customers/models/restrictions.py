"""Whose data is restricted (GDPR Art. 18), since when, on which ground, and when that ended: ids and codes only."""

from django.db import models

from accounts.models import Account, User
from customers.models.people import Customer
from customers.querysets import RestrictionQuerySet
from privacy.ids import new_id


class Ground(models.TextChoices):
    """Why processing is restricted: the four cases of Art. 18(1)."""

    CONTESTED = "contested", "The customer contests that it is accurate (Art. 18(1)(a))"
    UNLAWFUL = "unlawful", "It is unlawful, and the customer does not want it erased (Art. 18(1)(b))"
    CLAIMS = "claims", "The customer needs it for legal claims (Art. 18(1)(c))"
    OBJECTED = "objected", "The customer has objected, which is being decided (Art. 18(1)(d))"


class Lifting(models.TextChoices):
    """Why a restriction ends."""

    VERIFIED = "verified", "What is held was verified or corrected"
    DECIDED = "decided", "The objection was decided"
    OVER = "over", "The customer needs it no longer"
    AGREED = "agreed", "The customer agreed"


class Restriction(models.Model):
    """One restriction of one customer. request_id, reference: the request it was placed for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="restrictions")
    request_id = models.UUIDField()
    reference = models.CharField(max_length=24)
    ground = models.CharField(max_length=12, choices=Ground)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=12, choices=Lifting, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_restriction", "See whose data is restricted"),
            ("lift_restriction", "Lift the restriction of a customer's data"),
            ("use_for_claims", "Use a restricted customer's calls for legal claims"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(lifted_at=None), name="restricted_by_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"restriction {self.reference}"
