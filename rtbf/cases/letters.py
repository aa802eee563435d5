"""Write letters about a request from the account's templates, keep sealed copies, and send or print them.

A template is text with named placeholders out of a fixed list, filled in one pass: what stands in a value is never
looked at again, so nobody can reach more than the list by writing braces. Queue and log carry ids and codes alone.
"""

import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from accounts.rights import require
from jobs import queue
from jobs.mailing import send_mail
from privacy.keyring.ring import create_keys
from privacy.open import open_row
from privacy.sealing import seal
from rtbf.cases.intake import LONGEST_CONTACT, WRITE, case_of
from rtbf.cases.letter_texts import ASKED, DEFAULTS, PLACEHOLDERS
from rtbf.cases.rules import CHANGE
from rtbf.codes import Asks, Extension, LetterKind, RefusalGround
from rtbf.entries import note, opening_of
from rtbf.errors import NotPossible, TooLate
from rtbf.models import Letter, LetterTemplate, Request, Sending
from trail.actor import Actor, require_actor
from trail.append import append

SEND: Final = "rtbf.send_letter"
NO_GROUND, NO_REASON, NOT_FINISHED = "(no ground chosen yet)", "(no reason chosen yet)", "(not finished yet)"
LONGEST_SUBJECT, LONGEST_BODY = 150, 8_000
ENDINGS: Final[dict[str, tuple[LetterKind, ...]]] = {
    Asks.ERASURE: (LetterKind.DONE,),
    Asks.RECTIFICATION: (LetterKind.CORRECTED,),
    Asks.RESTRICTION: (LetterKind.RESTRICTED, LetterKind.LIFTED),
    Asks.OBJECTION: (LetterKind.OBJECTED, LetterKind.LIFTED),
}
"""How the letters are called that end a matter."""
_PLACEHOLDER = re.compile(r"\{([a-z_]{1,40})\}")


def template_of(account: Account, kind: str) -> tuple[str, str]:
    """Return subject and body of an account's template, or the product's own."""
    own = LetterTemplate.objects.filter(account=account, kind=kind).first()
    return (own.subject, own.body) if own else DEFAULTS[kind]


def kinds_for(request: Request) -> list[tuple[str, str]]:
    """Return the kinds of letters a request may need, as choices."""
    wanted = (LetterKind.ACKNOWLEDGE, LetterKind.EXTEND, LetterKind.REFUSE, *ENDINGS[request.asks])
    return [(each.value, str(each.label)) for each in wanted]


def change_template(*, actor: Actor, account: Account, kind: str, subject: str, body: str) -> LetterTemplate:
    """Change how a kind of letter reads. Raises Refused, or NotPossible for an unknown placeholder or length."""
    require(require_actor(actor), CHANGE, account, action="template.changed")

    if kind not in LetterKind.values:
        raise NotPossible("Choose the kind of letter from the list. Nothing was changed.")
    prove_template(subject, body)

    with transaction.atomic():
        changed = {"subject": subject.strip(), "body": body.strip(), "changed_by_id": actor.user_id}
        row, _ = LetterTemplate.objects.update_or_create(account=account, kind=kind, defaults=changed)
        record = (row._meta.label, str(row.pk))
        append("template.changed", actor=actor, account_id=account.pk, record=record, facts={"kind": kind})
    return row


def prove_template(subject: str, body: str) -> None:
    """Raise NotPossible for an unknown placeholder or a wrong length."""
    _prove(subject, body)
    unknown = sorted({name for name in _PLACEHOLDER.findall(f"{subject} {body}") if name not in PLACEHOLDERS})
    if unknown:
        raise NotPossible(f"Not a placeholder: {', '.join(unknown)[:200]}. Nothing was changed. Choose from the list.")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of placeholders, each once; what is no placeholder stays as it is."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def values_of(request: Request, name: str) -> dict[str, str]:
    """Return what the placeholders stand for in letters about this request."""
    ground, extension = request.refused_because, request.extended_because
    return {
        "name": name or "Sir or Madam",
        "account": request.account.name,
        "reference": request.reference,
        "received_on": f"{request.received_on:%-d %B %Y}",
        "due_on": f"{request.due_on:%-d %B %Y}",
        "asked": ASKED[request.asks],
        "ground": RefusalGround(ground).label if ground else NO_GROUND,
        "reason": Extension(extension).label.lower() if extension else NO_REASON,
        "finished_on": f"{request.finished_at:%-d %B %Y}" if request.finished_at else NOT_FINISHED,
    }


