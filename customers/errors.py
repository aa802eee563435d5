"""What merging, splitting and finding customers can fail on; each sentence says what was not done and what to do."""


class LinkingError(Exception):
    """Customers were not merged or split."""


class NotThese(LinkingError):
    """These records can't be merged or split as asked."""


class Forgotten(LinkingError):
    """One of the customers is being forgotten, or has been."""


class InTheWay(LinkingError):
    """Something that is under way needs the customers as they are."""


class NotRead(LinkingError):
    """What was typed is no identifier, or nobody carries it."""
