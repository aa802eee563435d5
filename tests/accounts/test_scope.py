import pytest

from accounts.models import Account, Agent, Membership, Supervision, Supervisor, Team
from accounts.scope import scope_of
from tests.conftest import Person, make_person


@pytest.fixture
def team(account: Account) -> Team:
    team = Team.objects.create(account=account, name="Service")
    Agent.objects.create(account=account, extension="2058", team=team)
    Agent.objects.create(account=account, extension="2029")
    return team


def extensions(person: Person) -> list[str]:
    return sorted(scope_of(person.actor).agents.values_list("extension", flat=True))


def test_an_agent_reaches_only_own_calls(agent: Person, team: Team) -> None:
    assert extensions(agent) == ["2046"]
    assert not scope_of(agent.actor).whole_account


def test_an_agent_without_extension_reaches_none(account: Account, team: Team) -> None:
    bob = make_person("Bob", account, "agent")
    assert extensions(bob) == []


def test_a_supervisor_of_the_whole_account_reaches_everybody(supervisor: Person, team: Team) -> None:
    assert scope_of(supervisor.actor).whole_account
    assert extensions(supervisor) == ["2029", "2058"]


def test_a_supervisor_of_a_team_reaches_its_agents(account: Account, team: Team) -> None:
    bob = make_person("Bob", account, "supervisor", whole_account=False)
    Supervision.objects.create(supervisor=bob.membership.supervisor, team=team)
    assert extensions(bob) == ["2058"]
    assert not scope_of(bob.actor).whole_account


def test_taking_the_last_team_away_narrows(account: Account, team: Team) -> None:
    bob = make_person("Bob", account, "supervisor", whole_account=False)
    assert extensions(bob) == []
    assert not scope_of(bob.actor).whole_account


def test_a_supervisor_on_no_record_reaches_nobody(supervisor: Person, team: Team) -> None:
    Supervisor.objects.all().delete()
    assert extensions(supervisor) == []


def test_the_other_account_is_out_of_reach(stranger: Person, team: Team) -> None:
    assert scope_of(stranger.actor).whole_account
    assert extensions(stranger) == []


@pytest.mark.parametrize("role", ["auditor", "officer", "administrator"])
def test_roles_without_content_reach_none(role: str, account: Account, team: Team) -> None:
    bob = make_person("Bob", account, role)
    assert extensions(bob) == []
    assert not scope_of(bob.actor).whole_account


def test_nobody_and_the_deactivated_reach_none(supervisor: Person, team: Team) -> None:
    assert not scope_of(None).agents.exists()
    Membership.objects.update(active=False)
    assert extensions(supervisor) == []
