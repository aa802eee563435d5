"""The pages of legal holds: the list, and one hold with all that becomes of it.

Faces only: each reads a form, calls one flow and shows what it said. What was written about a matter is sealed, so
showing it is an opening, with an entry.
"""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.days import today_in
from accounts.finding import find_visible
from accounts.models import Account, Membership
from accounts.pages import page, render_page
from accounts.requests import MemberRequest, membership_of
from accounts.rights import may
from accounts.roles import ROLES, rights_of
from accounts.telling import telling
from accounts.typed import id_in
from privacy import restored
from privacy.open import Warrant, open_rows, warrant
from privacy.witness import RecordRef
from retention import hold_rules
from retention.case_files import NAMED, references
from retention.conditions import in_words
from retention.errors import HoldError, Incomplete
from retention.guard import GROUND
from retention.holds import COVERABLE, RELEASE, release_hold
from retention.looking_again import change_hold
from retention.models import LegalHold
from retention.querysets import SEE
from retention.reviewing import confirm_holds
from retention.second_person import approve_release, decline_release

PLACE = "retention.place_hold"
SHOWN = 50
SEARCHED = 1_000
"""Matters are sealed: so many of the latest holds are opened to search for words in them."""
TABS = {"active": "In force", "asked": "Release asked for", "released": "Released"}


@page("holds/", name="holds", right=SEE, action="holds.opened")
@never_cache
@require_GET
def holds(request: MemberRequest) -> HttpResponseBase:
    """List the holds of the account, those in force first, narrowed by matter, owner and review."""
    asked, account = request.GET, membership_of(request).account
    visible = LegalHold.objects.visible_to(request.actor)
    lists = {
        "active": visible.active(),
        "asked": visible.active().exclude(release_asked_at=None),
        "released": visible.exclude(released_at=None),
    }
    tab = asked.get("tab", "active") if asked.get("tab", "active") in TABS else "active"
    rows, more = _narrowed(request, lists[tab])
    context = {
        "tab": tab,
        "tabs": [(name, title, lists[name].count()) for name, title in TABS.items()],
        "rows": rows,
        "older": _older(asked, rows[-1]["hold"]) if more else "",
        "asked": asked,
        "is_filtered": any(asked.get(name) for name in ("matter", "owner", "due")),
        "owners": owners_of(account),
        "today": today_in(account),
        "may_place": may(request.actor, PLACE),
        "restored": may(request.actor, PLACE) and restored.unreviewed(membership_of(request).account_id),
        "searched": SEARCHED,
    }
    return render_page(request, "retention/holds.html", context, title="Legal holds")


def _narrowed(request: MemberRequest, rows: "QuerySet[LegalHold]") -> tuple[list[dict[str, Any]], bool]:
    """Return a page of holds with their matters, the latest first, and whether there are more."""
    asked = request.GET
    owner, matter = id_in(asked.get("owner", "")), asked.get("matter", "").strip().casefold()
    rows = rows.filter(owner_id=owner) if owner else rows
    rows = rows.filter(review_on__lte=today_in(membership_of(request).account)) if asked.get("due") else rows
    after = asked.get("after", "").replace("\0", "")
    rows = rows.filter(reference__lt=after) if after else rows
    rows = rows.select_related("placed_by", "owner")
    rows = rows.prefetch_related("scopes", "conditions__agent", "conditions__account")
    found = list(rows.order_by("-reference")[: SEARCHED if matter else SHOWN + 1])
    if not found:
        return [], False
    opened = open_rows(found, "matter", warrant=_warrant(request, "holds.opened"))
    matters = {row.pk: opened.get(row.pk, {}).get("matter") or "" for row in found}
    fitting = [row for row in found if matter in matters[row.pk].casefold()]
    shown = [{"hold": row, "matter": matters[row.pk], "scopes": scopes_of(row)} for row in fitting[:SHOWN]]
    return shown, len(fitting) > SHOWN


def _older(asked: QueryDict, last: LegalHold) -> str:
    """Return the query of the page after `last`, narrowed as this one."""
    kept = {name: asked[name] for name in ("tab", "matter", "owner", "due") if asked.get(name)}
    return urlencode({**kept, "after": last.reference})


@page("holds/confirm/", name="holds-confirm", right=PLACE, action="holds.reviewed")
@never_cache
@require_POST
def confirm(request: MemberRequest) -> HttpResponseBase:
    """Note that the holds were looked at after a restore, and show them again."""
    with telling(request, HoldError):
        confirm_holds(actor=request.actor, account=membership_of(request).account)
        messages.success(request, "Noted. Disposal by age goes on.")
    return redirect("portal:holds")


