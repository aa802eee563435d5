"""The short ways through numbering plans end where the library's long ones do, in every country."""

import random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from customers.numbering import country, is_valid, parsed, parsed_at_home

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
TRIES = 25


def numbers_of(region: str) -> list[str]:
    """Return numbers as a region writes them: examples of each sort, those with digits changed, and any digits."""
    chance = random.Random(region)  # noqa: S311 - the same numbers each time, no secrets
    examples = [phonenumbers.example_number_for_type(region, sort) for sort in PhoneNumberType.values()]
    real = [phonenumbers.national_significant_number(each) for each in examples if each]
    changed = [_with_other_digits(chance.choice(real), chance) for _ in range(TRIES)]
    lengths = sorted(country(region).lengths)
    anything = ["".join(chance.choices("0123456789", k=chance.choice(lengths))) for _ in range(TRIES)]
    in_front = [country(region).trunk + each for each in real] + [country(region).code + each for each in real]
    return [*real, *changed, *anything, *in_front]


def _with_other_digits(number: str, chance: random.Random) -> str:
    digits = list(number)
    for _ in range(chance.randint(1, 4)):
        digits[chance.randrange(len(digits))] = chance.choice("0123456789")
    return "".join(digits)


@pytest.mark.parametrize("first", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
def test_numbers_are_read_and_judged_as_the_library_does(first):
    for region in [each for each in REGIONS if each[0] == first]:
        for digits in numbers_of(region):
            number = parsed(digits, region)
            assert parsed_at_home(digits, country(region)) == number, (region, digits)
            if number is not None:
                assert is_valid(number) == phonenumbers.is_valid_number(number), (region, digits)


@pytest.mark.parametrize("written", ["+80012345678", "+88312345678", "+97912345678", "+99912345678", "+12423456789"])
def test_numbers_of_no_country_and_of_a_shared_code(written):
    number = parsed(written, None)
    if number is not None:
        assert is_valid(number) == phonenumbers.is_valid_number(number)
