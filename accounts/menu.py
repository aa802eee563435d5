"""The portal's menu: an app declares its entries, each person sees those their role opens."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from unfold.dataclasses import SearchResult

from accounts.requests import MemberRequest
from accounts.selection import choices


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `url` is a view's name; `right` is the codename it needs; low `order` stands on top.

    `roles`: the roles it is meant for, where the right alone does not tell; empty means all that have the right.
    """

    title: str
    url: str
    icon: str
    right: str = ""
    section: str = ""
    order: int = 100
    roles: tuple[str, ...] = ()


_entries: dict[str, Entry] = {}


def entry(
    title: str,
    *,
    url: str,
    icon: str,
    right: str,
    section: str = "",
    order: int = 100,
    roles: tuple[str, ...] = (),
) -> None:
    """Declare a line of the menu; `icon` is a name of Material Symbols. Belongs into an app's `admin.py`."""
    _entries[url] = Entry(title, url, icon, right, section, order, roles)


def visible(request: MemberRequest) -> list[Entry]:
    """Return the entries this person's role opens, in order."""
    home = Entry("Home", "portal:index", "home", order=0)
    opened = [each for each in _entries.values() if request.user.has_perm(each.right) and _is_for(request, each)]
    return sorted([home, *opened], key=lambda each: (each.order, each.title))


def _is_for(request: MemberRequest, each: Entry) -> bool:
    member = request.user.selected
    return not each.roles or (member is not None and member.role in each.roles)


def navigation(request: MemberRequest) -> list[dict[str, Any]]:
    """Return the sidebar as Unfold wants it: groups with items."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in visible(request):
        item = {"title": each.title, "icon": each.icon, "link": reverse(each.url)}
        groups.setdefault(each.section, []).append(item)
    return [{"title": title, "separator": bool(title), "items": items} for title, items in groups.items()]


def results(request: MemberRequest, wanted: str) -> list[SearchResult]:
    """Return the entries whose title holds `wanted` (lower case), for the Ctrl+K search."""
    found = [each for each in visible(request) if wanted in each.title.lower()]
    return [SearchResult(each.title, each.section, reverse(each.url), each.icon) for each in found]


def standing(request: MemberRequest) -> dict[str, Any]:
    """Return who is signed in, as what and where, and the other accounts they could select."""
    user = request.user
    member = user.selected if user.is_authenticated else None
    others = [row for row in choices(user) if row != member] if user.is_authenticated else []
    return {"member": member, "other_memberships": others}
