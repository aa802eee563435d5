"""Notice that a database was put back from an older copy, and keep disposal by age waiting until somebody has looked.

Data and keyring share a mark that changes every minute and around every backup, in the order: intent in the data, the
keyring, the data. Whoever put one of them back has two marks that do not match. Then holds placed since the copy may be
missing, so what age alone would dispose of stays until an officer has looked at the holds. What a person has the right
to have forgotten goes on: nothing but a hold speaks against it, and it is asked for by name.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connections, transaction
from django.utils import timezone

from privacy.keyring.models import Epoch as KeyringEpoch
from privacy.models import Epoch, HoldsReview, Restoration

LOCK = 0x4C65_7468_6503
DATA, KEYRING, LOG = "data", "keyring", "log"


@dataclass(frozen=True, slots=True)
class Marks:
    """What the two databases say. `older` names the one that was put back, "" while they belong together."""

    data: int
    keyring: int
    older: str


def compare() -> Marks:
    """Look at both marks. Cheap: one row of each database."""
    ours, theirs = Epoch.objects.first(), KeyringEpoch.objects.first()
    data, keyring = (ours.number if ours else 0), (theirs.number if theirs else 0)
    if _belong_together(ours, theirs):
        return Marks(data, keyring, "")
    return Marks(data, keyring, KEYRING if keyring < data else DATA)


def _belong_together(ours: Epoch | None, theirs: KeyringEpoch | None) -> bool:
    if theirs is None:
        # A house that has just been made, or whose very first change of the mark was cut off.
        return ours is None or (ours.number == 1 and ours.next_token is not None)
    return ours is not None and theirs.token in (ours.token, ours.next_token)


def advance() -> int:
    """Change the mark in both databases and return its number; while they do not match, note that instead.

    Call it outside a transaction. A crash anywhere leaves marks that match, and the next call goes on.
    """
    with transaction.atomic(durable=True):
        _one_at_a_time()
        marks = compare()
        if marks.older:
            note_restoration(marks.older, marks)
        number, token = max(marks.data, marks.keyring) + 1, uuid4()
        ours = Epoch.objects.first() or Epoch(token=uuid4())
        # After a restore nothing of the older mark may match any more: the intent is the only one that does.
        ours.token = _keyrings_token() or ours.token
        ours.number, ours.next_token = number, token
        ours.save()
    with transaction.atomic(durable=True):
        _one_at_a_time()
        if Epoch.objects.filter(next_token=token).exists():
            KeyringEpoch.objects.update_or_create(pk=1, defaults={"number": number, "token": token})
            Epoch.objects.update(token=token, next_token=None, at=timezone.now())
    return number


def _keyrings_token() -> UUID | None:
    return KeyringEpoch.objects.values_list("token", flat=True).first()


def _one_at_a_time() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def note_restoration(lost: str, marks: Marks | None = None) -> Restoration:
    """Write down that a restore was noticed: disposal waits in every account from now on."""
    marks = marks or compare()
    return Restoration.objects.create(lost=lost, data_number=marks.data, keyring_number=marks.keyring)


def disposal_paused(account_id: UUID) -> bool:
    """Say whether disposal by age waits in an account: the marks do not match, or nobody has looked at its holds since.

    Ask before every portion, and treat an OperationalError (a database that does not answer) as yes.
    """
    return bool(compare().older) or unreviewed(account_id) is not None


def unreviewed(account_id: UUID) -> Restoration | None:
    """Return the last restore after which nobody of the account has looked at its holds, None when there is none."""
    last = Restoration.objects.order_by("-noticed_at").first()
    if last is None or HoldsReview.objects.filter(restoration=last, account_id=account_id).exists():
        return None
    return last


def confirm_review(account_id: UUID, *, user_id: UUID) -> Restoration | None:
    """Note that `user_id` has looked at the account's holds; returns the restore it was about, None without one.

    The caller checks the right and writes the entry, in its transaction.
    """
    last = unreviewed(account_id)
    if last is not None:
        HoldsReview.objects.create(restoration=last, account_id=account_id, user_id=user_id)
    return last
