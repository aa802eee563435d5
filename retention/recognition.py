"""Find what a hold is meant for: customers by an identifier in any spelling, requests and copies by their reference.

A shared identifier names all who carry it: holding too much harms nobody, holding too little does.
"""

import phonenumbers

from accounts.models import Account
from customers.identifiers import NotAnIdentifier, candidates, parse
from customers.models import Customer, Identifier
from customers.resolution import RECOGNISING
from privacy.blind_index import digest
from retention.case_files import find_named
from retention.errors import NotCoverable
from retention.holds import Covered


def customers_by(account: Account, text: str) -> list[Covered]:
    """Return the living customers who carry this identifier (`KIND:VALUE`, or a bare number or address), and itself.

    Raises NotCoverable when it is no identifier, or nobody here carries it.
    """
    try:
        kind, value = parse(text)
        readings = candidates(kind, value, regions=_regions(account))
    except NotAnIdentifier as problem:
        raise NotCoverable(f"{problem.reason} Nothing is held.") from None
    digests = [digest(account.pk, each.kind, each.value) for each in readings]
    rows = Identifier.objects.indexed(account.pk, digests).filter(customer__condemned_at=None)
    found = sorted(set(rows.values_list("customer_id", flat=True)))
    if not found:
        raise NotCoverable("No customer of this account carries this identifier. Nothing is held.")
    # Whoever carries the same later is held as well. A name alone means nobody later.
    lasting = sorted(rows.filter(kind__in=RECOGNISING).values_list("pk", flat=True))
    covers = [Covered(Customer._meta.label, each) for each in found]
    return covers + [Covered(Identifier._meta.label, each) for each in lasting]


def case_by(account: Account, reference: str) -> Covered:
    """Return the request or the copy for a customer that is called so. Raises NotCoverable."""
    found = find_named(account, reference.strip().replace("\0", ""))
    if found is None:
        raise NotCoverable("This account has no request and no copy for a customer of this name. Nothing is held.")
    return Covered(*found)


def _regions(account: Account) -> list[str]:
    numbers = account.lines.values_list("number", flat=True)
    regions = [phonenumbers.region_code_for_number(phonenumbers.parse(number)) for number in numbers]
    return [each for each in dict.fromkeys([account.region, *regions]) if each in phonenumbers.SUPPORTED_REGIONS]
