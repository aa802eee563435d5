"""Find the row a page is about among those its reader may see.

A row that is hidden and a row that does not exist get the same answer and the same entry, so that nobody learns from
the answer which of the two it was.
"""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from trail.actor import Actor
from trail.refusal import NotVisible

Row = TypeVar("Row", bound=Model)


def find_visible(rows: "QuerySet[Row]", pk: UUID, *, actor: Actor, action: str) -> Row:
    """Return the row `pk` of `rows`, which are those the actor may see; else raise NotVisible, entered as `action`."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotVisible(
            f"There is no such {rows.model._meta.verbose_name} in this account.",
            actor=actor,
            action=action,
            code="not_visible",
            record=(rows.model._meta.label, str(pk)),
        )
    return row
