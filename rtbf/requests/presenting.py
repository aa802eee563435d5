"""Put a request and its plan into words for people: groups, sentences, timeline, progress."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.lengths import length
from accounts.models import User
from interactions.models import TEXTS, Interaction
from jobs.models import Job
from privacy.open import Warrant, open_rows
from retention.models import LegalHold
from rtbf import words
from rtbf.cases.clocks import days_left
from rtbf.models import Action, Letter, Outcome, PlanItem, Request, State
from rtbf.planning.freezing import GOING
from rtbf.requests.lifecycle import is_stopped
from rtbf.times import in_zone, time_left

ROWS_SHOWN = 50
SOON = 7
ROWS_A_PAGE = 100
DESTROYED = ("recording", "voicemail", "transcript", "comment", "analysis", "value")


@dataclass
class Row:
    """One record of a plan."""

    when: str
    what: str
    action: str
    because: str
    outcome: str = ""
    late: bool = False
    pk: int = 0
    decision: str = ""
    call_id: UUID | None = None
    running: bool = False


@dataclass
class Group:
    """Records of one kind, or those to decide, or those that stay."""

    title: str
    count: int
    tone: str
    rows: list[Row] = field(default_factory=list)
    kind: str = ""

    @property
    def more(self) -> int:
        """How many rows are not shown."""
        return self.count - len(self.rows)


def groups(request: Request, *, warrant: Warrant | None) -> list[Group]:
    """Return the plan in groups: what a person must decide first, then what stays, then what goes, by kind."""
    found = [_group(request, "To decide", "decide", request.items.filter(action=Action.DECIDE), warrant)]
    staying = _staying(request)
    found.append(_group(request, "Stays", "keep", staying, warrant))
    going = request.items.exclude(pk__in=staying.values("pk")).exclude(action=Action.DECIDE)
    for kind in words.KINDS:
        found.append(_group(request, "", kind, going.filter(kind=kind), warrant))
    known = going.exclude(kind__in=words.KINDS)
    for kind in known.values_list("kind", flat=True).distinct():
        found.append(_group(request, "", kind, known.filter(kind=kind), warrant))
    return [group for group in found if group.count]


def _staying(request: Request) -> QuerySet[PlanItem]:
    """Return what the plan keeps, as far as it did not go after all, and what was to go and did not."""
    planned = request.items.filter(action=Action.KEEP).exclude(outcome__in=(Outcome.DONE, Outcome.GONE))
    return planned | request.items.filter(outcome__in=(Outcome.KEPT, Outcome.FAILED))


def _group(request: Request, title: str, tone: str, items: Any, warrant: Warrant | None) -> Group:
    count = items.count()
    name = title or words.named(tone, count).capitalize()
    rows = _rows(request, list(items.order_by("unit", "pk")[:ROWS_SHOWN]), warrant)
    return Group(name, count, tone if title else "go", rows, kind=tone)


def _rows(request: Request, items: Sequence[PlanItem], warrant: Warrant | None) -> list[Row]:
    calls = _calls(items)
    matters = _matters(items, warrant)
    zone, now = request.account.zone, timezone.now()
    return [
        Row(
            when=in_zone(calls[item.pk].started_at, zone) if item.pk in calls else "",
            what=_what(item, calls.get(item.pk)),
            action=item.get_action_display(),
            because=_because(item, matters),
            outcome=item.get_outcome_display(),
            late=item.late and item.kind != "log_detail",
            pk=item.pk,
            decision=item.decision,
            call_id=calls[item.pk].pk if item.pk in calls else None,
            running=item.pk in calls and calls[item.pk].is_under_way(now),
        )
        for item in items
    ]


def plan_rows(request: Request, *, kind: str, action: str, page: int, warrant: Warrant | None) -> tuple[list[Row], int]:
    """Return one page of the plan's rows of a kind and action (empty: all), and how many there are."""
    items = request.items.all()
    items = items.filter(kind=kind) if kind else items
    items = items.filter(action=action) if action else items
    start = (page - 1) * ROWS_A_PAGE
    rows = list(items.order_by("unit", "pk")[start : start + ROWS_A_PAGE])
    return _rows(request, rows, warrant), items.count()


