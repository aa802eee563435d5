"""Place legal holds: on records by name, and on all calls that fit a condition, those included that come later.

A hold takes the same row locks as the eraser, top down, and then the account's turn (`retention/turns.py`): whichever
comes first wins, and the other sees it. Nothing is half held: a named record past the point of no return refuses the
hold; of calls that merely fit, the hold says how many records it was too late for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.days import today_in
from accounts.models import Account, Membership
from accounts.rights import require
from accounts.roles import rights_of
from privacy import lineage
from privacy.ids import new_id
from privacy.keyring.ring import NewKey, create_keys, load_keys
from privacy.models import SealedModel
from privacy.sealing import seal
from retention import case_files, hold_rules, releasing
from retention.case_files import REQUEST
from retention.catching import being_erased
from retention.conditions import Condition
from retention.errors import AlreadyCondemned, AnotherPerson, Incomplete, NotCoverable
from retention.guard import GROUND
from retention.models import Ground, HoldCondition, HoldScope, LegalHold
from retention.numbering import next_reference
from retention.querysets import SEE
from retention.turns import stop_erasures
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

COVERABLE = {
    "interactions.Interaction": "call",
    "customers.Customer": "customer",
    "customers.Identifier": "identifier",
    **case_files.NAMED,
}
RELEASE = "retention.release_hold"
LONGEST_MATTER = 200
LONGEST_REASON = 4_000
MOST_RECORDS = 1_000


class Covered(NamedTuple):
    """A record a hold names: its model's label and its id. An identifier covers whoever carries the same."""

    label: str
    id: UUID


@dataclass(frozen=True, slots=True)
class About:
    """What people say about a hold."""

    matter: str
    reason: str
    ground: str
    review_on: date | None
    owner_id: UUID | None


def place_hold(
    *,
    actor: Actor,
    account: Account,
    covers: Sequence[Covered | Condition],
    matter: str,
    reason: str,
    ground: str = Ground.LITIGATION,
    review_on: date | None = None,
    owner_id: UUID | None = None,
    hold_id: UUID | None = None,
) -> LegalHold:
    """Keep records, and calls that fit a condition, with all parts from every erasure until the hold is released.

    `hold_id`: chosen by a form when it was shown, so that the same form sent twice places one hold. `owner_id`: who
    answers for it; who places it, if nobody else is named. Raises Refused, Incomplete, NotCoverable, AlreadyCondemned;
    then nothing is held.
    """
    require(require_actor(actor), "retention.place_hold", account, action="hold.placed")

    about = About(matter, reason, ground, review_on, owner_id or actor.user_id)
    records, rows = _checked(account, covers, about)
    (key,) = create_keys(account.pk, 1)

    with transaction.atomic():
        known = _sent_before(account, hold_id)
        if known is not None:
            return known
        _lock_living(account, records)
        stop_erasures(account.pk)
        too_late = being_erased(rows) + _requests_being_erased(records)
        hold = _new_hold(actor, account, key, hold_id or new_id(), about, too_late)
        _bind(hold, records, rows)

        facts: dict[str, Fact] = {
            "ground": str(ground), "records": len(records), "conditions": len(rows), "reference": hold.reference,
            "too_late": hold.too_late,
        }  # fmt: skip
        append("hold.placed", actor=actor, account_id=account.pk, record=name_of(hold), purpose=GROUND, facts=facts)
    return hold


