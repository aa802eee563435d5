"""What can be wrong with people and accounts, each saying what was not done and what to do."""


class AccountsError(Exception):
    """Something about an account or its people does not allow the act."""


class UnknownAccount(AccountsError):
    """No account has this name."""


class UnknownMember(AccountsError):
    """The person named is not an active member of the account."""


class NotPossible(AccountsError):
    """The values given contradict each other or what is there; the message says how."""
