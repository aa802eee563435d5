"""Saved searches as scopes of legal holds: which may be chosen, and the condition one stands for.

A hold copies the filters when it is placed. Later changes to the search change no hold, because nobody but who releases
holds may make one cover less.
"""

from typing import Final
from uuid import UUID

from django.apps import apps

from accounts.typed import id_in
from retention.conditions import Condition
from retention.errors import NotCoverable
from trail.actor import Actor

SEARCH: Final = "interactions.SavedSearch"


def searches_for(actor: Actor) -> list[tuple[UUID, str]]:
    """Return the searches the actor may place a hold by, by id and name: those offered here, and own ones."""
    rows = apps.get_model(SEARCH)._default_manager.offered_to(actor)
    return [(row.pk, f"{row.name} ({row.user})") for row in rows.select_related("user").order_by("name", "pk")]


def condition_of(actor: Actor, text: str) -> Condition:
    """Return what the search with this id narrows the list to, as a condition. Raises NotCoverable."""
    known = id_in(text)
    rows = apps.get_model(SEARCH)._default_manager.offered_to(actor)
    search = rows.filter(pk=known).first() if known else None
    condition = Condition.read(search.as_query) if search else None
    if condition is None:
        raise NotCoverable("This search is offered no more. Nothing is held yet. Choose another.")
    return condition
