"""Where legal holds stand in the portal: menu, the officer's first page, and the pages themselves."""

from django.urls import reverse
from django.utils import timezone

from accounts import menu, roles
from accounts.home import Card, card
from accounts.requests import MemberRequest, membership_of
from privacy import restored
from retention import views
from retention.models import LegalHold
from retention.querysets import SEE

__all__ = ["views"]

menu.entry("Legal holds", url="portal:holds", icon="gavel", right=SEE, section="Retention", order=40)


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
    due = active.filter(review_on__lte=timezone.now().date()).count()
    text = f"{number} in force, {due} to look at again today or before."
    return Card("Legal holds", text=text, url=reverse("portal:holds"), link="See holds")
