"""The one portal: Django's admin site in Unfold's look, opened by a selected membership.

Whatever Django's admin does on its own is closed here: its sign-in page (it would skip the second factor), its
delete action (it goes round the eraser), its history and its link to any object by id. Menu, cards and pages come
from the apps.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.module_loading import module_has_submodule
from unfold.sites import UnfoldAdminSite

from accounts import home, menu
from accounts.pages import pages
from accounts.requests import MemberRequest
from accounts.switching import select_page, switch

CLOSED = {"view_on_site", "password_change_done", "autocomplete"}


class Portal(UnfoldAdminSite):
    """The admin site of every role."""

    index_template = "portal/home.html"
    index_title = "Home"
    enable_nav_sidebar = True
    empty_value_display = "–"
    settings_name = "UNFOLD"

    def __init__(self, name: str = "portal") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the apps' own pages first, then Django's without the closed ones."""
        own = [path(each.route, self.admin_view(each.view), name=each.name) for each in pages()]
        ways = [path("select/", select_page, name="select"), path("switch/", switch, name="switch")]
        theirs = [each for each in super().get_urls() if getattr(each, "name", None) not in CLOSED]
        return [*ways, *own, *theirs]

    def login(self, request: MemberRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the sign-in page, people without a selected account to the list, others home."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("portal:index"))
        return redirect("portal:index" if self.has_permission(request) else "portal:select")

    def logout(self, request: MemberRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """End the visit; only by POST, so that no link can sign anybody out."""
        if request.method != "POST":
            return redirect("portal:index")
        logout(request)
        return redirect(settings.LOGOUT_REDIRECT_URL)

    def password_change(self, request: MemberRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the one page that changes passwords and puts it on record."""
        return redirect("account_change_password")

    def extra_context(self, context: dict[str, Any], request: MemberRequest) -> dict[str, Any]:
        """Add who is signed in, as what, where, and where else they could be."""
        return {**context, **menu.standing(request)}

    def index(self, request: MemberRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the cards of the role, or what will be here."""
        return super().index(request, {**home.contents(request), **(extra_context or {})})

    def get_log_entries(self, request: MemberRequest) -> list[Any]:
        """Return nothing: what happened stands in the access log, never in Django's own."""
        return []

    def search(self, request: MemberRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Find pages of the menu by title; Unfold's own search caches answers across accounts and roles."""
        wanted = request.GET.get("s", "").strip().lower()
        found = menu.results(request, wanted) if wanted else []
        template = "command_results" if "extended" in request.GET else "search_results"
        paginator = Paginator(found, max(len(found), 1))
        context = {"results": paginator.page(1), "page_obj": paginator, "page_counter": 0, "execution_time": 0}
        return TemplateResponse(request, f"unfold/helpers/{template}.html", context, headers={"HX-Trigger": "search"})


def load_faces() -> None:
    """Import the `admin` module of each of our apps; other packages' admin pages stay out."""
    for app in apps.get_app_configs():
        ours = Path(app.path) == settings.BASE.joinpath(*app.name.split("."))
        if ours and module_has_submodule(app.module, "admin"):
            import_module(f"{app.name}.admin")
