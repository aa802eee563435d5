"""Keep the filters of the list of calls under a name, change and remove them.

A search is its member's own; who places legal holds sees it once it is offered. Nothing of a customer is kept in one:
a name or queue that reads like a number or address is refused, because a search outlives who it was about.
"""

from dataclasses import asdict, replace
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import NotPossible
from accounts.finding import find_visible
from accounts.models import Account, Membership
from accounts.rights import member_of, require
from accounts.roles import AGENT
from accounts.scope import scope_of
from customers.finding import regions_of
from customers.mentions_in_text import find
from interactions.listing import Filters
from interactions.models import SavedSearch
from interactions.models.searches import LONGEST_NAME
from interactions.querysets import SEE
from trail.actor import Actor
from trail.append import append
from trail.canonical import Fact

SAVED: Final = "search.saved"
CHANGED: Final = "search.changed"
REMOVED: Final = "search.removed"
MOST: Final = 100


def save_search(
    *, actor: Actor, account: Account, name: str, filters: Filters, is_offered: bool = False
) -> SavedSearch:
    """Keep `filters` under `name` for the actor. Raises Refused, and NotPossible: then nothing was saved.

    An agent's list is of the agent's own calls, and so is what it is saved as.
    """
    require(actor, SEE, account, action=SAVED)

    title = _named(account, name)
    member = _owner(actor)
    wanted = _checked(actor, account, _of_own(member, filters))
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        mine = SavedSearch.objects.visible_to(actor)
        if mine.count() >= MOST:
            raise NotPossible(f"A member keeps at most {MOST} searches. Nothing was saved. Remove one first.")
        _refuse_double(mine, title)
        values = asdict(wanted)
        values["agent_id"] = values.pop("agent")
        search = SavedSearch.objects.create(
            account=account, user_id=member.user_id, name=title, is_offered=is_offered, **values
        )
        facts: dict[str, Fact] = {"filters": ",".join(wanted.as_query), "offered": is_offered}
        append(SAVED, actor=actor, account_id=account.pk, record=_record(search), facts=facts)
    return search


def change_search(*, actor: Actor, account: Account, search_id: UUID, name: str, is_offered: bool) -> SavedSearch:
    """Give a search of the actor another name, offer it or no more. Raises Refusal, NotPossible."""
    require(actor, SEE, account, action=CHANGED)

    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        mine = SavedSearch.objects.visible_to(actor)
        search = find_visible(mine, search_id, actor=actor, action=CHANGED)
        title = _named(account, name)
        _refuse_double(mine.exclude(pk=search.pk), title)
        search.name, search.is_offered = title, is_offered
        search.save(update_fields=["name", "is_offered"])
        append(CHANGED, actor=actor, account_id=account.pk, record=_record(search), facts={"offered": is_offered})
    return search


def remove_search(*, actor: Actor, account: Account, search_id: UUID) -> None:
    """Remove a search of the actor; holds that were placed by it keep their own copy. Raises Refusal."""
    require(actor, SEE, account, action=REMOVED)

    with transaction.atomic():
        search = find_visible(SavedSearch.objects.visible_to(actor), search_id, actor=actor, action=REMOVED)
        record = _record(search)
        search.delete()
        append(REMOVED, actor=actor, account_id=account.pk, record=record)


def _owner(actor: Actor) -> Membership:
    member = member_of(actor)
    if member is None:
        raise NotPossible("A search belongs to a member of the account. Nothing was saved.")
    return member


def _of_own(member: Membership, filters: Filters) -> Filters:
    if member.role != AGENT or not filters.as_query:
        return filters
    if member.agent_id is None:
        raise NotPossible("You have no extension yet, so no calls. Nothing was saved. An administrator sets it.")
    return replace(filters, agent=member.agent_id)


def _named(account: Account, name: str) -> str:
    title = " ".join(name.split())
    if not title or len(title) > LONGEST_NAME or not title.isprintable():
        raise NotPossible(f"Give the search a name of at most {LONGEST_NAME} characters. Nothing was saved.")
    if _is_personal(account, title):
        raise NotPossible(
            "The name reads like a number or address of a customer, which a search must not keep. Nothing was saved."
            " Name the matter instead."
        )
    return title


def _checked(actor: Actor, account: Account, filters: Filters) -> Filters:
    if not filters.as_query:
        raise NotPossible("Nothing is filtered yet. Nothing was saved. Narrow the list of calls first.")
    if filters.since and filters.until and filters.until < filters.since:
        raise NotPossible("The period ends before it begins. Nothing was saved.")
    if not filters.queue.isprintable() or _is_personal(account, filters.queue):
        raise NotPossible(
            "The queue reads like a number or address of a customer, which a search must not keep. Nothing was saved."
            " A legal hold can name the customer itself."
        )
    if filters.agent and not scope_of(actor).agents.filter(pk=filters.agent).exists():
        raise NotPossible("This agent is not among those whose calls you see. Nothing was saved.")
    return filters


def _is_personal(account: Account, text: str) -> bool:
    return bool(find(text, regions=regions_of(account)))


def _refuse_double(mine: "QuerySet[SavedSearch]", title: str) -> None:
    if mine.filter(name__iexact=title).exists():
        raise NotPossible("You have a search of this name already. Nothing was saved. Choose another name.")


def _record(search: SavedSearch) -> tuple[str, str]:
    return search._meta.label, str(search.pk)
