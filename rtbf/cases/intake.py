"""Take in who asked, how and when, and keep it in a sealed case file; note who checked identity, and how.

The case file outlives the erasure under a key of its own, because the house answers for what it did. Nothing of it is
in the log: entries carry codes.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.days import today_in
from accounts.models import Account
from accounts.rights import require
from privacy.keyring.ring import NewKey, create_keys, load_keys
from privacy.sealing import seal
from rtbf.cases.clocks import due_on
from rtbf.cases.rules import calendar_of
from rtbf.codes import Channel, Check, Relation
from rtbf.entries import note
from rtbf.errors import NotPossible, TooLate
from rtbf.models import CaseFile, Request
from rtbf.querysets import KEEP_CASES
from trail.actor import Actor, require_actor

WRITE = KEEP_CASES
LONGEST_NAME, LONGEST_CONTACT, LONGEST_NOTE = 200, 1_000, 8_000
OLDEST = timedelta(days=366 * 3)


@dataclass(frozen=True)
class Intake:
    """How a request came in. `contact`: an e-mail address, or a postal address of several lines.

    identity_by: how whoever takes the request in has checked identity; empty while nobody has.
    """

    channel: str = ""
    received_on: date | None = None
    relation: str = ""
    name: str = ""
    contact: str = ""
    note: str = ""
    identity_by: str = ""

    def __repr__(self) -> str:
        """Name the channel alone: a repr ends up in tracebacks."""
        return f"Intake({self.channel})"

    @property
    def is_written(self) -> bool:
        """Say whether there is anything for a case file."""
        return any(text.strip() for text in (self.name, self.contact, self.note))


def prove(intake: Intake, account: Account) -> None:
    """Raise NotPossible when a value is unknown, too long, or the day it came in is no such day."""
    known = ((intake.channel, Channel), (intake.relation, Relation), (intake.identity_by, Check))
    if any(code and code not in choices.values for code, choices in known):
        raise NotPossible("Choose from the lists. Nothing was searched or saved.")
    lengths = ((intake.name, LONGEST_NAME), (intake.contact, LONGEST_CONTACT), (intake.note, LONGEST_NOTE))
    if any(len(text) > longest for text, longest in lengths):
        raise NotPossible("A name, contact or note is too long. Nothing was searched or saved.")
    today = today_in(account)
    if intake.received_on is not None and not today - OLDEST <= intake.received_on <= today:
        raise NotPossible("The day it came in lies in the future or years back. Nothing was searched or saved.")


def take_in(request: Request, intake: Intake, *, actor: Actor) -> None:
    """Set how a new request came in and when it is due; the caller saves it."""
    request.channel = intake.channel
    request.received_on = intake.received_on or today_in(request.account)
    request.due_on = due_on(request.received_on, calendar_of(request.account))
    if intake.identity_by:
        request.identity_by, request.identity_checked_at = intake.identity_by, timezone.now()
        request.identity_checked_by_id = actor.user_id


def open_case(request: Request, key: NewKey, intake: Intake) -> CaseFile:
    """Seal what the intake says into the request's case file; in the caller's transaction."""
    case = CaseFile(account_id=request.account_id, request=request, relation=intake.relation)
    requester = {"name": intake.name.strip(), "contact": intake.contact.strip()}
    seal(case, key, {"requester": requester if any(requester.values()) else None, "note": intake.note.strip()})
    case.save(force_insert=True)
    return case


def case_of(request: Request) -> CaseFile:
    """Return the request's case file, made if it is missing. Call it outside a transaction: the key comes first."""
    known = CaseFile.objects.filter(request=request).first()
    if known is not None:
        return known
    (key,) = create_keys(request.account_id, 1)
    with transaction.atomic():
        Request.objects.select_for_update(no_key=True).get(pk=request.pk)
        return CaseFile.objects.filter(request=request).first() or open_case(request, key, Intake())


def change_case(*, actor: Actor, request: Request, intake: Intake) -> CaseFile:
    """Write the case file anew: who asked, their contact, the note. Raises Refused, NotPossible, TooLate."""
    require(require_actor(actor), WRITE, request, action="case.changed")

    prove(intake, request.account)
    case = case_of(request)
    if not case.is_living or request.is_ended:
        raise TooLate("The request has ended; its case file stays as it is. Nothing was changed.")

    with transaction.atomic():
        case = CaseFile.objects.select_for_update().get(pk=case.pk)
        requester = {"name": intake.name.strip(), "contact": intake.contact.strip()}
        case.relation = intake.relation
        written = {"requester": requester if any(requester.values()) else None, "note": intake.note.strip()}
        seal(case, _own_key(case), written)
        case.save(update_fields=["relation", "requester", "note"])

        note("case.changed", request, actor)
    return case


def _own_key(case: CaseFile) -> NewKey:
    """Return the key the case file was sealed with; KeyLost when the keyring does not have it."""
    keys = load_keys([case.key_id] if case.key_id else [])
    (key_id,) = keys
    return NewKey(key_id, keys[key_id])


def check_identity(*, actor: Actor, request: Request, how: str) -> Request:
    """Note that the actor has checked identity, and how. Raises Refused, NotPossible, TooLate."""
    require(require_actor(actor), WRITE, request, action="identity.checked")

    if how not in Check.values:
        raise NotPossible("Choose how identity was checked. Nothing was noted.")

    with transaction.atomic():
        held = Request.objects.select_for_update().get(pk=request.pk)
        if not held.is_open:
            raise TooLate("The request is being carried out or has ended. Nothing was noted.")
        held.identity_by, held.identity_checked_by_id, held.identity_checked_at = how, actor.user_id, timezone.now()
        held.save(update_fields=["identity_by", "identity_checked_by", "identity_checked_at"])

        note("identity.checked", held, actor, facts={"code": how})
    return held
