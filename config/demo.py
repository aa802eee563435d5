"""A contact centre to try things on: two accounts, a person in every role, and the samples.

Running it again goes on where it stopped: the passwords are written down before the people are made, and what was
imported is recognised. Everything goes through the same doors as real data.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.actors import operator
from accounts.membership import add_member, new_password
from accounts.models import Account, Membership
from accounts.roles import ADMINISTRATOR, AGENT, AUDITOR, OFFICER, SUPERVISOR
from accounts.tenants import create_account
from interactions.imports import Report, import_folder

BANK = "Harper Valley Bank"
TRAINING = "Harper Valley Training"
OWN_NUMBERS = ("+15305550100", "+442079460000", "+33199000000")


@dataclass(frozen=True)
class Person:
    """Someone who signs in to the demo."""

    role: str
    email: str
    name: str
    extension: str = ""


PEOPLE = (
    Person(SUPERVISOR, "supervisor@example.com", "Sue Pervisor"),
    Person(AGENT, "agent@example.com", "Elizabeth", "2046"),
    Person(AUDITOR, "auditor@example.com", "Audrey Tor"),
    Person(OFFICER, "officer@example.com", "Dana Officer"),
    Person(ADMINISTRATOR, "administrator@example.com", "Adam Minister"),
)


def load_demo() -> Report:
    """Make the demo's accounts and people and import the samples; return what came of the import.

    The sign-ins stand in `sign-ins.txt` of LETHE_HOME, a `role e-mail password` a line.
    """
    passwords = _passwords(Path(settings.LETHE_HOME) / "sign-ins.txt")
    bank = _account(BANK, grace_hours=180)
    for person in PEOPLE:
        _member(bank, person, passwords[person.email])
    # Where nothing waits: the same samples in an account without a grace period, to see a request through to its end.
    training = _account(TRAINING, grace_hours=0)
    _member(training, PEOPLE[0], passwords[PEOPLE[0].email])
    Membership.objects.filter(account=bank, user__email=PEOPLE[0].email).update(selected_at=timezone.now())
    import_folder(settings.SAMPLES, account=training, actor=operator())
    return import_folder(settings.SAMPLES, account=bank, actor=operator())


def _account(name: str, *, grace_hours: int) -> Account:
    return create_account(
        actor=operator(),
        name=name,
        region="US",
        zone="America/Los_Angeles",
        own_numbers=OWN_NUMBERS,
        grace_hours=grace_hours,
    ).account


def _member(account: Account, person: Person, password: str) -> None:
    add_member(
        actor=operator(),
        account=account,
        email=person.email,
        role=person.role,
        name=person.name,
        extension=person.extension,
        password=password,
    )


def _passwords(file: Path) -> dict[str, str]:
    """Return the password of each e-mail address, made up and written down at the first call."""
    if not file.exists():
        lines = [f"{person.role} {person.email} {new_password()}\n" for person in PEOPLE]
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.writelines(lines)
            out.flush()
            os.fsync(out.fileno())
        fresh.rename(file)
    rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {email: password for _, email, password in rows}
