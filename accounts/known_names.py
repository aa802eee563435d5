"""Say which lines, queues and campaigns an account's calls have had, so that a name nobody has is seen when typed.

A rule or policy for a queue that is spelled another way fits no call, and nothing would ever say so.
"""

from collections.abc import Collection, Mapping

from accounts.lines import own_numbers
from accounts.models import Account, Circumstances

NAMES = ("line", "queue", "campaign")


def names_of_calls(account: Account) -> dict[str, frozenset[str]]:
    """Return the lines (the account's own numbers too), queues and campaigns that calls had so far."""
    rows = Circumstances.objects.filter(account=account)
    found = {name: frozenset(rows.exclude(**{name: ""}).values_list(name, flat=True).distinct()) for name in NAMES}
    return found | {"line": found["line"] | own_numbers(account)}


def unheard_of(known: Mapping[str, Collection[str]], asked: Mapping[str, Collection[str]]) -> list[str]:
    """Return what is asked for by `line`, `queue` and `campaign` that no call has had so far, such as “queue Sale”."""
    return [f"{name} {each}" for name in NAMES for each in sorted(asked.get(name, ())) if each not in known[name]]
