"""Which index key an account's blind indexes stand under.

It lies in the data database, so that an old copy of the data names the key of its time: when that key is gone, the copy
is noticed instead of being searched in vain.
"""

from django.db import models


class IndexKey(models.Model):
    """The generation of an account's index key. `settled_at`: since when nothing stands under the one before it."""

    account_id = models.UUIDField(primary_key=True)
    generation = models.PositiveIntegerField()
    switched_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"index key {self.generation} of account {self.pk}"
