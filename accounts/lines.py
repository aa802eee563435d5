"""Write an own number one way, however a phone system or a person spells it.

Rules and policies name lines and are compared with what phone systems write, so two spellings of one number would be
two lines: a duty to keep would hold for none of the calls it was meant for, and nobody would be told.
"""

from collections.abc import Collection

import phonenumbers

from accounts.models import Account


def own_numbers(account: Account) -> frozenset[str]:
    """Return the account's own numbers in international format."""
    return frozenset(account.lines.values_list("number", flat=True))


def spelled(line: str, account: Account, own: Collection[str]) -> str:
    """Return a line as it is compared: an own number or one with its country code in international format.

    Anything else (an extension, a mailbox, a trunk) stays as it is called.
    """
    text = line.strip()
    try:
        parsed = phonenumbers.parse(text, account.region)
    except phonenumbers.NumberParseException:
        return text
    number = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    international = text.startswith(("+", "tel:+")) and phonenumbers.is_possible_number(parsed)
    return number if number in own or international else text