def release_hold(*, actor: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """Let go what a hold kept, or ask a second person to, where the account wants one.

    A hold already released stays as it is. Raises Refused, Incomplete, AnotherPerson.
    """
    require(require_actor(actor), RELEASE, hold, action="hold.released")

    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Incomplete(f"Say why the hold ends, in at most {LONGEST_REASON:,} characters. The hold stays.")

    with transaction.atomic():
        living = LegalHold.objects.select_for_update().get(pk=hold.pk)
        if not living.is_active:
            return living
        if living.release_asked_at is not None:
            raise AnotherPerson("Its release was asked for already: agree to it, or decline it. The hold stays.")
        seal(living, _own_key(living), {"release_reason": reason.strip()})
        if hold_rules.rules_of(living.account).four_eyes:
            return _ask(living, actor)
        return end(living, actor)


def _ask(living: LegalHold, actor: Actor) -> LegalHold:
    if actor.user_id is None:
        raise AnotherPerson("A member asks for a release by name, so that another can agree. The hold stays.")
    living.release_asked_at, living.release_asked_by_id = timezone.now(), actor.user_id
    living.save(update_fields=["release_reason", "release_asked_at", "release_asked_by"])
    facts: dict[str, Fact] = {"reference": living.reference}
    append("hold.release_asked", actor=actor, account_id=living.account_id, record=name_of(living), facts=facts)
    return living


def end(living: LegalHold, actor: Actor) -> LegalHold:
    """Release a hold whose row the caller has locked, and tell whoever waited for it."""
    living.released_at, living.released_by_id = timezone.now(), actor.user_id
    living.save(update_fields=["release_reason", "released_at", "released_by"])
    living.conditions.update(is_live=False)

    facts: dict[str, Fact] = {"reference": living.reference}
    append("hold.released", actor=actor, account_id=living.account_id, record=name_of(living), facts=facts)
    releasing.tell(living, actor=actor)
    return living


def _own_key(hold: LegalHold) -> NewKey:
    """Return the key a hold in force was sealed with; KeyLost when the keyring does not have it."""
    keys = load_keys([hold.key_id] if hold.key_id else [])
    (key_id,) = keys
    return NewKey(key_id, keys[key_id])


def _checked(
    account: Account, covers: Sequence[Covered | Condition], about: About
) -> tuple[list[Covered], list[HoldCondition]]:
    """Return the records named and the rows of the conditions; refuse what is missing or can't be."""
    if not about.matter.strip() or len(about.matter) > LONGEST_MATTER:
        raise Incomplete(f"Name the matter in at most {LONGEST_MATTER} characters. Nothing is held yet.")
    if not about.reason.strip() or len(about.reason) > LONGEST_REASON:
        raise Incomplete(f"Say why it must be kept, in at most {LONGEST_REASON:,} characters. Nothing is held yet.")
    if about.ground not in Ground.values:
        raise Incomplete("Choose a ground from the list. Nothing is held yet.")
    check_review(account, about.review_on)
    if not covers:
        raise Incomplete(
            "Name a call, a customer, a request, an agent, a queue or a period to hold. Nothing is held yet."
        )
    if len(covers) > MOST_RECORDS:
        raise Incomplete(f"One hold names at most {MOST_RECORDS:,} records. Nothing is held yet; place several.")
    distinct = list(dict.fromkeys(covers))
    rows = [each.checked(account).as_row(account) for each in distinct if isinstance(each, Condition)]
    check_owner(account, about.owner_id)
    return [each for each in distinct if not isinstance(each, Condition)], rows


def check_review(account: Account, review_on: date | None) -> None:
    """Raise Incomplete when the day to look again is over."""
    if review_on is not None and review_on < today_in(account):
        raise Incomplete("The day to look again lies in the past. Nothing is held yet.")


def check_owner(account: Account, owner_id: UUID | None) -> None:
    """Raise Incomplete unless the owner is a member here whose role sees holds; nobody is right for a job."""
    if owner_id is None:
        return
    member = Membership.objects.live().filter(account=account, user_id=owner_id).first()
    if member is None or SEE not in rights_of(member.role):
        raise Incomplete("The owner of a hold is a member of this account who may see holds. Nothing is held yet.")


def _sent_before(account: Account, hold_id: UUID | None) -> LegalHold | None:
    if hold_id is None:
        return None
    # Two clicks at once: the second waits here until the first has committed.
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    known = LegalHold.objects.filter(pk=hold_id).first()
    if known is not None and known.account_id != account.pk:
        raise NotCoverable("This form belongs to another account. Nothing is held. Open the page again.")
    return known


def _lock_living(account: Account, covers: Sequence[Covered]) -> None:
    """Lock what is to be held with all it belongs to; refuse what is not there or already condemned.

    A request has no values of its own to erase: the account's turn keeps its parts as they are.
    """
    rows = [row for row in (_row(account, each) for each in covers) if isinstance(row, SealedModel)]
    fresh, _ = lineage.lock(rows)
    if {row.pk for row in fresh} != {row.pk for row in rows}:
        raise AlreadyCondemned(
            "An erasure came first: it is past the point of no return and can't be held any more. Nothing is held."
        )


def _requests_being_erased(covers: Sequence[Covered]) -> int:
    """Return how many parts of the requests named a hold comes too late for. Raises AlreadyCondemned."""
    requests = [each.id for each in covers if each.label == REQUEST]
    if not all(case_files.left_of(each) for each in requests):
        raise AlreadyCondemned("Nothing is left of the request that could be kept. Nothing is held.")
    return case_files.parts_being_erased(requests)


def _row(account: Account, covered: Covered) -> Model:
    if covered.label not in COVERABLE:
        raise NotCoverable("A hold names calls, customers, requests or copies. Nothing is held.")
    row = apps.get_model(covered.label)._default_manager.filter(pk=covered.id, account_id=account.pk).first()
    if row is None:
        raise NotCoverable(f"This account has no {COVERABLE[covered.label]} with this id. Nothing is held.")
    return row


def _new_hold(actor: Actor, account: Account, key: NewKey, hold_id: UUID, about: About, too_late: int) -> LegalHold:
    hold = LegalHold(
        id=hold_id,
        account=account,
        reference=next_reference(LegalHold, account, "HOLD"),
        ground=about.ground,
        placed_by_id=actor.user_id,
        owner_id=about.owner_id,
        review_on=about.review_on,
        too_late=too_late,
    )
    seal(hold, key, {"matter": about.matter.strip(), "reason": about.reason.strip()})
    hold.save(force_insert=True)
    return hold


def _bind(hold: LegalHold, records: Sequence[Covered], rows: Sequence[HoldCondition]) -> None:
    """Insert what the hold covers."""
    HoldScope.objects.bulk_create([HoldScope(hold=hold, label=each.label, record_id=each.id) for each in records])
    for row in rows:
        row.hold = hold
    HoldCondition.objects.bulk_create(rows)


def name_of(hold: LegalHold) -> tuple[str, str]:
    """Return the hold as the log names it."""
    return hold._meta.label, str(hold.pk)
