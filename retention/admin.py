"""Where legal holds stand in the portal: menu, the officer's first page, and the pages themselves."""

from django.urls import reverse
from django.utils import timezone

from accounts import menu, roles
from accounts.days import today_in
from accounts.home import Card, card
from accounts.requests import MemberRequest, membership_of
from privacy import restored
from retention import hold_rules, nights
from retention.models import LegalHold, Policy, Run
from retention.querysets import SEE, SEE_POLICIES
from retention.views import fates, holds, placing, policies, runs

__all__ = ["fates", "holds", "placing", "policies", "runs"]

menu.entry("Legal holds", url="portal:holds", icon="gavel", right=SEE, section="Retention", order=40)
menu.entry("Rules of holds", url="portal:hold-rules", icon="gavel", right=hold_rules.CHANGE, section="Retention")
menu.entry("Policies", url="portal:policies", icon="schedule", right=SEE_POLICIES, section="Retention", order=41)
menu.entry("Disposal", url="portal:disposal", icon="auto_delete", right=SEE_POLICIES, section="Retention", order=42)


@card(roles.OFFICER, order=5)
def holds_after_restore(request: MemberRequest) -> Card | None:
    """Say that disposal waits for somebody to look at the holds."""
    if restored.unreviewed(membership_of(request).account_id) is None:
        return None
    text = "A database was restored from an older copy. Disposal by age waits until you have looked at the holds."
    return Card("Holds after a restore", text=text, url=reverse("portal:holds"), link="See holds")


@card(roles.OFFICER, order=20)
def holds_to_review(request: MemberRequest) -> Card | None:
    """Say how many holds are in force and how many are due for a look."""
    active = LegalHold.objects.visible_to(request.actor).active()
    number = active.count()
    if not number:
        return None
    due = active.filter(review_on__lte=today_in(membership_of(request).account)).count()
    text = f"{number} in force, {due} to look at again today or before."
    return Card("Legal holds", text=text, url=reverse("portal:holds"), link="See holds")


@card(roles.OFFICER, order=25)
def last_night(request: MemberRequest) -> Card | None:
    """Say what last night's disposal came to, and whether it asks for a person."""
    run = Run.objects.visible_to(request.actor).order_by("-created_at").first()
    if run is None:
        return None
    disposed = sum(each.get("disposed", 0) for each in run.counts.values())
    text = f"{run.get_state_display()}: {disposed:,} records disposed of."
    if run.code and run.is_open:
        text = f"{nights.REASONS[run.code]} Nothing is disposed of before you decide."
    return Card("Disposal", text=text, url=reverse("portal:disposal-run", args=[run.pk]), link="See the run")


@card(roles.OFFICER, order=30)
def policies_pending(request: MemberRequest) -> Card | None:
    """Say how many changes of policies wait to be in force."""
    number = Policy.objects.visible_to(request.actor).pending(timezone.now()).count()
    if not number:
        return None
    text = f"{number} waiting to be in force; they can still be withdrawn."
    return Card("Policies", text=text, url=reverse("portal:policies"), link="See policies")
