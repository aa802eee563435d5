"""How a restored database is noticed, and who has looked at the holds since."""

from django.db import models

from privacy.ids import new_id


class Epoch(models.Model):
    """The mark that data and keyring share and change together, every minute and around every backup: one row.

    `next_token` is written before the keyring gets it, so that a crash in between is told from a restore.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    token = models.UUIDField()
    next_token = models.UUIDField(null=True)
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"epoch {self.number}"


class Restoration(models.Model):
    """One restore that was noticed. `lost`: data, keyring, or log when only the checkpoints outside knew better."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    noticed_at = models.DateTimeField(auto_now_add=True)
    lost = models.CharField(max_length=10)
    data_number = models.BigIntegerField()
    keyring_number = models.BigIntegerField()

    def __str__(self) -> str:
        return f"restoration {self.pk}"


class HoldsReview(models.Model):
    """An officer of an account has looked at its legal holds after a restore: disposal by age goes on there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    restoration = models.ForeignKey(Restoration, on_delete=models.PROTECT, related_name="reviews")
    account_id = models.UUIDField()
    user_id = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["restoration", "account_id"], name="privacy_review_once")]

    def __str__(self) -> str:
        return f"review {self.pk}"
