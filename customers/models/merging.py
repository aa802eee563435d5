"""Which customers were found to be one person, by whom, and which records moved: ids only."""

from django.db import models

from accounts.models import Account, User
from customers.models.people import Customer
from customers.querysets import MergeQuerySet
from privacy.ids import new_id


class Merge(models.Model):
    """One customer taken in by another. `moved`: ids of what came along, by model label, so that it can be undone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merges")
    taken_in = models.UUIDField()
    moved = models.JSONField()
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"merge {self.pk}"
