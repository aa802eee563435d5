"""Turns the times of exports into moments: wall clocks of a zone, and seconds since the epoch.

A wall clock repeats an hour in autumn and skips one in spring. A repeated time is read as the moment nearest to a
second sign (the unique id of a call begins with its epoch, an end lies one duration after its start), else as the first
of the two. A skipped time, which only a wrongly set zone can write, is read likewise: nearest to the second sign, else
with the offset from before the change. Moments outside 1970 to 2099 are refused: they overflow further on.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from interactions.sources.found import Unusable

FIRST_YEAR, LAST_YEAR = 1970, 2099
LONGEST_CALL_S = 366 * 86400
LONGEST_TIME = 48
_LAST_SECOND = datetime(LAST_YEAR, 12, 31, tzinfo=UTC).timestamp()


def local_time(text: str, zone: ZoneInfo, *, what: str, near: float | None = None) -> datetime:
    """Read `YYYY-MM-DD HH:MM:SS` of a wall clock in `zone` and return it in UTC.

    `near`: seconds since the epoch that decide about a repeated hour. Raises Unusable, naming `what` but not the text.
    """
    try:
        if len(text) != 19 or text[10] != " ":
            raise ValueError
        wall = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable(f"The {what} is not an existing date and time.") from None
    return moment(wall, zone, what=what, near=near)


def moment(wall: datetime, zone: ZoneInfo, *, what: str, near: float | None = None) -> datetime:
    """Return the moment, in UTC, at which clocks in `zone` showed `wall` (naive). Raises Unusable."""
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise Unusable(f"The {what} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    first = wall.replace(tzinfo=zone)
    second = first.replace(fold=1)
    if near is not None and first.utcoffset() != second.utcoffset():
        first = min(first, second, key=lambda candidate: abs(candidate.timestamp() - near))
    return first.astimezone(UTC)


def from_epoch(seconds: float, *, what: str) -> datetime:
    """Return the moment `seconds` after the epoch, in UTC. Raises Unusable."""
    if not 0 <= seconds <= _LAST_SECOND:
        raise Unusable(f"The {what} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


def iso_time(text: str, *, what: str) -> datetime:
    """Read an ISO 8601 moment, in UTC where it names no zone, and return it in UTC. Raises Unusable."""
    try:
        if not 10 <= len(text) <= LONGEST_TIME:
            raise ValueError
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable(f"The {what} is not an existing date and time.") from None
    return _in_range(at, what)


def mail_time(text: str, *, what: str) -> datetime:
    """Read a moment as e-mails write it (RFC 2822), such as `Tue, 02 Jun 2020 01:14:00 +0000`. Raises Unusable."""
    try:
        if len(text) > LONGEST_TIME:
            raise ValueError
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        raise Unusable(f"The {what} is not an existing date and time.") from None
    return _in_range(at, what)


def _in_range(at: datetime, what: str) -> datetime:
    if not FIRST_YEAR < at.year < LAST_YEAR:
        raise Unusable(f"The {what} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def whole_seconds(text: str, *, what: str) -> int:
    """Read a length in seconds. Raises Unusable if it is no whole number, negative, or longer than a year."""
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        raise Unusable(f"The {what} is not a whole number of seconds.")
    seconds = int(text)
    if seconds < 0:
        raise Unusable(f"The {what} is negative.")
    if seconds > LONGEST_CALL_S:
        raise Unusable(f"The {what} is longer than a year.")
    return seconds