def _what(item: PlanItem, call: Interaction | None) -> str:
    parts = [words.named(item.kind, 1)]
    if call is not None:
        parts += [f"agent {call.agent}"] if call.agent else []
        parts += [length(call.duration_s)]
    return " · ".join(parts)


def _because(item: PlanItem, matters: dict[UUID, str]) -> str:
    matter = matters.get(item.held_by) if item.held_by else None
    return f"{words.because(item.because)}: {matter}" if matter else words.because(item.because)


def _calls(items: Sequence[PlanItem]) -> dict[int, Interaction]:
    """Return the call of each item that is part of one, in a few queries."""
    call_of = {item.pk: item.unit for item in items}
    passages = {item.record_id: item.pk for item in items if item.spans}
    for text in TEXTS:
        rows = text._default_manager.filter(pk__in=passages).values_list("pk", "interaction_id")
        call_of |= {passages[text_id]: call_id for text_id, call_id in rows}
    calls = Interaction.objects.filter(pk__in=call_of.values()).select_related("agent").in_bulk()
    return {item_id: calls[call_id] for item_id, call_id in call_of.items() if call_id in calls}


def _matters(items: Sequence[PlanItem], warrant: Warrant | None) -> dict[UUID, str]:
    held = {item.held_by for item in items if item.held_by}
    if not held or warrant is None:
        return {}
    holds = list(LegalHold.objects.filter(pk__in=held))
    opened = open_rows(holds, "matter", warrant=warrant)
    return {hold.pk: f"{hold.reference}, {opened[hold.pk]['matter']}" for hold in holds if hold.pk in opened}


