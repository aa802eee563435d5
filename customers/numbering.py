"""What is asked of a numbering plan for each number, answered without asking for all the library knows.

The library tells of which of ten sorts a number is and takes off whatever might stand in front. Here the questions are
only *is it valid* and *is it already bare*; the answers are the library's own, many times sooner.
"""

import re
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber
from phonenumbers.phonemetadata import PhoneNumberDesc

SORTS = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "personal_number", "pager", "uan",
         "voicemail")  # fmt: skip
NEVER = re.compile("$.")


class Country(NamedTuple):
    """What of a numbering plan decides quickly that digits cannot be a number, or are one and nothing else."""

    region: str
    code: str
    trunk: str
    shortest: int
    longest: int
    lengths: frozenset[int]
    abroad: re.Pattern[str]
    in_front: re.Pattern[str]
    pattern: re.Pattern[str]


class _Shape(NamedTuple):
    lengths: frozenset[int]
    pattern: re.Pattern[str]

    def fits(self, digits: str) -> bool:
        return (not self.lengths or len(digits) in self.lengths) and self.pattern.fullmatch(digits) is not None


class _Region(NamedTuple):
    leading: re.Pattern[str] | None
    every: _Shape
    sorts: tuple[_Shape, ...]

    def holds(self, digits: str) -> bool:
        return self.every.fits(digits) and any(sort.fits(digits) for sort in self.sorts)


@cache
def country(region: str) -> Country:
    """Return what is known of a region (ISO 3166-1). Raises ValueError."""
    about = PhoneMetadata.metadata_for_region(region) if region in phonenumbers.SUPPORTED_REGIONS else None
    if about is None or about.general_desc is None:
        raise ValueError("The account names a region no phone numbers are known for; use two letters of ISO 3166-1.")
    lengths = frozenset(length for length in about.general_desc.possible_length if length > 0)
    trunk = about.national_prefix if about.national_prefix != str(about.country_code) else ""
    return Country(
        region,
        str(about.country_code),
        trunk or "",
        min(lengths),
        max(lengths),
        lengths,
        re.compile(about.international_prefix or NEVER),
        re.compile(about.national_prefix_for_parsing or NEVER),
        re.compile(about.general_desc.national_number_pattern or NEVER),
    )


@cache
def country_of_code(code: int) -> Country | None:
    """Return the main country of a country code."""
    region = phonenumbers.region_code_for_country_code(code)
    return country(region) if region in phonenumbers.SUPPORTED_REGIONS else None


def parsed(text: str, region: str | None) -> PhoneNumber | None:
    """Return text as a number, if it can be one."""
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def parsed_at_home(digits: str, home: Country) -> PhoneNumber | None:
    """Return digits as a number of a country, as the library would; those with nothing in front take a short way."""
    is_bare = (
        digits[0] != "0"
        and len(digits) in home.lengths
        and home.pattern.fullmatch(digits)
        and not home.in_front.match(digits)
        and not home.abroad.match(digits)
    )
    if is_bare:
        return PhoneNumber(country_code=int(home.code), national_number=int(digits))
    return parsed(digits, home.region)


def is_valid(number: PhoneNumber) -> bool:
    """Say whether a number is valid in its country, as the library does."""
    digits = phonenumbers.national_significant_number(number)
    regions = _regions(number.country_code or 0)
    for region in regions:
        # Where several countries share a code, leading digits alone choose among them.
        if region.leading and len(regions) > 1:
            if region.leading.match(digits):
                return region.holds(digits)
        elif region.holds(digits):
            return True
    return False


@cache
def _regions(code: int) -> tuple[_Region, ...]:
    names = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    return tuple(found for name in names if (found := _region(code, name)))


def _region(code: int, name: str) -> _Region | None:
    about = PhoneMetadata.metadata_for_region_or_calling_code(code, name)
    if about is None:
        return None
    names = [each for each in SORTS if each != "mobile" or not about.same_mobile_and_fixed_line_pattern]
    leading = re.compile(about.leading_digits) if about.leading_digits else None
    return _Region(leading, _shape(about.general_desc), tuple(_shape(getattr(about, each)) for each in names))


def _shape(about: PhoneNumberDesc | None) -> _Shape:
    if about is None:
        return _Shape(frozenset(), NEVER)
    return _Shape(frozenset(about.possible_length), re.compile(about.national_number_pattern or NEVER))
