"""Know the numbers and addresses that belong to the people who work here.

What is an agent's own and a customer's too names nobody for certain: in a text it may be either. It is said so, and a
person decides.
"""

from accounts.models import Account, Agent, Membership
from customers.identifiers import Kind, NotAnIdentifier, candidates
from interactions.batch import numbering_of
from privacy.blind_index import digest

SHORTEST_NUMBER = 7


def staff_digests(account: Account) -> frozenset[bytes]:
    """Return the blind indexes of the agents' own numbers and the members' e-mail addresses."""
    extensions = Agent.objects.filter(account=account).values_list("extension", flat=True)
    numbers = [each for each in extensions if sum(sign.isdigit() for sign in each) >= SHORTEST_NUMBER]
    members = Membership.objects.live().filter(account=account)
    addresses = members.values_list("user__email", flat=True)
    regions = numbering_of(account).regions
    found = {index for each in numbers for index in _readings(account, Kind.PHONE, each, regions)}
    return frozenset(found | {index for each in addresses for index in _readings(account, Kind.EMAIL, each, regions)})


def _readings(account: Account, kind: Kind, text: str, regions: tuple[str, ...]) -> list[bytes]:
    try:
        return [digest(account.pk, kind, each.value) for each in candidates(kind, text, regions=regions)]
    except NotAnIdentifier:
        return []
