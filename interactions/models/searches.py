"""Saved searches: the filters of the list of calls under a name, each its member's own.

Filters are columns and not text, so that none can hold what the list does not know. A name is staff's own word and
stands in the clear; what reads like a customer's number or address is refused before it gets here.
"""

from django.db import models
from django.db.models.functions import Lower

from accounts.models import Account, Agent, User
from interactions.querysets import SearchQuerySet
from privacy.ids import new_id

LONGEST_NAME = 80


class SavedSearch(models.Model):
    """One search of one member. is_offered: whether those who place legal holds may choose it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="saved_searches")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=LONGEST_NAME)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    direction = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=16, blank=True)
    queue = models.CharField(max_length=64, blank=True)
    length = models.CharField(max_length=8, blank=True)
    is_offered = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SearchQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = "saved search"
        constraints = [
            models.UniqueConstraint("account", "user", Lower("name"), name="saved_search_once"),
        ]
        indexes = [
            models.Index(fields=["account"], condition=models.Q(is_offered=True), name="saved_search_offered"),
        ]

    def __str__(self) -> str:
        return f"saved search {self.pk}"

    @property
    def as_query(self) -> dict[str, str]:
        """Return the filters as a query string of the list holds them."""
        given = {
            "since": self.since, "until": self.until, "agent": self.agent_id, "direction": self.direction,
            "kind": self.kind, "queue": self.queue, "length": self.length,
        }  # fmt: skip
        return {name: str(value) for name, value in given.items() if value}