@page("holds/<uuid:pk>/", name="hold", right=SEE, action="hold.opened")
@never_cache
@require_GET
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Show one hold with what was written about it."""
    hold = _visible(request, pk, "hold.opened")
    opening = _warrant(request, "hold.opened", hold)
    opened = open_rows([hold], "matter", "reason", "release_reason", warrant=opening).get(hold.pk, {})
    context = {
        "hold": hold,
        "opened": opened,
        "scopes": scopes_of(hold),
        "may_release": may(request.actor, RELEASE, hold),
        "may_place": may(request.actor, PLACE, hold),
        "is_mine": hold.release_asked_by_id == request.actor.user_id,
        "four_eyes": hold_rules.rules_of(hold.account).four_eyes,
        "owners": owners_of(hold.account),
        "today": today_in(hold.account),
    }
    return render_page(request, "retention/hold.html", context, title=hold.reference)


@page("holds/<uuid:pk>/change/", name="hold-change", right=PLACE, action="hold.changed")
@never_cache
@require_POST
def change(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Set owner and review day, and show the hold again."""
    hold, owner = _visible(request, pk, "hold.changed"), id_in(request.POST.get("owner", ""))
    with telling(request, HoldError):
        review_on = day_in(request.POST.get("review_on", ""))
        change_hold(actor=request.actor, hold=hold, owner_id=owner, review_on=review_on)
    return redirect("portal:hold", pk)


@page("holds/<uuid:pk>/release/", name="hold-release", right=RELEASE, action="hold.released")
@never_cache
@require_POST
def release(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Release a hold, or ask for it, and show it again."""
    hold = _visible(request, pk, "hold.released")
    with telling(request, HoldError):
        release_hold(actor=request.actor, hold=hold, reason=request.POST.get("reason", ""))
    return redirect("portal:hold", pk)


@page("holds/<uuid:pk>/agree/", name="hold-agree", right=RELEASE, action="hold.released")
@never_cache
@require_POST
def agree(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Agree as the second person, and show the hold again."""
    hold = _visible(request, pk, "hold.released")
    with telling(request, HoldError):
        approve_release(actor=request.actor, hold=hold)
    return redirect("portal:hold", pk)


@page("holds/<uuid:pk>/decline/", name="hold-decline", right=RELEASE, action="hold.release_declined")
@never_cache
@require_POST
def decline(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Let the hold stay, and show it again."""
    hold = _visible(request, pk, "hold.release_declined")
    with telling(request, HoldError):
        decline_release(actor=request.actor, hold=hold)
    return redirect("portal:hold", pk)


def day_in(text: str) -> date | None:
    """Return the day a form names, if any. Raises Incomplete."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Incomplete("Write the day to look again as YYYY-MM-DD. Nothing is held yet.") from None


def owners_of(account: Account) -> list[tuple[UUID, str]]:
    """Return who may own a hold of the account: id and name."""
    seeing = [role for role in ROLES if SEE in rights_of(role)]
    members = Membership.objects.live().filter(account=account, role__in=seeing).select_related("user")
    return sorted(((each.user_id, str(each.user)) for each in members), key=lambda pair: pair[1])


def scopes_of(hold: LegalHold) -> list[str]:
    """Return in words what a hold covers."""
    scopes = [(scope.label, scope.record_id) for scope in hold.scopes.all()]
    labels = [label for label, _ in scopes if label not in NAMED]
    numbers = [(labels.count(label), word) for label, word in COVERABLE.items() if label in labels]
    said = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in numbers]
    named = [f"{' and '.join(said)}, with all parts"] if said else []
    cases = references([scope for scope in scopes if scope[0] in NAMED]).values()
    return [
        *named,
        *(f"the {each}, with all parts" for each in cases),
        *sorted(in_words(each) for each in hold.conditions.all()),
    ]


def _visible(request: MemberRequest, pk: UUID, action: str) -> LegalHold:
    people = ("placed_by", "owner", "release_asked_by", "released_by", "account")
    visible = LegalHold.objects.visible_to(request.actor).select_related(*people)
    return find_visible(visible, pk, actor=request.actor, action=action)


def _warrant(request: MemberRequest, action: str, hold: LegalHold | None = None) -> Warrant:
    account_id = membership_of(request).account_id
    record = RecordRef(LegalHold._meta.label, hold.pk, account_id) if hold else None
    return warrant(actor=request.actor, action=action, account_id=account_id, purpose=GROUND, record=record)
