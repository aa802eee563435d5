"""Keep agents, teams and who supervises whom.

Moving an agent or taking a team away changes at once whose calls a supervisor may hear, so each is an act with an
entry.
"""

from collections.abc import Iterable

from django.db import transaction

from accounts.errors import NotPossible
from accounts.models import Account, Agent, Membership, Supervision, Supervisor, Team
from accounts.rights import require
from accounts.roles import SUPERVISOR
from accounts.tenancy import belongs_to
from accounts.validation import prove
from trail.actor import Actor
from trail.append import append


def add_agent(*, actor: Actor, account: Account, extension: str, name: str = "", team: Team | None = None) -> Agent:
    """Add an agent by extension; one that is there already is returned as it is. Raises Refused or NotPossible."""
    require(actor, "accounts.add_agent", account, action="agent.added")
    _one_account(account, team)
    wanted = prove(Agent(extension=extension.strip(), name=name.strip()), "extension", "name")
    with transaction.atomic():
        agent, new = Agent.objects.get_or_create(
            account=account, extension=wanted.extension, defaults={"name": wanted.name, "team": team}
        )
        if new:
            append("agent.added", actor=actor, account_id=account.pk, record=(Agent._meta.label, str(agent.pk)))
    return agent


def change_agent(*, actor: Actor, agent: Agent, name: str, team: Team | None) -> Agent:
    """Rename an agent or move it to another team. Raises Refused or NotPossible."""
    require(actor, "accounts.change_agent", agent, action="agent.changed")
    _one_account(agent.account, team)
    with transaction.atomic():
        agent.name, agent.team = name.strip(), team
        prove(agent, "name").save(update_fields=["name", "team"])
        append(
            "agent.changed",
            actor=actor,
            account_id=agent.account_id,
            record=(Agent._meta.label, str(agent.pk)),
            facts={"team": str(team.pk) if team else None},
        )
    return agent


def add_team(*, actor: Actor, account: Account, name: str) -> Team:
    """Add a team; one of this name is returned as it is. Raises Refused or NotPossible."""
    require(actor, "accounts.add_team", account, action="team.added")
    wanted = prove(Team(name=name.strip()), "name")
    with transaction.atomic():
        team, new = Team.objects.get_or_create(account=account, name=wanted.name)
        if new:
            append("team.added", actor=actor, account_id=account.pk, record=(Team._meta.label, str(team.pk)))
    return team


def rename_team(*, actor: Actor, team: Team, name: str) -> Team:
    """Give a team another name. Raises Refused."""
    require(actor, "accounts.change_team", team, action="team.changed")
    with transaction.atomic():
        team.name = name.strip()
        prove(team, "name").save(update_fields=["name"])
        append("team.changed", actor=actor, account_id=team.account_id, record=(Team._meta.label, str(team.pk)))
    return team


def set_supervision(
    *, actor: Actor, membership: Membership, whole_account: bool, teams: Iterable[Team] = ()
) -> Supervisor:
    """Say whom a supervisor supervises: the whole account, or these teams and nobody else.

    Raises Refused or NotPossible.
    """
    require(actor, "accounts.change_membership", membership, action="supervision.changed")
    chosen = list(teams)
    _one_account(membership.account, *chosen)
    if membership.role != SUPERVISOR:
        raise NotPossible("Only a supervisor supervises teams. Nothing was changed. Change the role first.")
    with transaction.atomic():
        supervisor, _ = Supervisor.objects.update_or_create(
            membership=membership, defaults={"whole_account": whole_account}
        )
        Supervision.objects.filter(supervisor=supervisor).exclude(team__in=chosen).delete()
        for team in chosen:
            Supervision.objects.get_or_create(supervisor=supervisor, team=team)
        append(
            "supervision.changed",
            actor=actor,
            account_id=membership.account_id,
            record=(Membership._meta.label, str(membership.pk)),
            facts={"whole_account": whole_account, "teams": ",".join(sorted(str(team.pk) for team in chosen))},
        )
    return supervisor


def _one_account(account: Account, *records: Team | None) -> None:
    if any(record is not None and not belongs_to(record, account.pk) for record in records):
        raise NotPossible("The team belongs to another account. Nothing was changed.")
