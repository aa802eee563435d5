"""Say what an account's own columns and data-source keys hold: the one flow of the portal and the shell.

A name stands for a meaning Lethe knows, by which people are recognised, or for one common name of the account's, under
which values of several keys are kept. It counts from the next import on; what is in stays as it was read.
"""

from typing import Final

from django.db import transaction

from accounts.errors import NotPossible
from accounts.models import Account
from accounts.rights import require
from customers.models import FieldMeaning
from interactions.sources.meanings import LONGEST_NAME, Meaning, key_of
from interactions.sources.sides import holds_number, plain_code
from trail.actor import Actor, require_actor
from trail.append import append

RIGHT: Final = "interactions.configure_import"
MAPPED, UNMAPPED = "column.mapped", "column.unmapped"
MOST: Final = 1_000
SAYS: Final[dict[Meaning, str]] = {
    Meaning.CUSTOMER_ID: "Customer number",
    Meaning.CRM_ID: "Id in the CRM",
    Meaning.NAME: "Name",
    Meaning.GIVEN_NAME: "First name",
    Meaning.FAMILY_NAME: "Last name",
    Meaning.PHONE: "Telephone number",
    Meaning.EMAIL: "E-mail address",
    Meaning.SOCIAL: "Handle in a social network",
    Meaning.ADDRESS: "Postal address",
    Meaning.BIRTH_DATE: "Date of birth",
    Meaning.NATIONAL_ID: "National id, passport or tax number",
    Meaning.IP: "IP address",
    Meaning.DEVICE: "Id of a device or cookie",
    Meaning.NOTE_ID: "Number of a note or task",
    Meaning.TEXT: "Free text: subject, note, comment",
    Meaning.AUTHOR: "Who wrote it",
    Meaning.WRITTEN_AT: "When it was written",
    Meaning.CAMPAIGN: "Campaign the call belongs to",
}


def set_meaning(*, actor: Actor, account: Account, field: str, means: str) -> FieldMeaning:
    """Say what columns or keys called `field` hold: a Meaning, or a common name. Raises Refused, NotPossible."""
    require(require_actor(actor), RIGHT, account, action=MAPPED)

    key, means = _checked_field(field), _checked_meaning(means.strip())

    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        known = FieldMeaning.objects.filter(account=account)
        if known.count() >= MOST and not known.filter(field=key).exists():
            raise NotPossible(f"An account keeps at most {MOST:,} of these. Nothing was changed.")
        row, _ = FieldMeaning.objects.update_or_create(account=account, field=key, defaults={"means": means})

        append(MAPPED, actor=actor, account_id=account.pk, record=_name(row), facts={"means": means})
    return row


def remove_meaning(*, actor: Actor, account: Account, field: str) -> bool:
    """Take back what columns called `field` hold; False if nothing was said of them. Raises Refused."""
    require(require_actor(actor), RIGHT, account, action=UNMAPPED)
    with transaction.atomic():
        row = FieldMeaning.objects.select_for_update().filter(account=account, field=key_of(field)).first()
        if row is None:
            return False
        append(UNMAPPED, actor=actor, account_id=account.pk, record=_name(row))
        row.delete()
    return True


def _checked_field(field: str) -> str:
    key = key_of(field)
    if not key or len(field) > LONGEST_NAME:
        raise NotPossible("Name the column or key by its letters and digits. Nothing was changed.")
    if holds_number(key):
        raise NotPossible(
            "That is a telephone number or the like and no name of a column. Nothing was changed. A file without a line"
            " of names can't be read; add one."
        )
    return key


def _checked_meaning(means: str) -> str:
    if means not in Meaning._value2member_map_ and not plain_code(means):
        raise NotPossible(
            f"It holds one of {', '.join(Meaning)}, or write a common name of letters, digits, dots and dashes, at most"
            " 40. Nothing was changed."
        )
    return means


def _name(row: FieldMeaning) -> tuple[str, str]:
    return row._meta.label, str(row.pk)


def said(account: Account) -> list[tuple[str, str, str]]:
    """Return what an account has said: each name, what it holds, and that in words."""
    rows = FieldMeaning.objects.filter(account=account).order_by("field").values_list("field", "means")
    in_words = {str(meaning): title for meaning, title in SAYS.items()}
    return [(field, means, in_words.get(means, f"kept under “{means}”")) for field, means in rows]
