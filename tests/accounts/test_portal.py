from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.admin.sites import site
from django.test import Client

from accounts.models import Account, Agent, Line, Membership, Team, User
from accounts.roles import ROLES, rights_of
from tests.conftest import PASSWORD, Person, make_person
from trail.models import Event

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]
SECTIONS = ["membership", "agent", "team", "line", "account"]


@pytest.fixture
def as_role(account: Account, client_of: ClientOf) -> Callable[[str], Client]:
    return lambda role: client_of(make_person(f"Some-{role}", account, role))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_first_page_that_says_who_and_where(role: str, as_role: Callable[[str], Client]) -> None:
    page = as_role(role).get("/").content.decode()
    assert f"Some-{role}" in page
    assert "Harper Valley" in page
    assert ROLES[role] in page
    assert "What you can do in Harper Valley" in page


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_opens_for_whom_the_table_says(role: str, section: str, as_role: Callable[[str], Client]) -> None:
    allowed = f"accounts.view_{section}" in rights_of(role)
    assert as_role(role).get(f"/accounts/{section}/").status_code == (200 if allowed else 403)
    assert Event.objects.filter(action="list.opened", outcome="refused").exists() is not allowed


@pytest.mark.parametrize("section", ["membership", "agent", "team", "line"])
def test_a_form_opens_only_for_administrators(section: str, as_role: Callable[[str], Client]) -> None:
    assert as_role("administrator").get(f"/accounts/{section}/add/").status_code == 200
    assert as_role("supervisor").get(f"/accounts/{section}/add/").status_code == 403


def test_the_menu_shows_what_the_role_opens(as_role: Callable[[str], Client]) -> None:
    assert "/accounts/membership/" in as_role("administrator").get("/").content.decode()
    assert "/accounts/membership/" not in as_role("supervisor").get("/").content.decode()


def test_the_search_finds_pages_of_the_role_only(as_role: Callable[[str], Client]) -> None:
    found = as_role("administrator").get("/search/", {"s": "member", "extended": "1"}).content.decode()
    assert "/accounts/membership/" in found
    assert "/accounts/" not in as_role("auditor").get("/search/", {"s": "member"}).content.decode()
    assert as_role("officer").get("/search/").status_code == 200


@pytest.fixture
def foreign(other_account: Account, stranger: Person) -> dict[str, object]:
    """One row of each kind in the other account."""
    return {
        "membership": stranger.membership.pk,
        "agent": Agent.objects.create(account=other_account, extension="77", name="Farah").pk,
        "team": Team.objects.create(account=other_account, name="Elsewhere").pk,
        "line": Line.objects.get(account=other_account).pk,
        "account": other_account.pk,
    }


