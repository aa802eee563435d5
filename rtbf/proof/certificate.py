"""State what became of a request, signed: what went, what stayed and why, from when on nobody can bring it back.

The certificate names nobody: counts, codes, moments and the request's entries in the log with their proofs. It is
issued when the request ends and anew, as the next version, when a later moment becomes known; none is ever changed.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.rights import require
from rtbf import words
from rtbf.entries import note
from rtbf.models import Action, Certificate, Figures, Outcome, Request, ResidueScan, State, Weight
from rtbf.proof.moments import moments_of
from rtbf.proof.proving import changed_figures
from rtbf.querysets import SEE
from rtbf.verify_certificate import KIND, MOST_ENTRIES
from trail import inclusion, sequence
from trail.actor import Actor, require_actor
from trail.canonical import canonical
from trail.models import Event

CERTIFY: Final = "rtbf.certify"
ENTRIES: Final = ("request.drafted", "request.planned", "request.confirmed", "request.approved", "request.started",
                  "request.item_failed", "residue.searched", "request.completed", "erasure.decided")  # fmt: skip
GROUNDS: Final = {
    words.LEGAL_HOLD: "Art. 17(3)(e): establishment, exercise or defence of legal claims",
    words.DUTY: "Art. 17(3)(b): a legal obligation to keep it",
    words.SHARED: "not decided: the identifier is shared with others",
    words.CUSTOMER_KEPT: "needed to know whose the kept records are",
    words.UNREADABLE: "could not be changed",
}
MOST_FINDINGS = 200


def issue(request: Request, *, actor: Actor) -> Certificate | None:
    """Issue a certificate of an ended request, unless the last one says the same. Safe to repeat."""
    require_actor(actor)
    if request.state not in (State.COMPLETED, State.EXCEPTIONS):
        return None
    # The entries named must have their place in the signed tree.
    sequence.seal_recent()
    said = statement(request)
    facts = hashlib.sha256(canonical({**said, "log": {}})).hexdigest()
    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        last = Certificate.objects.filter(request=held).order_by("-version").first()
        if last is not None and last.facts == facts:
            return last
        now = timezone.now()
        said |= {
            "version": last.version + 1 if last else 1,
            "issued_at": _moment(now),
            "replaces": hashlib.sha256(last.document.encode()).hexdigest() if last else None,
        }
        certificate = Certificate.objects.create(
            request=held, version=said["version"], issued_at=now, is_clean=said["clean"], final=said["final"],
            facts=facts, document=signed(said),
        )  # fmt: skip
        note("certificate.issued", held, actor, facts={"version": certificate.version, "clean": certificate.is_clean})
    return certificate


def newest(request: Request) -> Certificate | None:
    """Return the certificate that stands."""
    return Certificate.objects.filter(request=request).order_by("-version").first()


def read(request: Request, *, actor: Actor) -> dict[str, Any]:
    """Return what the standing certificate says, with an entry. Raises Refused."""
    require(require_actor(actor), SEE, request, action="certificate.opened")
    found = Certificate.objects.filter(request=request).latest("version")
    with transaction.atomic():
        note("certificate.opened", request, actor, facts={"version": found.version})
    said: dict[str, Any] = json.loads(found.document)["certificate"]
    return said


def downloaded(request: Request, certificate: Certificate, form: str, *, actor: Actor) -> None:
    """Put on record that a version leaves the house. Raises Refused."""
    require(require_actor(actor), SEE, request, action="certificate.downloaded")
    with transaction.atomic():
        note("certificate.downloaded", request, actor, facts={"version": certificate.version, "form": form})


def unfinished() -> list[Request]:
    """Return the ended requests whose certificate is missing, or still waits for a moment to be told."""
    ended = Request.objects.filter(state__in=(State.COMPLETED, State.EXCEPTIONS), figures__isnull=False)
    return list(ended.exclude(certificates__final=True).select_related("account"))


def statement(request: Request) -> dict[str, Any]:
    """Return all that a certificate states, but for its version and moment."""
    moments, searched = moments_of(request), _residue(request)
    left = request.items.exclude(outcome__in=(Outcome.DONE, Outcome.GONE, Outcome.NOT_THEIRS)).exists()
    clean = not left and request.state == State.COMPLETED and not searched["left"] and not searched["not_searched"]
    return {
        "type": KIND,
        "account": {"id": str(request.account_id), "name": request.account.name},
        "request": {
            "id": str(request.pk),
            "reference": request.reference,
            "state": request.state,
            "raised_at": _moment(request.raised_at),
            "confirmed_at": _moment(request.confirmed_at),
            "approved_at": _moment(request.approved_at),
            "started_at": _moment(request.started_at),
            "finished_at": _moment(request.finished_at),
        },
        "clean": clean,
        "final": moments.all_known,
        "records": _records(request),
        "kept": _kept(request),
        "moments": {
            "keys": moments.keys,
            "unreadable_at": _moment(moments.unreadable),
            "keys_unrecoverable_at": _moment(moments.unrecoverable),
            "root_rotated_at": _moment(moments.beyond_old_roots),
            "index_unlinkable_at": _moment(moments.unlinkable),
            "provider": moments.provider,
        },
        "search": searched,
        "statistics": _statistics(request),
        "log": proofs(request.account_id, request.reference, ENTRIES),
    }


def _records(request: Request) -> list[dict[str, Any]]:
    rows = request.items.values("kind", "action", "outcome").annotate(number=Count("pk"))
    return [dict(row) for row in rows.order_by("kind", "action", "outcome")]


def _kept(request: Request) -> list[dict[str, Any]]:
    staying = request.items.filter(outcome__in=(Outcome.KEPT, Outcome.FAILED))
    staying = staying | request.items.filter(outcome="", action__in=(Action.KEEP, Action.DECIDE))
    rows = staying.values("kind", "because").annotate(number=Count("pk")).order_by("kind", "because")
    return [{**row, "ground": GROUNDS.get(row["because"], words.because(row["because"]))} for row in rows]


def _residue(request: Request) -> dict[str, Any]:
    last = ResidueScan.objects.filter(request=request).exclude(ended_at=None).order_by("-started_at").first()
    if last is None:
        return {"ended_at": None, "left": 0, "kept": 0, "alike": 0, "searched": {}, "not_searched": ["everything"],
                "places": []}  # fmt: skip
    found = last.findings.all()
    return {
        "ended_at": _moment(last.ended_at),
        **{weight.value: found.filter(weight=weight).count() for weight in Weight},
        "identifiers": last.identifiers,
        "texts": last.texts,
        "searched": last.searched,
        "not_searched": last.not_searched,
        "places": [
            {"kind": each.kind, "place": each.place, "what": each.what, "number": each.number}
            for each in found.filter(weight=Weight.LEFT).order_by("pk")[:MOST_FINDINGS]
        ],
    }


def _statistics(request: Request) -> dict[str, Any]:
    figures = Figures.objects.filter(request=request).first()
    if figures is None or figures.after is None:
        return {"equal": None}
    changed = changed_figures(request)
    return {
        "equal": not changed["own"] and not changed["account"],
        "own_equal": not changed["own"],
        "measured_at": _moment(figures.measured_at),
        "measured_again_at": _moment(figures.measured_again_at),
        **{
            f"{name}_{whose}": {"figures": told[whose]["all"], "sha256": _digest(told[whose])}
            for name, told in (("before", figures.before), ("after", figures.after))
            for whose in ("own", "account")
        },
    }


def proofs(account_id: UUID, case: str, actions: Sequence[str]) -> dict[str, Any]:
    """Return a case's own entries with their proofs, and the signed heads they are proved by."""
    events = Event.objects.filter(account_id=account_id, case=case, action__in=actions)
    heads: dict[int, str] = {}
    entries: list[dict[str, Any]] = []
    for event in events.order_by("at", "id")[:MOST_ENTRIES]:
        proof = inclusion.prove(event)
        if proof.holds and proof.size is not None:
            heads[proof.size] = proof.note
            entries.append({"text": event.text, "position": proof.position, "size": proof.size, "path": proof.path})
    return {"checkpoints": [heads[size] for size in sorted(heads)], "entries": entries}


def signed(said: dict[str, Any]) -> str:
    """Return a statement as the signed document that `rtbf.verify_certificate` checks."""
    signer = sequence.signer()
    signature = base64.b64encode(signer.sign_statement(KIND, canonical(said))).decode()
    whole = {"certificate": said, "signature": {"ed25519": signature, "key": signer.verifier.vkey()}}
    return canonical(whole).decode()


def _digest(figures: Any) -> str:
    return hashlib.sha256(json.dumps(figures, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
