"""The register of other systems that hold copies of customers: who keeps it, and how a connector is signed.

A system is never deleted: requests that named it must go on saying so. The signing secret lies with the keys, never in
the database, and is shown when it is made.
"""

import base64
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Account, User
from accounts.rights import require
from jobs.webhooks import BadAddress, checked_url
from privacy import keys
from rtbf.cases.reminders import staff_of
from rtbf.cases.rules import CHANGE
from rtbf.errors import NotPossible
from rtbf.models import ExternalSystem, SystemKind
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact

LONGEST_NAME, LONGEST_PLACES, MOST_DAYS = 80, 4_000, 60


@dataclass(frozen=True)
class Told:
    """What somebody says of a system. `url`: where its connector listens, empty without one."""

    kind: str
    name: str
    places: str
    owner_id: UUID | None = None
    due_days: int = 14
    url: str = ""
    active: bool = True


def add_system(*, actor: Actor, account: Account, told: Told) -> ExternalSystem:
    """Enter a system; every request from now on makes a task for it. Raises Refused, NotPossible."""
    require(require_actor(actor), CHANGE, account, action="system.added")

    _check(account, told)
    with transaction.atomic():
        system = ExternalSystem(account=account)
        _fill(system, told)

        _append("system.added", actor, system)
    return system


def change_system(*, actor: Actor, system: ExternalSystem, told: Told) -> ExternalSystem:
    """Change what is said of a system; tasks that exist stay as they are. Raises Refused, NotPossible."""
    require(require_actor(actor), CHANGE, system, action="system.changed")

    _check(system.account, told)
    with transaction.atomic():
        held = ExternalSystem.objects.select_for_update().get(pk=system.pk)
        _fill(held, told)

        _append("system.changed", actor, held)
    return held


def renew_secret(*, actor: Actor, system: ExternalSystem) -> str:
    """Make a new signing secret and return it as `whsec_…`, to be shown once. The old one signs nothing any more."""
    require(require_actor(actor), CHANGE, system, action="system.secret_renewed")

    with transaction.atomic():
        held = ExternalSystem.objects.select_for_update().get(pk=system.pk)
        held.secret_number += 1
        secret = keys.directory().create_secret(_secret_name(held))
        held.save(update_fields=["secret_number"])

        _append("system.secret_renewed", actor, held)
    return f"whsec_{_as_text(secret)}"


def secret_of(system: ExternalSystem) -> bytes:
    """Return the secret that signs for a system. Raises vault.errors.KeyMissing when none was made."""
    return keys.directory().secret(_secret_name(system))


def active_systems(account: Account) -> list[ExternalSystem]:
    """Return the systems a request makes tasks for."""
    return list(ExternalSystem.objects.filter(account=account, active=True).order_by("kind", "name"))


def owners(account: Account) -> list[User]:
    """Return who may be asked to do tasks: the supervisors and officers of the account."""
    return [member.user for member in staff_of(account).select_related("user").order_by("user__email")]


def _secret_name(system: ExternalSystem) -> str:
    return f"webhook-{system.pk}-{system.secret_number}"


def _as_text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def _check(account: Account, told: Told) -> None:
    if told.kind not in SystemKind.values:
        raise NotPossible("Choose what sort of system it is. Nothing was saved.")
    if not told.name.strip() or len(told.name) > LONGEST_NAME:
        raise NotPossible(f"Name the system in at most {LONGEST_NAME} characters. Nothing was saved.")
    if not told.places.strip() or len(told.places) > LONGEST_PLACES:
        raise NotPossible(f"Name the fields to look into, in at most {LONGEST_PLACES:,} characters. Nothing was saved.")
    if not 1 <= told.due_days <= MOST_DAYS:
        raise NotPossible(f"A task is due after 1 to {MOST_DAYS} days. Nothing was saved.")
    if told.owner_id is not None and told.owner_id not in {each.pk for each in owners(account)}:
        raise NotPossible("Choose a supervisor or officer of this account as the owner. Nothing was saved.")
    if told.url:
        try:
            checked_url(told.url)
        except BadAddress as problem:
            raise NotPossible(str(problem)) from None


def _fill(system: ExternalSystem, told: Told) -> None:
    system.kind, system.name, system.places = told.kind, told.name.strip(), told.places.strip()
    system.owner_id, system.due_days, system.url, system.active = told.owner_id, told.due_days, told.url, told.active
    try:
        with transaction.atomic():
            system.save()
    except IntegrityError:
        raise NotPossible("There is a system of this name already. Nothing was saved.") from None


def _append(action: str, actor: Actor, system: ExternalSystem) -> None:
    facts: dict[str, Fact] = {"kind": system.kind, "connector": bool(system.url), "active": system.active}
    append(action, actor=actor, account_id=system.account_id, record=(system._meta.label, str(system.pk)), facts=facts)
