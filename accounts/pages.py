"""Pages of the portal that are not a list of rows: an app declares them, the portal hangs them up.

A page names the right it needs. It is asked for before the view runs, so a forgotten check inside the view opens
nothing, and whoever lacks it gets 403 and an entry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.admin.sites import site
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from unfold.settings import get_config
from unfold.sites import UnfoldAdminSite

from accounts.requests import MemberRequest
from accounts.rights import require
from trail.actor import Actor
from trail.refusal import Refused

View = Callable[..., HttpResponseBase]
Also = Callable[[Actor, Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Page:
    """A view with its route below `/` and its name in the `portal` namespace."""

    route: str
    name: str
    view: View


_pages: dict[str, Page] = {}


def page(
    route: str,
    *,
    name: str,
    right: str,
    action: str = "page.opened",
    record: tuple[str, str] | None = None,
    also: Also | None = None,
) -> Callable[[View], View]:
    """Hang the decorated view up at `/route` as `portal:name`, for whoever has `right` (a codename).

    `action` is what the entry of a refusal is called, `record` what it is about: a model's label and the part of the
    route that holds the id. `also`: who else may, by the actor and the parts of the route. Belongs into an app's
    `admin.py` or a module it imports.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                if also is None or not also(request.actor, kwargs):
                    require(request.actor, right, action=action)
            except Refused as refusal:
                refusal.record = (record[0], str(kwargs[record[1]])) if record else None
                raise
            return view(request, *args, **kwargs)

        _pages[name] = Page(route, name, guarded)
        return guarded

    return declare


def pages() -> list[Page]:
    """Return every declared page."""
    return list(_pages.values())


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, title: str, status: int = 200
) -> TemplateResponse:
    """Render a template that extends `portal/page.html` inside the portal, with `title` on top."""
    whole = {**site.each_context(request), "title": title, **(context or {})}
    return TemplateResponse(request, template, whole, status=status)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give pages outside the portal (sign-in, errors) its look; a context processor."""
    looks: UnfoldAdminSite = site
    config = get_config("UNFOLD")
    return {
        "site_title": config["SITE_TITLE"],
        "site_symbol": config["SITE_SYMBOL"],
        "colors": looks._get_colors("COLORS", request),
        "styles": looks._get_list("STYLES", request),
        "site_favicons": looks._get_favicons("SITE_FAVICONS", request),
    }
