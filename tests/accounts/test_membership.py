import pytest

from accounts.errors import NotPossible
from accounts.membership import add_member, change_member, new_password
from accounts.models import Account, Agent, Membership, Team, User
from accounts.staffing import set_supervision
from tests.conftest import PASSWORD, Person, make_person
from trail.actor import Actor
from trail.models import Event
from trail.refusal import Refused


def test_a_new_person_gets_a_random_password_once(administrator: Person, account: Account) -> None:
    added = add_member(
        actor=administrator.actor, account=account, email=" Bob@Example.com ", role="auditor", name="Bob"
    )

    assert added.new
    assert added.password
    assert added.password not in repr(added)
    assert added.membership.user.email == "bob@example.com"
    assert added.membership.user.check_password(added.password)
    entry = Event.objects.get(action="member.added")
    assert entry.record_id == str(added.membership.pk)
    assert "bob" not in entry.text.lower()


def test_a_given_password_is_taken_and_not_shown(administrator: Person, account: Account) -> None:
    added = add_member(
        actor=administrator.actor, account=account, email="bob@example.com", role="auditor", password=PASSWORD
    )
    assert added.password is None
    assert added.membership.user.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["h0rse", "password1234", "bob@example.com"])
def test_a_weak_password_adds_nobody(administrator: Person, account: Account, password: str) -> None:
    with pytest.raises(NotPossible, match="too weak") as caught:
        add_member(
            actor=administrator.actor, account=account, email="bob@example.com", role="auditor", password=password
        )
    assert password not in str(caught.value)
    assert not User.objects.filter(email="bob@example.com").exists()


def test_somebody_known_elsewhere_keeps_password_and_name(
    administrator: Person, account: Account, stranger: Person
) -> None:
    added = add_member(
        actor=administrator.actor,
        account=account,
        email=stranger.user.email,
        role="auditor",
        name="Other",
        password="x",
    )
    stranger.user.refresh_from_db()
    assert added.password is None
    assert stranger.user.name == "Mallory"
    assert stranger.user.check_password(PASSWORD)
    assert stranger.user.memberships.count() == 2


def test_adding_again_changes_nothing(administrator: Person, account: Account, auditor: Person) -> None:
    again = add_member(actor=administrator.actor, account=account, email=auditor.user.email, role="auditor")
    assert (again.new, again.membership) == (False, auditor.membership)
    with pytest.raises(NotPossible):
        add_member(actor=administrator.actor, account=account, email=auditor.user.email, role="officer")


def test_an_agent_needs_an_extension(administrator: Person, account: Account) -> None:
    with pytest.raises(NotPossible, match="extension"):
        add_member(actor=administrator.actor, account=account, email="bob@example.com", role="agent")
    added = add_member(
        actor=administrator.actor, account=account, email="bob@example.com", role="agent", extension="2046", name="Bob"
    )
    assert str(added.membership.agent) == "Bob (2046)"


def test_a_supervisor_supervises_the_teams_named_or_everybody(administrator: Person, account: Account) -> None:
    team = Team.objects.create(account=account, name="Service")
    some = add_member(
        actor=administrator.actor, account=account, email="bob@example.com", role="supervisor", teams=[team]
    )
    everybody = add_member(actor=administrator.actor, account=account, email="eve@example.com", role="supervisor")

    assert list(some.membership.supervisor.teams.all()) == [team]
    assert not some.membership.supervisor.whole_account
    assert everybody.membership.supervisor.whole_account


@pytest.mark.parametrize(
    "email",
    ["", "bob", "bob@", "a@b@c", "x" * 300 + "@example.com", "x" * 60 + "@" + "y." * 120 + "com", "=cmd|' /C calc'!A0"],
)
def test_what_is_no_address_adds_nobody(administrator: Person, account: Account, email: str) -> None:
    with pytest.raises(NotPossible):
        add_member(actor=administrator.actor, account=account, email=email, role="auditor")


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "officer"])
def test_only_administrators_add_members(role: str, account: Account) -> None:
    bob = make_person("Bob", account, role)
    with pytest.raises(Refused):
        add_member(actor=bob.actor, account=account, email="eve@example.com", role="administrator")
    assert not User.objects.filter(email="eve@example.com").exists()


def test_an_administrator_adds_nobody_to_another_account(administrator: Person, other_account: Account) -> None:
    with pytest.raises(Refused):
        add_member(actor=administrator.actor, account=other_account, email="eve@example.com", role="auditor")


def test_a_change_is_on_record_with_the_role_before(administrator: Person, auditor: Person) -> None:
    change_member(actor=administrator.actor, membership=auditor.membership, role="officer", agent=None, active=False)
    auditor.membership.refresh_from_db()
    assert (auditor.membership.role, auditor.membership.active) == ("officer", False)
    entry = Event.objects.get(action="member.changed")
    assert '"role_before":"auditor"' in entry.text


def test_nobody_changes_their_own_membership(administrator: Person) -> None:
    with pytest.raises(NotPossible, match="own membership"):
        change_member(
            actor=administrator.actor,
            membership=administrator.membership,
            role="supervisor",
            agent=None,
            active=True,
        )


def test_a_member_of_another_account_stays_as_is(administrator: Person, stranger: Person) -> None:
    with pytest.raises(Refused):
        change_member(
            actor=administrator.actor, membership=stranger.membership, role="auditor", agent=None, active=False
        )
    assert Membership.objects.get(pk=stranger.membership.pk).active


def test_an_agent_of_another_account_cannot_be_lent(
    administrator: Person, auditor: Person, other_account: Account
) -> None:
    foreign = Agent.objects.create(account=other_account, extension="1")
    with pytest.raises(NotPossible, match="another account"):
        change_member(
            actor=administrator.actor, membership=auditor.membership, role="agent", agent=foreign, active=True
        )


def test_a_former_supervisor_keeps_no_reach(administrator: Person, supervisor: Person) -> None:
    for role in ("auditor", "supervisor"):
        change_member(actor=administrator.actor, membership=supervisor.membership, role=role, agent=None, active=True)
    supervisor.membership.supervisor.refresh_from_db()
    assert not supervisor.membership.supervisor.whole_account
    assert not supervisor.membership.supervisor.teams.exists()


def test_only_a_supervisor_supervises(administrator: Person, auditor: Person) -> None:
    with pytest.raises(NotPossible, match="Only a supervisor"):
        set_supervision(actor=administrator.actor, membership=auditor.membership, whole_account=True)


def test_no_entry_no_member(administrator: Person, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the log is away")

    monkeypatch.setattr("accounts.membership.append", broken)
    with pytest.raises(ConnectionError):
        add_member(actor=administrator.actor, account=account, email="bob@example.com", role="auditor")
    assert not User.objects.filter(email="bob@example.com").exists()


def test_passwords_are_long_and_never_the_same() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert {len(password) for password in made} == {23}


def test_the_operator_adds_the_first_administrator(account: Account) -> None:
    added = add_member(actor=Actor.shell("root"), account=account, email="ada@example.com", role="administrator")
    assert added.new
    entry = Event.objects.get(action="member.added")
    how = entry.told["how"]
    assert (how["via"], how["os_user"], how["role"]) == ("shell", "root", "operator")
