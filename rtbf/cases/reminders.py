"""Remind people of requests that are due soon or overdue, and let what belongs to ended ones age.

A reminder names the request by its reference and the day, never whose it is.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.days import today_in
from accounts.models import Account, Membership
from accounts.roles import OFFICER, SUPERVISOR
from customers.models import Restriction
from jobs.mailing import send_mail
from jobs.queue import enqueue_for_account
from privacy.erasure import erase
from retention.deferring import defer
from retention.fate import is_over
from rtbf.cases.clocks import days_left
from rtbf.cases.rules import rules_of
from rtbf.entries import note
from rtbf.models import ENDED, CaseFile, Correction, Request, RequestedIdentifier
from trail.actor import Actor, require_actor

REMIND, END_CASES = "rtbf.remind", "rtbf.end_cases"
AGAIN_AFTER = timedelta(days=3)
ENDED_GROUND = "case_file_ended"
CASE = "case"
"""What policies call a case file."""
Typed = RequestedIdentifier | Correction


def open_of(account: Account) -> list[Request]:
    """Return the requests of an account whose clock runs, the most urgent first."""
    return list(Request.objects.filter(account=account).exclude(state__in=ENDED).order_by("due_on", "pk"))


def to_remind_of(account: Account) -> list[Request]:
    """Return the requests people are to be reminded of today."""
    today, ahead = today_in(account), timedelta(days=rules_of(account).remind_days)
    return [each for each in open_of(account) if each.due_on - ahead <= today and _is_time(each, today)]


def _is_time(request: Request, today: date) -> bool:
    last = request.reminded_on
    if last is None:
        return True
    return last + AGAIN_AFTER <= today or (last < today and request.due_on - today <= timedelta(days=1))


def staff_of(account: Account) -> QuerySet[Membership]:
    """Return the members who answer requests: the supervisors and officers of the account."""
    return Membership.objects.live().filter(account=account, role__in=(SUPERVISOR, OFFICER))


def addresses_of_staff(account: Account) -> list[str]:
    """Return to whom reminders go, each once."""
    return sorted(set(staff_of(account).values_list("user__email", flat=True)))


def queue_reminders() -> int:
    """Note which requests have ended, and queue a job for each account that has something to do; returns how many."""
    queued = 0
    for account in Account.objects.all():
        note_ends(account)
        for kind, is_due in ((REMIND, to_remind_of), (END_CASES, outlived)):
            if is_due(account):
                queued += enqueue_for_account(kind, account.pk)
    return queued


def remind(account_id: UUID, *, actor: Actor) -> int:
    """Write to supervisors and officers about what is due; returns about how many requests."""
    require_actor(actor)
    account = Account.objects.get(pk=account_id)
    due, today = to_remind_of(account), today_in(account)
    if not due:
        return 0
    lines = "\n".join(f"{each.reference}: {days_left(each.due_on, today)} ({each.due_on:%-d %B %Y})" for each in due)
    body = f"Requests of customers, {account.name}:\n\n{lines}\n\nThey stand in the portal under Requests."
    send_mail("Requests are due", body, bcc=addresses_of_staff(account))
    with transaction.atomic():
        Request.objects.filter(pk__in=[each.pk for each in due]).update(reminded_on=today)
        for each in due:
            note("request.reminded", each, actor)
    return len(due)


def note_ends(account: Account) -> None:
    """Let the case files whose request has ended age from that end; policies say how long they are kept."""
    fresh = CaseFile.objects.filter(account=account, ended_at=None, condemned_at=None, request__state__in=ENDED)
    # As long as a restriction is in force its case goes on: the customer is written to before it is lifted.
    in_force = Restriction.objects.in_force().filter(account=account).values("request_id")
    for case in fresh.exclude(request_id__in=in_force).select_related("request"):
        case.ended_at = end_of(case.request)
        case.save(update_fields=["ended_at"])


def end_of(request: Request) -> datetime:
    """Return when an ended request ended."""
    return request.finished_at or request.refused_at or request.cancelled_at or request.raised_at


def outlived(account: Account) -> list[Typed]:
    """Return what was typed for requests whose case file is gone by age: nobody needs it any more."""
    living = CaseFile.objects.filter(account=account, condemned_at=None).values("request_id")
    in_force = Restriction.objects.in_force().filter(account=account).values("request_id")
    found: list[Typed] = []
    for model in (RequestedIdentifier, Correction):
        typed = model._default_manager.filter(account=account, condemned_at=None, request__state__in=ENDED)
        rows = typed.exclude(request_id__in=living).exclude(request_id__in=in_force).select_related("request")
        found += [row for row in rows if is_over(account, CASE, end_of(row.request))]
    return found


def forget_outlived(account_id: UUID, *, actor: Actor) -> int:
    """Destroy what was typed for requests whose case file is gone; returns of how many requests."""
    by_request: dict[Request, list[Typed]] = {}
    for row in outlived(Account.objects.get(pk=account_id)):
        by_request.setdefault(row.request, []).append(row)
    for request, typed in by_request.items():
        defer(erase(typed, actor=actor, ground=ENDED_GROUND, case=request.reference).kept)
    return len(by_request)