def draft_letter(request: Request, kind: str, name: str) -> tuple[str, str]:
    """Return subject and body of a letter as the template makes it, to be looked at and changed."""
    values = values_of(request, name)
    subject, body = template_of(request.account, kind)
    return fill(subject, values), fill(body, values)


def prepare_letter(*, actor: Actor, request: Request, kind: str, to: str, subject: str, body: str) -> Letter:
    """Seal a letter into the case file as it was written; nothing is sent. Raises Refused, NotPossible, TooLate."""
    require(require_actor(actor), WRITE, request, action="letter.prepared")

    if kind not in LetterKind.values:
        raise NotPossible("Choose the kind of letter from the list. Nothing was written.")
    _prove(subject, body)
    if gaps := [gap for gap in (NO_GROUND, NO_REASON, NOT_FINISHED) if gap in f"{subject} {body}"]:
        raise NotPossible(
            f"The letter still says “{gaps[0]}”. Nothing was written. Refuse, extend or finish the request first, or"
            " put your own words there."
        )
    if len(to) > LONGEST_CONTACT:
        raise NotPossible("The address is too long. Nothing was written.")
    case = case_of(request)
    if not case.is_living:
        raise TooLate("The case file has been destroyed on its day. Nothing was written.")
    (key,) = create_keys(request.account_id, 1)

    with transaction.atomic():
        letter = Letter(account_id=request.account_id, case=case, kind=kind, prepared_by_id=actor.user_id)
        seal(letter, key, {"to": to.strip(), "subject": subject.strip(), "body": body.strip()})
        letter.save(force_insert=True)

        note("letter.prepared", request, actor, facts={"kind": kind})
    return letter


def send_letter(*, actor: Actor, letter: Letter) -> Letter:
    """Send a letter by e-mail, as a job. Raises Refused, NotPossible when its address is none, TooLate when sent."""
    request = letter.case.request
    require(require_actor(actor), WRITE, request, action="letter.queued")

    opened = open_row(letter, "to", warrant=opening_of(request, actor, "letter.opened"))
    _prove_address(opened["to"] or "")
    with transaction.atomic():
        held = Letter.objects.select_for_update().get(pk=letter.pk)
        if held.state == Sending.QUEUED:
            return held
        if held.state not in (Sending.PREPARED, Sending.FAILED):
            raise TooLate("The letter has gone out already. Nothing was sent.")
        held.state = Sending.QUEUED
        held.save(update_fields=["state"])
        queue.enqueue(SEND, account_id=held.account_id, subject=held.pk, actor=actor)

        note("letter.queued", request, actor, facts={"kind": held.kind})
    return held


def deliver_letter(letter_id: UUID, *, actor: Actor) -> None:
    """Hand a queued letter to the mail server. Raises JobFailed to be tried again when that does not take it."""
    letter = Letter.objects.select_related("case__request__account").get(pk=letter_id)
    if letter.state != Sending.QUEUED:
        return
    opening = opening_of(letter.case.request, actor, "letter.opened")
    opened = open_row(letter, "to", "subject", "body", warrant=opening)
    send_mail(opened["subject"], opened["body"], to=[opened["to"]])
    with transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(state=Sending.SENT, sent_at=timezone.now())
        note("letter.sent", letter.case.request, actor, facts={"kind": letter.kind})


def print_letter(*, actor: Actor, letter: Letter) -> Letter:
    """Note that a letter was printed and goes out by post. Raises Refused, TooLate."""
    request = letter.case.request
    require(require_actor(actor), WRITE, request, action="letter.printed")

    with transaction.atomic():
        held = Letter.objects.select_for_update().get(pk=letter.pk)
        if held.state == Sending.PRINTED:
            return held
        if held.state not in (Sending.PREPARED, Sending.FAILED):
            raise TooLate("The letter has gone out already. Nothing was noted.")
        held.state, held.sent_at = Sending.PRINTED, timezone.now()
        held.save(update_fields=["state", "sent_at"])

        note("letter.printed", request, actor, facts={"kind": held.kind})
    return held


def _prove(subject: str, body: str) -> None:
    if not subject.strip() or len(subject) > LONGEST_SUBJECT or "\n" in subject or "\r" in subject:
        raise NotPossible(f"Write a subject of one line, at most {LONGEST_SUBJECT} characters. Nothing was changed.")
    if not body.strip() or len(body) > LONGEST_BODY:
        raise NotPossible(f"Write a letter of at most {LONGEST_BODY:,} characters. Nothing was changed.")


def _prove_address(to: str) -> None:
    try:
        validate_email(to)
    except ValidationError:
        raise NotPossible(
            "The letter has no e-mail address. Nothing was sent. Print it, or write it anew with an address."
        ) from None
