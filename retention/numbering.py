"""Give cases a reference that people can quote and the log can hold: PREFIX-year-number, counted for each account."""

from typing import Any

from django.utils import timezone

from accounts.models import Account


def next_reference(model: Any, account: Account, prefix: str) -> str:
    """Return the next free `reference` of a model in an account, such as RTBF-2026-000123.

    Locks the account's row, so that two cases never get one number; call it inside the transaction that inserts.
    """
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    start = f"{prefix}-{timezone.now().year}-"
    used = model._default_manager.filter(account=account, reference__startswith=start)
    last = used.order_by("-reference").values_list("reference", flat=True).first()
    number = int(last.removeprefix(start)) + 1 if last else 1
    return f"{start}{number:06d}"
