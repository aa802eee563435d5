import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, Membership, Team, User
from trail.models import Event

ACCOUNT = ["Harper Valley", "--region", "US", "--zone", "America/Los_Angeles"]


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_create_account_says_what_it_did(db: None) -> None:
    said = run("create_account", *ACCOUNT, "--own-number", "+15305550100", "--own-number", "530-555-0101")
    assert said == "Account Harper Valley created. Own numbers: +15305550100, +15305550101. Hours of grace: 180.\n"
    assert "was there already" in run("create_account", *ACCOUNT, "--own-number", "+15305550100")
    assert Account.objects.count() == 1

    entry = Event.objects.get(action="account.created")
    how = entry.told["how"]
    assert (how["via"], how["role"], entry.user_id) == ("shell", "operator", None)
    assert how["os_user"]


def test_create_account_refuses_a_wrong_value(db: None) -> None:
    with pytest.raises(CommandError, match="time zone"):
        run("create_account", "Harper", "--region", "US", "--zone", "Nowhere")
    assert not Account.objects.exists()


def test_create_member_prints_a_random_password_once(account: Account) -> None:
    said = run("create_member", "Linda@example.com", "--account", account.name, "--role", "agent", "--agent-id", "2046")
    first, second = said.splitlines()
    assert first == "Added to Harper Valley as Agent."
    password = second.removeprefix("Password (shown once): ")
    assert User.objects.get(email="linda@example.com").check_password(password)
    assert Membership.objects.filter(agent__extension="2046").count() == 1

    again = run(
        "create_member", "linda@example.com", "--account", account.name, "--role", "agent", "--agent-id", "2046"
    )
    assert again == "Was a member of Harper Valley already, as Agent. Nothing was changed.\n"


def test_create_member_takes_a_password_from_standard_input(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct-horse-battery\n"))
    arguments = ["--account", account.name, "--role", "officer", "--name", "Olga", "--password-stdin"]
    said = run("create_member", "olga@example.com", *arguments)
    assert "Password" not in said
    assert User.objects.get(name="Olga").check_password("correct-horse-battery")


def test_create_member_without_a_password_on_standard_input_adds_nobody(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="standard input"):
        run("create_member", "o@example.com", "--account", account.name, "--role", "officer", "--password-stdin")
    assert not User.objects.exists()


def test_create_member_with_teams(account: Account) -> None:
    team = Team.objects.create(account=account, name="Service")
    run("create_member", "s@example.com", "--account", account.name, "--role", "supervisor", "--team", "Service")
    assert list(Membership.objects.get().supervisor.teams.all()) == [team]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bob@example.com", "--account", "Nobody's", "--role", "auditor"], "no account of this name"),
        (["bob@example.com", "--account", "Harper Valley", "--role", "agent"], "needs an extension"),
        (["bob", "--account", "Harper Valley", "--role", "auditor"], "email: Enter a valid"),
        (["b@example.com", "--account", "Harper Valley", "--role", "supervisor", "--team", "X"], "no team"),
        (["b@example.com", "--account", "Harper Valley", "--role", "superuser"], "invalid choice"),
    ],
)
def test_create_member_says_what_is_wrong(account: Account, arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run("create_member", *arguments)
    assert not User.objects.exists()
