"""The pages of calls: the list, one call, saying why, and commenting.

Faces only: each reads a form, calls one flow and shows what it said.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Account, Purpose
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.roles import AGENT
from accounts.scope import scope_of
from customers.restricting import restricted
from interactions import purposes, showing
from interactions.comments import COMMENT, NotAComment, add_comment
from interactions.drafts import Direction
from interactions.holding import held
from interactions.listing import KINDS, LENGTHS, Filters, Page, Place, page_of
from interactions.models import Interaction
from interactions.models.searches import LONGEST_NAME
from interactions.playback import LISTEN, SEEN, find_interaction
from interactions.presenting import DIRECTIONS, agent_name, day_and_time, day_of, length_of, masked_number, shown_line
from interactions.querysets import PLACE_HOLDS, SEE
from interactions.repurposing import CHANGE, CHANGED, REASONS, NotChangeable, change_purposes
from interactions.restricting import opens
from interactions.views.unreachable import or_say_later
from privacy.open import open_rows, warrant

LISTED = "interactions.listed"
ABOUT = (Interaction._meta.label, "pk")


@page("interactions/", name="interactions", right=SEE, action=LISTED)
@page("my-recordings/", name="my-recordings", right=SEE, action=LISTED)
@never_cache
@or_say_later
@require_GET
def listing(request: MemberRequest) -> HttpResponseBase:
    """List the calls a person may see; to an agent, the agent's own."""
    account, is_agent = _account(request), request.actor.role == AGENT
    filters = Filters.read(request.GET)
    rows = filters.narrow(Interaction.objects.visible_to(request.actor), account.zone)
    if is_agent:
        # Says again what `visible_to` said, in the form that the index of an agent's calls answers.
        rows = rows.filter(agent_id=membership_of(request).agent_id)
    place = {name: Place.read(request.GET.get(name, "")) for name in ("after", "before")}
    found = page_of(rows, **place)
    context = {
        "rows": _rows(request, account, found),
        "page": found,
        "zone": account.zone,
        "filters": filters,
        "is_filtered": bool(filters.as_query),
        "choices": _choices(request, is_agent),
        "newer": _link(request, filters, before=found.newer),
        "older": _link(request, filters, after=found.older),
        "is_agent": is_agent,
        "longest_name": LONGEST_NAME,
        "hold_these": urlencode(filters.as_query) if may(request.actor, PLACE_HOLDS) else "",
    }
    title = "My recordings" if is_agent else "Interactions"
    return render_page(request, "interactions/list.html", context, title=title)


@page("interactions/<uuid:pk>/", name="interaction", right=LISTEN, action=SEEN, record=ABOUT, also=opens)
@never_cache
@or_say_later
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one call; what was said in it only to whoever said why they want to know."""
    return _show(request, find_interaction(actor=request.actor, pk=pk, action=SEEN))


@page("interactions/<uuid:pk>/purpose", name="interaction-purpose", right=LISTEN, action=SEEN, record=ABOUT, also=opens)
@never_cache
@or_say_later
@require_POST
def choose(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Keep why a person listens to this call until the visit ends."""
    call = find_interaction(actor=request.actor, pk=pk, action=SEEN)
    purpose, case = request.POST.get("purpose", ""), request.POST.get("case", "")
    try:
        reason = purposes.reason_of(purpose, case, region=call.account.region, only_legal=bool(_closed(call)))
    except purposes.NotAReason as problem:
        return _show(request, call, status=422, problem=str(problem), purpose=purpose, case=case)
    purposes.choose(request.session, request.actor, call.pk, reason)
    return redirect("portal:interaction", pk)