@pytest.mark.parametrize("section", SECTIONS)
def test_rows_of_another_account_do_not_exist(
    section: str, foreign: dict[str, object], administrator: Person, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    listed = client.get(f"/accounts/{section}/").content.decode()
    assert not [word for word in ("Mallory", "Farah", "Elsewhere", "+33199000000", "Far Away") if word in listed]

    assert client.get(f"/accounts/{section}/{foreign[section]}/change/").status_code == 404
    assert client.post(f"/accounts/{section}/{foreign[section]}/change/", {"name": "Taken"}).status_code == 404
    assert Event.objects.filter(action="form.opened", outcome="refused", record_id=str(foreign[section])).count() == 2


def test_forms_offer_only_the_accounts_own_rows(
    foreign: dict[str, object], administrator: Person, auditor: Person, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    for path in ("agent/add/", "membership/add/", f"membership/{auditor.membership.pk}/change/"):
        page = client.get(f"/accounts/{path}").content.decode()
        assert "Elsewhere" not in page, path
        assert "Farah" not in page, path


@pytest.mark.parametrize("section", SECTIONS)
def test_nothing_is_deleted(section: str, administrator: Person, client_of: ClientOf) -> None:
    client = client_of(administrator)
    row = {"account": administrator.membership.account_id}.get(section, administrator.membership.pk)
    assert client.post(f"/accounts/{section}/{row}/delete/", {"post": "yes"}).status_code == 404
    before = Membership.objects.count()
    client.post(f"/accounts/{section}/", {"action": "delete_selected", "_selected_action": [str(row)], "post": "yes"})
    assert Membership.objects.count() == before


def test_no_site_action_and_no_way_round() -> None:
    assert "delete_selected" not in [name for name, _ in site.actions]
    assert {model._meta.app_label for model in site._registry} <= {
        "accounts", "customers", "interactions", "retention", "rtbf", "audit",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/r/1/1/", "/accounts/membership/{}/history/", "/password_change/done/"])
def test_djangos_own_side_doors_are_closed(path: str, administrator: Person, client_of: ClientOf) -> None:
    assert client_of(administrator).get(path.format(administrator.membership.pk)).status_code == 404


def test_the_admins_own_sign_in_page_is_not_there(administrator: Person, client: Client, client_of: ClientOf) -> None:
    answer = client.get("/login/", {"next": "/accounts/team/"})
    assert answer["Location"] == "/account/login/?next=/accounts/team/"
    form = {"username": administrator.user.email, "password": PASSWORD}
    assert client.post("/login/", form).status_code == 302
    assert "_auth_user_id" not in client.session
    assert client_of(administrator).get("/login/")["Location"] == "/"


def test_sign_in_never_leads_elsewhere(administrator: Person, client: Client) -> None:
    form = {"login": administrator.user.email, "password": PASSWORD, "next": "https://example.org/"}
    assert client.post("/account/login/", form)["Location"] == "/"


def test_an_administrator_adds_a_member_and_sees_the_password_once(administrator: Person, client_of: ClientOf) -> None:
    client = client_of(administrator)
    form = {"email": "bob@example.com", "name": "Bob", "role": "agent", "extension": "2058"}
    page = client.post("/accounts/membership/add/", form).content.decode()

    bob = User.objects.get(email="bob@example.com")
    password = page.split('lethe-secret">')[1].split("<")[0]
    assert bob.check_password(password)
    assert password not in client.get("/accounts/membership/").content.decode()
    assert Event.objects.filter(action="member.added", user_id=administrator.user.pk).exists()


def test_a_flow_that_refuses_a_value_says_why(administrator: Person, client_of: ClientOf) -> None:
    client = client_of(administrator)
    form = {"email": "bob@example.com", "name": "Bob", "role": "agent", "extension": ""}
    page = client.post("/accounts/membership/add/", form, follow=True).content.decode()
    assert "needs an extension" in page
    assert not User.objects.filter(email="bob@example.com").exists()


def test_an_administrator_changes_role_and_supervision(
    administrator: Person, auditor: Person, account: Account, client_of: ClientOf
) -> None:
    team = Team.objects.create(account=account, name="Service")
    form = {"role": "supervisor", "agent": "", "active": "on", "teams": [str(team.pk)]}
    path = f"/accounts/membership/{auditor.membership.pk}/change/"
    assert client_of(administrator).post(path, form).status_code == 302

    auditor.membership.refresh_from_db()
    assert auditor.membership.role == "supervisor"
    assert list(auditor.membership.supervisor.teams.all()) == [team]


def test_saving_an_unchanged_member_writes_nothing(administrator: Person, auditor: Person, client_of: ClientOf) -> None:
    form = {"role": "auditor", "agent": "", "active": "on"}
    client_of(administrator).post(f"/accounts/membership/{auditor.membership.pk}/change/", form)
    assert not Event.objects.filter(action="member.changed").exists()


def test_agents_teams_lines_and_settings_are_kept_by_the_flows(
    administrator: Person, account: Account, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    client.post("/accounts/team/add/", {"name": "Service"})
    team = Team.objects.get(name="Service")
    client.post("/accounts/agent/add/", {"extension": "2058", "name": "Bob", "team": str(team.pk)})
    client.post("/accounts/line/add/", {"number": "+15305550199", "label": "Sales"})
    client.post(f"/accounts/team/{team.pk}/change/", {"name": "Service 2"})
    settings = {"zone": "Europe/Paris", "grace_hours": "24"}
    client.post(f"/accounts/account/{account.pk}/change/", settings)

    assert Agent.objects.get(extension="2058").team == team
    assert Line.objects.filter(account=account, label="Sales").exists()
    assert Team.objects.get().name == "Service 2"
    assert Account.objects.get(pk=account.pk).grace_hours == 24
    written = set(Event.objects.values_list("action", flat=True))
    assert {"team.added", "agent.added", "line.added", "team.changed", "account.changed"} <= written


def test_djangos_own_history_stays_empty(administrator: Person, client_of: ClientOf) -> None:
    client_of(administrator).post("/accounts/team/add/", {"name": "Service"})
    assert Team.objects.exists()
    assert not LogEntry.objects.exists()


def test_pages_are_not_kept_and_answer_with_a_policy(administrator: Person, client_of: ClientOf) -> None:
    answer = client_of(administrator).get("/")
    assert "no-store" in answer["Cache-Control"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert len(answer["X-Request-ID"]) == 32


def test_the_health_page_asks_nobody_to_sign_in(client: Client) -> None:
    assert client.get("/healthz").status_code in {200, 503}


@pytest.mark.parametrize("path", ["/no/such/page/", "/accounts/membership/not-an-id/change/"])
def test_what_is_not_there_says_so(path: str, administrator: Person, client_of: ClientOf) -> None:
    answer = client_of(administrator).get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.parametrize("path", ["membership/?role=%00", "agent/?name=%00", "team/?name=a%00b", "team/?%00=1"])
def test_a_filter_with_a_nul_is_turned_away(path: str, administrator: Person, client_of: ClientOf) -> None:
    answer = client_of(administrator).get(f"/accounts/{path}")
    assert answer.status_code == 400
    assert "damaged" in answer.content.decode()


@pytest.mark.parametrize(("field", "status"), [("", 200), ("nothing", 400), ("key_id", 400)])
def test_no_row_is_looked_for_by_a_field_of_the_visitor_s_choice(
    field: str, status: int, account: Account, administrator: Person, client_of: ClientOf
) -> None:
    path = f"/accounts/account/{account.pk}/change/"
    assert client_of(administrator).get(path, {"_to_field": field}).status_code == status
