import pytest

from accounts.errors import NotPossible
from accounts.models import Account, Agent, Supervision, Team
from accounts.staffing import add_agent, add_team, change_agent, rename_team, set_supervision
from tests.conftest import Person
from trail.models import Event
from trail.refusal import Refused


def test_agents_and_teams_are_added_once(administrator: Person, account: Account) -> None:
    team = add_team(actor=administrator.actor, account=account, name=" Service ")
    first = add_agent(actor=administrator.actor, account=account, extension="2058", name="Bob", team=team)
    again = add_agent(actor=administrator.actor, account=account, extension=" 2058 ", name="Other")

    assert again == first
    assert Agent.objects.get(extension="2058").name == "Bob"
    assert add_team(actor=administrator.actor, account=account, name="Service") == team
    assert Event.objects.filter(action__in=["agent.added", "team.added"]).count() == 2


def test_moving_an_agent_is_on_record(administrator: Person, account: Account) -> None:
    team = Team.objects.create(account=account, name="Service")
    agent = Agent.objects.create(account=account, extension="2058")
    change_agent(actor=administrator.actor, agent=agent, name="Bob", team=team)
    assert str(team.pk) in Event.objects.get(action="agent.changed").text
    assert "Bob" not in Event.objects.get(action="agent.changed").text


def test_a_team_of_another_account_cannot_be_used(
    administrator: Person, supervisor: Person, account: Account, other_account: Account
) -> None:
    foreign = Team.objects.create(account=other_account, name="Theirs")
    with pytest.raises(NotPossible):
        add_agent(actor=administrator.actor, account=account, extension="1", team=foreign)
    with pytest.raises(NotPossible):
        set_supervision(
            actor=administrator.actor, membership=supervisor.membership, whole_account=False, teams=[foreign]
        )
    with pytest.raises(Refused):
        rename_team(actor=administrator.actor, team=foreign, name="Ours")
    assert not Supervision.objects.exists()


def test_supervision_is_replaced_as_a_whole(administrator: Person, supervisor: Person, account: Account) -> None:
    service, sales = (Team.objects.create(account=account, name=name) for name in ("Service", "Sales"))
    for teams in ([service, sales], [sales]):
        set_supervision(actor=administrator.actor, membership=supervisor.membership, whole_account=False, teams=teams)
    assert list(supervisor.membership.supervisor.teams.all()) == [sales]
    assert Event.objects.filter(action="supervision.changed").count() == 2


@pytest.mark.parametrize("extension", ["", "  "])
def test_an_agent_needs_an_extension(administrator: Person, account: Account, extension: str) -> None:
    with pytest.raises(NotPossible):
        add_agent(actor=administrator.actor, account=account, extension=extension)


def test_supervisors_do_not_move_agents(supervisor: Person, account: Account) -> None:
    agent = Agent.objects.create(account=account, extension="2058")
    with pytest.raises(Refused):
        change_agent(actor=supervisor.actor, agent=agent, name="", team=None)
