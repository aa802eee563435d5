"""Prove a request: measure before, measure and search afterwards, then forget what was searched for and conclude.

The search needs the identifiers, so what was typed goes last: execute, search, forget what was typed, conclude. The
execution hands over to a job of its own, which may be killed and run again; it begins its search anew.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from interactions.models import Interaction
from jobs import queue
from jobs.registry import Progress
from privacy import erasure
from rtbf.entries import GROUND
from rtbf.models import Figures, Request, ResidueScan, SearchSample, State, Weight
from rtbf.proof.sampling import open_sample, take_sample
from rtbf.proof.statistics import Measured, differences, measure
from rtbf.residue.scanning import scan
from trail.actor import Actor

SEARCH: Final = "rtbf.residue"


def begin_proof(request: Request, *, actor: Actor) -> None:
    """Take the figures and the sample, before anything goes. Taken twice, the first stand."""
    if not Figures.objects.filter(request=request).exists():
        now = timezone.now()
        last = request.items.order_by("-pk").values_list("pk", flat=True).first() or 0
        with transaction.atomic():
            before = _measured(request, last, now)
            Figures.objects.create(request=request, up_to=last, measured_at=now, before=before)
    take_sample(request, actor=actor)


def hand_over(request: Request, *, actor: Actor) -> None:
    """Queue the search for what may be left; with it the request goes on."""
    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        held.job_id = queue.enqueue(SEARCH, account_id=held.account_id, subject=held.pk, actor=actor).pk
        held.save(update_fields=["job_id"])


def prove(request: Request, *, actor: Actor, progress: Progress) -> bool:
    """Measure again, search, and forget what was searched for. Returns whether all is as it should be.

    Does nothing for a request that is not being carried out. Safe to run twice and to kill.
    """
    if request.state != State.EXECUTING:
        return True
    _measure_again(request)
    scans = ResidueScan.objects.filter(request=request).exclude(ended_at=None)
    samples = SearchSample.objects.filter(request=request, condemned_at=None)
    if samples.exists():
        marks, texts = open_sample(request, actor=actor)
        scan(request.account, marks, texts, actor=actor, request=request, progress=progress)
        erasure.erase(list(samples), actor=actor, ground=GROUND, case=request.reference)
    return scans.exists() and is_proved(request)


def is_proved(request: Request) -> bool:
    """Say whether nothing was left over and the figures of the request's own calls are as before."""
    last = ResidueScan.objects.filter(request=request).exclude(ended_at=None).order_by("-started_at").first()
    if last is None or last.findings.filter(weight=Weight.LEFT).exists():
        return False
    return not changed_figures(request)["own"]


def changed_figures(request: Request) -> dict[str, list[str]]:
    """Return which figures differ: `own` of the request's calls, `account` of all; other work may change the latter."""
    figures = Figures.objects.filter(request=request).first()
    if figures is None or figures.after is None:
        return {"own": [], "account": []}
    return {name: differences(figures.before[name], figures.after[name]) for name in ("own", "account")}


def _measure_again(request: Request) -> None:
    with transaction.atomic():
        figures = Figures.objects.select_for_update().filter(request=request).first()
        if figures is not None and figures.after is None:
            figures.after = _measured(request, figures.up_to, figures.measured_at)
            figures.measured_again_at = timezone.now()
            figures.save(update_fields=["after", "measured_again_at"])


def _measured(request: Request, up_to: int, until: datetime) -> dict[str, Measured]:
    own = request.items.filter(label=Interaction._meta.label, pk__lte=up_to).values_list("record_id", flat=True)
    return {
        "account": measure(request.account, until=until),
        "own": measure(request.account, until=until, calls=own.iterator()),
    }