def summary(request: Request) -> dict[str, str]:
    """Return the plan in sentences: what goes, what stays, what waits, what statistics keep."""
    counts = request.counts
    going = [f"{number:,} {words.named(kind, number)}" for kind in DESTROYED if (number := _sum(counts, kind, GOING))]
    passages = _sum(counts, "passage", GOING)
    customers = counts.get("customers", 0)
    return {
        "goes": ", ".join(going),
        "hours": length(counts.get("sound_ms", 0) // 1000),
        "passages": f"{passages:,} {words.named('passage', passages)}" if passages else "",
        "decide": _items(sum(_sum(counts, kind, (Action.DECIDE,)) for kind in counts.get("kinds", {}))),
        "statistics": (
            f"{counts.get('calls', 0):,} {words.named('call', counts.get('calls', 0))},"
            f" {length(counts.get('talk_s', 0))} talk time, {customers:,} {'caller' if customers == 1 else 'callers'}"
        ),
    }


def _sum(counts: dict[str, Any], kind: str, actions: Sequence[Action]) -> int:
    return sum(counts.get("kinds", {}).get(kind, {}).get(action.value, 0) for action in actions)


def _items(number: int) -> str:
    return f"{number:,} {'item' if number == 1 else 'items'}" if number else ""


def timeline(request: Request, *, with_papers: bool = False) -> list[dict[str, str]]:
    """Return what happened to the request, oldest first: when, what, who. with_papers: letters and certificates too."""
    steps: list[tuple[datetime | None, str, User | None]] = [
        (request.raised_at, f"Taken in{_by_channel(request)}", request.raised_by),
        (request.identity_checked_at, f"Identity: {request.get_identity_by_display()}", request.identity_checked_by),
        (request.planned_at, "Searched and planned", None),
        (request.extended_at, f"Two months more: {request.get_extended_because_display()}", request.extended_by),
        (request.confirmed_at, f"Confirmed{_second(request)}", request.confirmed_by),
        (request.approved_at, "Approved as the second person", request.approved_by),
        (request.cancelled_at, _ended(request), request.cancelled_by),
        (request.refused_at, f"Refused: {request.get_refused_because_display()}", request.refused_by),
        (request.started_at, "Begun", None),
        (request.finished_at, request.get_state_display() if request.is_finished else "", None),
        *(_papers(request) if with_papers else ()),
    ]
    steps.sort(key=lambda step: step[0].timestamp() if step[0] else 0.0)
    zone = request.account.zone
    return [{"when": in_zone(at, zone), "what": what, "who": str(who or "")} for at, what, who in steps if at]


def _papers(request: Request) -> Iterator[tuple[datetime | None, str, User | None]]:
    """Yield the letters that went out and the certificates that were issued; neither is opened."""
    for letter in Letter.objects.filter(case__request=request).exclude(sent_at=None).select_related("prepared_by"):
        yield letter.sent_at, f"Letter: {letter.get_kind_display()} · {letter.get_state_display()}", letter.prepared_by
    for issued_at, version in request.certificates.values_list("issued_at", "version"):
        yield issued_at, f"Certificate, version {version}", None


def _by_channel(request: Request) -> str:
    return f" ({request.get_channel_display().lower()})" if request.channel else ""


def _second(request: Request) -> str:
    return f"; {request.get_second_because_display()}" if request.second_because else ""


def _ended(request: Request) -> str:
    because = request.get_cancelled_because_display()
    return f"{request.get_state_display()}{': ' if because else ''}{because}"


def clock(request: Request, today: date) -> dict[str, Any]:
    """Return when the request is due, in words, and how urgent that is; of an ended one, that it is not due."""
    says = days_left(request.due_on, today)
    late = request.due_on < today
    tone = "" if request.is_ended else "overdue" if late else "soon" if (request.due_on - today).days <= SOON else ""
    return {
        "due_on": request.due_on,
        "received_on": request.received_on,
        "says": "" if request.is_ended else f"{says[0].upper()}{says[1:]}",
        "tone": tone,
        "extended": request.extended_at is not None,
    }


def progress(request: Request) -> dict[str, Any]:
    """Return how far the work is, for the page and for its refresh; no names, no identifiers."""
    if request.state == State.DISCOVERING:
        return _search_progress(request)
    total = request.items.exclude(action=Action.DECIDE).count()
    done = request.items.exclude(done_at=None).count()
    return {
        "state": request.state,
        "stopped": is_stopped(request),
        "done": done,
        "total": total,
        "percent": 100 * done // total if total else 0,
        "says": _progress_says(request, done, total),
    }


def _search_progress(request: Request) -> dict[str, Any]:
    job = Job.objects.filter(pk=request.job_id).first() if request.job_id else None
    done, total = (job.progress_done, job.progress_total) if job else (0, 0)
    stopped = job is None or not job.is_open
    says = (
        f"Writing down the plan: {done:,} of {total:,} records."
        if total
        else "Searching everything. Nothing is erased."
    )
    return {
        "state": request.state, "stopped": stopped, "done": done, "total": total,
        "percent": 100 * done // total if total else 0, "says": says,
    }  # fmt: skip


def _progress_says(request: Request, done: int, total: int) -> str:
    if request.state == State.PENDING and request.grace_ends_at is not None:
        when = in_zone(request.grace_ends_at, request.account.zone)
        return f"Begins {when}, in {time_left(request.grace_ends_at, timezone.now())}."
    if request.state == State.WAITING:
        return f"A second person must approve: {request.get_second_because_display()}."
    if request.state == State.EXECUTING:
        return f"{done:,} of {total:,} records done."
    return request.get_state_display()


def outcomes(request: Request) -> list[str]:
    """Return what was done, a sentence for each outcome: "Done: 2 calls, 1 voicemail."."""
    rows = request.items.exclude(outcome="").values("kind", "outcome").annotate(number=Count("pk")).order_by("kind")
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["outcome"], []).append(f"{row['number']:,} {words.named(row['kind'], row['number'])}")
    return [f"{each.label}: {', '.join(found[each])}." for each in Outcome if each in found]


def staying(request: Request) -> list[str]:
    """Return what stays, a sentence for each reason: "17 items stay: a law demands that it is kept for now."."""
    rows = _staying(request).values("because").annotate(number=Count("pk"))
    return [
        f"{_items(row['number'])} {'stays' if row['number'] == 1 else 'stay'}: {words.because(row['because'])}."
        for row in rows.order_by("-number", "because")
    ]
