"""What a change of policies would do, as the pages that ask for it show it: charts, tables, samples and a file."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import Account
from accounts.requests import MemberRequest
from retention import pictures, words
from retention.comparing import Difference, compare, with_draft, without
from retention.due import Schedule
from retention.models import Policy
from retention.policies import refuse_default
from retention.preview import count_stock, preview
from retention.samples import samples_of
from retention.views.previewing import day_wanted
from trail.append import append

SOONER, LONGER = "Go sooner", "Are kept longer"


def effect_of_draft(request: MemberRequest, account: Account, draft: Policy, on: str) -> dict[str, Any]:
    """Return the effect of a draft from a day on. Raises PolicyError."""
    now = Schedule.at(account, timezone.now())
    return _effect(request, now, with_draft(now, draft), on, {str(draft.pk): draft.name})


def effect_of_end(request: MemberRequest, policy: Policy, on: str) -> dict[str, Any]:
    """Return the effect of a policy's end from a day on. Raises PolicyError."""
    refuse_default(policy)
    now = Schedule.at(policy.account, timezone.now())
    return _effect(request, now, without(now, policy), on, {})


def _effect(
    request: MemberRequest, as_it_is: Schedule, changed: Schedule, on: str, more: Mapping[str, str]
) -> dict[str, Any]:
    today = as_it_is.day_of(timezone.now())
    day, stock = day_wanted(on, today), count_stock(as_it_is)
    before, after = preview(as_it_is, day, stock=stock), preview(changed, day, stock=stock)
    names = {rule.id: rule.name for rule in as_it_is.rules} | dict(more)
    append("retention.previewed", actor=request.actor, account_id=as_it_is.account.pk)
    return {
        "before": pictures.due_by_day(before), "after": pictures.due_by_day(after), "estimate": after.is_estimate,
        "goes_before": before.total, "goes_after": after.total, "on": day, "is_today": day == today,
        "table": pictures.table(after, names, samples_of(changed, stock, day)), "days": pictures.days(after, names),
        "difference": _rows(compare(as_it_is, changed, stock)),
    }  # fmt: skip


def _rows(found: Difference) -> list[dict[str, Any]]:
    return [
        {"kind": words.KINDS[kind], "sums": [(found.sooner.get(kind), SOONER), (found.longer.get(kind), LONGER)]}
        for kind in found.kinds
    ]