@page(
    "interactions/<uuid:pk>/comments", name="interaction-comment", right=COMMENT, action="comment.added", record=ABOUT
)
@never_cache
@or_say_later
@require_POST
def comment(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Add a comment and show the call again."""
    call = find_interaction(actor=request.actor, pk=pk, action="comment.added")
    text, at = request.POST.get("text", ""), request.POST.get("at", "")
    try:
        add_comment(actor=request.actor, interaction=call, text=text, at_ms=_milliseconds(at))
    except NotAComment as problem:
        return _show(request, call, status=422, comment_problem=str(problem), comment_text=text, comment_at=at)
    return redirect(f"{reverse('portal:interaction', args=[pk])}#comments")


@page("interactions/<uuid:pk>/purposes", name="interaction-purposes", right=CHANGE, action=CHANGED, record=ABOUT)
@never_cache
@or_say_later
@require_POST
def repurpose(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Change what the call is kept for, and show it again."""
    asked = request.POST
    try:
        change_purposes(
            actor=request.actor, call_id=pk, purposes=asked.getlist("purposes"), reason=asked.get("reason", "")
        )
    except NotChangeable as problem:
        call = find_interaction(actor=request.actor, pk=pk, action=CHANGED)
        return _show(request, call, status=422, purposes_problem=str(problem))
    return redirect("portal:interaction", pk)


def _show(request: MemberRequest, call: Interaction, *, status: int = 200, **more: Any) -> HttpResponseBase:
    reason = purposes.chosen(request.session, request.actor, call.pk) if call.is_living else None
    context = showing.page_of(actor=request.actor, interaction=call, reason=reason)
    given = {"purpose": reason.purpose, "case": reason.case} if reason else {}
    choices = {purposes.LEGAL: purposes.PURPOSES[purposes.LEGAL]} if context["restricted"] else purposes.PURPOSES
    context |= {"purposes": choices, "is_agent": request.actor.role == AGENT, **given, **more}
    context |= {"all_purposes": Purpose.choices, "purpose_reasons": REASONS}
    title = context["head"]["when"]
    return render_page(request, "interactions/show.html", context, title=title, status=status)


def _rows(request: MemberRequest, account: Account, found: Page) -> list[dict[str, Any]]:
    """Return the rows as the table shows them: one entry and one question to the keyring for the whole page."""
    if not found.rows:
        return []
    facts = {"rows": len(found.rows)}
    pass_ = warrant(actor=request.actor, action=LISTED, account_id=account.pk, purpose=purposes.OVERVIEW, facts=facts)
    closed = restricted(row.customer_id for row in found.rows)
    shown = [row for row in found.rows if row.is_living and row.customer_id not in closed]
    opened = open_rows(shown, "customer_address", warrant=pass_)
    on_hold = held(found.rows)
    return [
        {
            **_row(row, account.zone, opened.get(row.pk, {}).get("customer_address"), row.pk in on_hold),
            "is_restricted": row.is_living and row.customer_id in closed,
        }
        for row in found.rows
    ]


def _row(row: Any, zone: str, address: str | None, is_held: bool) -> dict[str, Any]:
    direction, icon = DIRECTIONS[row.direction]
    return {
        "pk": row.pk,
        "when": day_and_time(row.started_at, zone),
        "direction": direction,
        "icon": icon,
        "customer": masked_number(address) if row.is_living else "",
        "forgotten_on": day_of(row.condemned_at, zone) if row.condemned_at else "",
        "agent": agent_name(row.agent),
        "line": row.queue or shown_line(row.line) or "–",
        "length": length_of(row),
        "contents": [(title, symbol) for name, (_, title, symbol) in KINDS.items() if getattr(row, f"has_{name}")],
        "is_held": is_held,
        "deleted_on": day_of(row.content_deleted_at, zone) if row.content_deleted_at and row.is_living else "",
    }


def _choices(request: MemberRequest, is_agent: bool) -> dict[str, Any]:
    return {
        "agents": [] if is_agent else list(scope_of(request.actor).agents.order_by("name", "extension").distinct()),
        "directions": [(each.value, DIRECTIONS[each][0]) for each in Direction],
        "kinds": [(name, title) for name, (_, title, _) in KINDS.items()],
        "lengths": [(name, title) for name, (title, _, _) in LENGTHS.items()],
    }


def _link(request: MemberRequest, filters: Filters, **place: Place | None) -> str:
    where = {name: str(value) for name, value in place.items() if value is not None}
    return f"{request.path}?{urlencode({**filters.as_query, **where})}" if where else ""


def _closed(call: Interaction) -> str:
    return restricted([call.customer_id]).get(call.customer_id, "") if call.customer_id else ""


def _account(request: MemberRequest) -> Account:
    return membership_of(request).account


def _milliseconds(seconds: str) -> int | None:
    """Return the place a form names in seconds, or None for a comment on the whole call."""
    try:
        return round(float(seconds) * 1000) if seconds.strip() else None
    except (ValueError, OverflowError):
        raise NotAComment("The place in the sound is no number of seconds. Nothing was added.") from None
