"""How far a role's rights reach inside its account: everybody's calls, some agents' calls, or one's own.

A right says *what*, the scope says *whose*. A supervisor of named teams loses sight of an agent who leaves them,
and one without teams sees nothing unless the whole account is given by name: taking away must never widen.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Agent, Membership
from accounts.rights import member_of
from accounts.roles import AGENT, SUPERVISOR
from trail.actor import Actor


@dataclass(frozen=True)
class Scope:
    """`whole_account`: every row of the account; otherwise only rows of `agents` (a queryset, for `agent__in`)."""

    whole_account: bool
    agents: QuerySet[Agent]


def scope_of(actor: Actor | None) -> Scope:
    """Return whose interactions the actor's role reaches; for nobody, and for roles without content, none."""
    member = member_of(actor) if actor is not None else None
    if member is None:
        return Scope(whole_account=False, agents=Agent.objects.none())
    if member.role == AGENT:
        return Scope(whole_account=False, agents=_agent_of(member))
    if member.role == SUPERVISOR:
        return _supervised_by(member)
    return Scope(whole_account=False, agents=Agent.objects.none())


def _agent_of(member: Membership) -> QuerySet[Agent]:
    if member.agent_id is None:
        return Agent.objects.none()
    return Agent.objects.filter(account_id=member.account_id, pk=member.agent_id)


def _supervised_by(member: Membership) -> Scope:
    supervisor = getattr(member, "supervisor", None)
    if supervisor is None:
        return Scope(whole_account=False, agents=Agent.objects.none())
    if supervisor.whole_account:
        return Scope(whole_account=True, agents=Agent.objects.filter(account_id=member.account_id))
    agents = Agent.objects.filter(account_id=member.account_id, team__supervisors=supervisor)
    return Scope(whole_account=False, agents=agents)
