"""The administrator's pages: members, agents, teams, own numbers, the account. Forms before the flows, nothing more."""

from typing import Any

from django.contrib import admin
from django.http import HttpResponse

from accounts import menu
from accounts.forms import MemberForm, NewMemberForm
from accounts.membership import Added, add_member, change_member
from accounts.models import Account, Agent, Line, Membership, Team
from accounts.pages import render_page
from accounts.portal import PortalAdmin
from accounts.requests import MemberRequest
from accounts.roles import SUPERVISOR
from accounts.staffing import add_agent, add_team, change_agent, rename_team, set_supervision
from accounts.tenants import add_line, change_account, rename_line
from accounts.views import purposes

__all__ = ["purposes"]

for place, (title, model, icon) in enumerate(
    (
        ("Members", "membership", "group"),
        ("Agents", "agent", "headset_mic"),
        ("Teams", "team", "groups"),
        ("Own numbers", "line", "call"),
        ("Account", "account", "apartment"),
    )
):
    url = f"portal:accounts_{model}_changelist"
    menu.entry(title, url=url, icon=icon, right=f"accounts.view_{model}", section="People", order=900 + place)
menu.entry(
    "What calls are kept for", url="portal:purposes", icon="label", right=purposes.SEE, section="Retention", order=43
)


class _Small(PortalAdmin):
    """A list of dozens, which may be counted."""

    show_full_result_count = True


@admin.register(Membership)
class MembershipAdmin(_Small):
    """Members: who is in, as what, and for whom."""

    list_display = ("person", "role", "agent", "active")
    list_filter = ("role", "active")
    list_select_related = ("user", "agent", "account")
    radio_fields = {"role": admin.VERTICAL}

    @admin.display(description="Person", ordering="user__name")
    def person(self, member: Membership) -> str:
        """Return the name with the address."""
        return f"{member.user.name} <{member.user.email}>" if member.user.name else member.user.email

    def get_fields(self, request: MemberRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """Ask for the person only when adding."""
        if obj is None:
            return ("email", "name", "role", "extension", "teams")
        return ("person", "role", "agent", "active", "whole_account", "teams")

    def get_readonly_fields(self, request: MemberRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """Show the person; who it is never changes."""
        return () if obj is None else ("person",)

    def get_form(
        self, request: MemberRequest, obj: Membership | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Hand the form the actor, so that it offers only the account's own teams."""
        base = MemberForm if obj else NewMemberForm
        kwargs["form"] = type(base.__name__, (base,), {"actor": request.actor})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: MemberRequest, obj: Any, form: Any, change: bool) -> None:
        """Add or change the member by the flows."""
        if change:
            self._change(request, obj, form)
            return
        told = form.cleaned_data
        obj.added = add_member(
            actor=request.actor,
            account=_account(request),
            email=told["email"],
            role=told["role"],
            name=told["name"],
            extension=told["extension"],
            teams=told["teams"],
        )

    def response_add(self, request: MemberRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Show the password made up for a new person, this once; it is in no message, cookie or log."""
        added: Added = obj.added
        return render_page(request, "portal/member_added.html", {"added": added}, title="Member added")

    def _change(self, request: MemberRequest, obj: Membership, form: Any) -> None:
        told, actor = form.cleaned_data, request.actor
        if {"role", "agent", "active"} & set(form.changed_data):
            change_member(actor=actor, membership=obj, role=told["role"], agent=told["agent"], active=told["active"])
        if told["role"] == SUPERVISOR and {"role", "whole_account", "teams"} & set(form.changed_data):
            set_supervision(actor=actor, membership=obj, whole_account=told["whole_account"], teams=told["teams"])


@admin.register(Agent)
class AgentAdmin(_Small):
    """Agents as the phone system knows them."""

    list_display = ("extension", "name", "team")
    list_select_related = ("team",)
    fields = ("extension", "name", "team")

    def get_readonly_fields(self, request: MemberRequest, obj: Agent | None = None) -> tuple[str, ...]:
        """Keep the extension: calls were joined by it."""
        return ("extension",) if obj else ()

    def save_model(self, request: MemberRequest, obj: Any, form: Any, change: bool) -> None:
        """Add or change the agent by the flows."""
        actor = request.actor
        if change:
            change_agent(actor=actor, agent=obj, name=obj.name, team=obj.team)
            return
        added = add_agent(actor=actor, account=_account(request), extension=obj.extension, name=obj.name, team=obj.team)
        obj.pk = added.pk


@admin.register(Team)
class TeamAdmin(_Small):
    """Teams."""

    list_display = ("name",)
    fields = ("name",)

    def save_model(self, request: MemberRequest, obj: Any, form: Any, change: bool) -> None:
        """Add or rename the team by the flows."""
        actor = request.actor
        if change:
            rename_team(actor=actor, team=obj, name=obj.name)
            return
        obj.pk = add_team(actor=actor, account=_account(request), name=obj.name).pk


@admin.register(Line)
class LineAdmin(_Small):
    """Telephone numbers of the account itself."""

    list_display = ("number", "label")
    fields = ("number", "label")

    def get_readonly_fields(self, request: MemberRequest, obj: Line | None = None) -> tuple[str, ...]:
        """Keep the number: another number is another line."""
        return ("number",) if obj else ()

    def save_model(self, request: MemberRequest, obj: Any, form: Any, change: bool) -> None:
        """Add or rename the line by the flows."""
        actor = request.actor
        if change:
            rename_line(actor=actor, line=obj, label=obj.label)
            return
        obj.pk = add_line(actor=actor, account=_account(request), number=obj.number, label=obj.label).pk


@admin.register(Account)
class AccountAdmin(_Small):
    """The account's settings."""

    list_display = ("name", "region", "zone", "grace_hours")
    fields = ("name", "region", "zone", "grace_hours")
    readonly_fields = ("name", "region")

    def save_model(self, request: MemberRequest, obj: Any, form: Any, change: bool) -> None:
        """Change the settings by the flow."""
        actor = request.actor
        change_account(actor=actor, account=obj, zone=obj.zone, grace_hours=obj.grace_hours)


def _account(request: MemberRequest) -> Account:
    return Account.objects.visible_to(request.actor).get()
