"""What a hold or a policy can fail on: each sentence says what was not done and what to do, and names no person."""


class HoldError(Exception):
    """A hold was not placed or not released."""


class Incomplete(HoldError):
    """Something that a hold needs was not given, or not in the form it takes."""


class NotCoverable(HoldError):
    """A record that this account does not have, or of a kind that holds do not cover by name."""


class AlreadyCondemned(HoldError):
    """The erasure came first: what was to be held is past the point of no return."""


class AnotherPerson(HoldError):
    """A release needs somebody else, or has one already."""


class PolicyError(Exception):
    """A policy or a rule was not saved, changed or withdrawn."""


class Conflict(PolicyError):
    """Two policies ask what can't both be done: to keep for longer than another allows."""
