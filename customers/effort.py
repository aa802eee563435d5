"""How much work one text may take: reading a number costs a thousand times what looking at a character does.

A text of nothing but digits has more possible numbers in it than anybody's patience. So each string of digits is read
once, and from a limit on no further number of the text is read; who asked learns it, and a deep scan, which has all
night, reads the rest. No text that people wrote comes near the limit.
"""

from customers.phones import Plan, Reading, readings

MOST_READINGS = 10_000


class Effort:
    """The work on one text. `most`: distinct strings of digits that are read as numbers, None for all of them."""

    def __init__(self, most: int | None = MOST_READINGS) -> None:
        """Begin with nothing read."""
        self.most = most
        self.spent = 0
        self.is_spent = False
        self._known: dict[tuple[str, bool, bool], list[Reading]] = {}

    def read(self, digits: str, numbering: Plan, *, international: bool, whole: bool) -> list[Reading]:
        """Return what `phones.readings` does, or nothing once the limit is reached."""
        asked = digits, international, whole
        known = self._known.get(asked)
        if known is not None:
            return known
        if self.most is not None and self.spent >= self.most:
            self.is_spent = True
            return []
        self.spent += 1
        found = self._known[asked] = readings(digits, numbering, international=international, whole=whole)
        return found
