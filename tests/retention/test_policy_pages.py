"""An officer's pages: policies with their effect, what is due, runs."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.days import today_in
from accounts.models import Account
from privacy import map as data_map
from retention import nights, ready_made
from retention.models import DisposalRules, Policy, Run, RunState
from tests.conftest import Person
from tests.makers import make_customer, make_interaction

pytestmark = pytest.mark.django_db(transaction=True)

FORM = {"name": "Short", "kinds": ["recording"], "keep": "30 days"}


@pytest.fixture
def client(client_of: Callable[[Person], Client], officer: Person) -> Client:
    return client_of(officer)


@pytest.fixture
def calls(account: Account) -> None:
    customer = make_customer(account, phone="+12025550147")
    for days in (400, 60, 10):
        make_interaction(account, customer, started_at=timezone.now() - timedelta(days=days), recording=b"RIFF")


def test_the_list_says_each_policy_in_a_sentence(client: Client, account: Account) -> None:
    text = client.get("/policies/").content.decode()
    assert "Everything: 1 year" in text
    assert "Default" in text


def test_the_effect_is_shown_and_nothing_saved_before_the_term_is_typed(client: Client, calls: None) -> None:
    text = client.post("/policies/propose/", {**FORM, "step": "effect"}).content.decode()
    assert "<strong>3</strong> records would go on the first night, instead of 2" in text
    assert Policy.objects.count() == 4
    answer = client.post("/policies/propose/", {**FORM, "step": "save", "typed": "3 days"})
    assert answer.status_code == 422
    assert "Type 30 days once more" in answer.content.decode()
    assert client.post("/policies/propose/", {**FORM, "step": "save", "typed": "30 days"}).status_code == 302
    assert Policy.objects.get(name="Short").effective_at > timezone.now() + timedelta(days=29)


@pytest.mark.parametrize("template", ready_made.TITLES)
def test_each_ready_made_policy_can_be_proposed_as_it_is(client: Client, account: Account, template: str) -> None:
    form = client.get(f"/policies/propose/?template={template}").context["form"]
    assert client.post("/policies/propose/", {**form, "step": "effect"}).status_code == 200


def test_changing_the_default_shows_what_it_says(client: Client, account: Account) -> None:
    default = Policy.objects.get(account=account, is_default=True)
    form = client.get(f"/policies/propose/?replaces={default.pk}").context["form"]
    assert set(form["kinds"]) == set(data_map.kinds())
    given = {**form, "keep": "2 years", "typed": "2 years", "step": "save", "replaces": default.pk}
    assert client.post("/policies/propose/", {key: value for key, value in given.items() if value}).status_code == 302
    new = Policy.objects.get(replaces=default)
    assert client.post(f"/policies/{new.pk}/withdraw/").status_code == 302
    assert Policy.objects.get(pk=default.pk).ends_at is None


def test_markup_in_a_name_stays_text(client: Client, account: Account) -> None:
    evil = {**FORM, "name": "<script>alert(1)</script>", "step": "save", "typed": "30 days"}
    client.post("/policies/propose/", evil)
    text = client.get("/policies/").content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_what_is_due_is_shown_for_any_day(client: Client, calls: None) -> None:
    assert "<strong>2</strong> records" in client.get("/disposal/").content.decode()
    later = (timezone.now() + timedelta(days=340)).date().isoformat()
    assert "<strong>4</strong> records" in client.get(f"/disposal/?on={later}").content.decode()


@pytest.mark.parametrize("on", ["tomorrow", "2020-01-01", "9999-01-01", "0000-00-00", "2026-02-30"])
def test_a_day_nobody_can_preview_is_refused(client: Client, calls: None, on: str) -> None:
    assert client.get("/disposal/", {"on": on}).status_code == 422
    answer = client.post("/policies/propose/", {**FORM, "step": "effect", "on": on})
    assert answer.status_code == 422
    assert "Nothing is shown" in answer.content.decode()


def test_a_draft_is_shown_on_any_day_with_samples_and_as_a_file(client: Client, calls: None) -> None:
    today = timezone.now().date()
    given = {**FORM, "on": (today + timedelta(days=25)).isoformat()}
    answer = client.post("/policies/propose/", {**given, "step": "effect"})
    text = answer.content.decode()
    assert "<strong>4</strong> records would go by" in text
    assert "instead of 2" in text
    (recordings,) = [row for row in answer.context["effect"]["table"] if row["kind"] == "Recordings"]
    assert (recordings["policy"], recordings["items"], len(set(recordings["samples"]))) == ("Short", 3, 3)
    page = client.get("/disposal/record/", {"id": recordings["samples"][0]}).content.decode()
    assert '<h2 id="fate">Recordings</h2>' in page
    lines = client.post("/policies/propose/", {**given, "step": "csv"}).content.decode().splitlines()
    assert f"{given['on']},Recordings,Short,3," in "\n".join(lines)
    assert not Policy.objects.filter(name="Short").exists()


def test_the_table_is_also_a_file_without_formulas(client: Client, account: Account, calls: None) -> None:
    Policy.objects.update(name="=HYPERLINK(1)")
    answer = client.get("/disposal/?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "day,kind,policy,records,bytes"
    assert all("'=HYPERLINK" in line for line in lines[1:])


def test_a_run_is_begun_confirmed_and_shown(client: Client, account: Account, calls: None) -> None:
    where = client.post("/disposal/begin/")["Location"]
    run = Run.objects.get()
    assert nights.REASONS[nights.FIRST] in client.get(where).content.decode()
    client.post(f"/disposal/{run.pk}/act/", {"act": "confirm", "typed": "1"})
    run.refresh_from_db()
    assert run.state == RunState.REFUSED
    client.post(f"/disposal/{run.pk}/act/", {"act": "confirm", "typed": "2"})
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert [row.told for row in client.get(where).context["rows"]] == [[("4", 0.0, 100.0)]] * 2
    assert "Running" in client.get("/disposal/").content.decode()


def test_without_its_default_an_account_is_told_and_nothing_decided(client: Client, account: Account) -> None:
    Policy.objects.all().delete()
    make_interaction(account)
    answer = client.get("/disposal/")
    assert answer.status_code == 422
    assert "default policy is missing" in answer.content.decode()


def test_the_effect_tells_what_goes_sooner_and_what_is_kept_longer(client: Client, calls: None) -> None:
    shorter = client.post("/policies/propose/", {**FORM, "step": "effect"}).context["effect"]["difference"]
    assert [(row["kind"], [said and said.items for said, _ in row["sums"]]) for row in shorter] == [
        ("Recordings", [3, None])
    ]
    longer = client.post("/policies/propose/", {**FORM, "keep": "2 years", "step": "effect"}).context["effect"]
    assert [said and (said.items, said.size) for said, _ in longer["difference"][0]["sums"]] == [None, (3, 3 * 4)]


def test_a_wrong_confirmation_keeps_the_effect_in_sight(client: Client, calls: None) -> None:
    answer = client.post("/policies/propose/", {**FORM, "step": "save", "typed": "30"})
    assert answer.status_code == 422
    assert "Type 30 days once more" in answer.content.decode()
    assert answer.context["effect"]["goes_after"].items == 3


def test_a_conflict_and_an_unknown_name_are_told_with_the_effect(client: Client, calls: None) -> None:
    client.post("/policies/propose/", {**FORM, "maximum": "30 days", "step": "save", "typed": "30 days"})
    asked = {**FORM, "keep": "1 year", "minimum": "1 year", "queues": "Servcie", "step": "effect"}
    text = client.post("/policies/propose/", asked).content.decode()
    assert "allows at most 30 days for some of the same records" in text
    assert "No call so far has queue Servcie" in text


def test_ending_a_policy_shows_its_effect_and_asks_for_its_term(client: Client, account: Account, calls: None) -> None:
    DisposalRules.objects.create(account=account, pending_days=0)
    client.post("/policies/propose/", {**FORM, "keep": "5 years", "step": "save", "typed": "5 years"})
    policy = Policy.objects.get(name="Short")
    DisposalRules.objects.update(pending_days=30)
    page = client.get(f"/policies/{policy.pk}/end/")
    assert [said and said.items for said, _ in page.context["effect"]["difference"][0]["sums"]] == [3, None]
    assert client.post(f"/policies/{policy.pk}/end/", {"step": "save", "typed": "1 year"}).status_code == 422
    assert client.post(f"/policies/{policy.pk}/end/", {"step": "csv"}).content.startswith(b"day,kind,policy")
    assert Policy.objects.get(pk=policy.pk).ends_at is None
    assert client.post(f"/policies/{policy.pk}/end/", {"step": "save", "typed": "5 years"}).status_code == 302
    assert "Keep Short after all" in client.get("/policies/").content.decode()
    assert client.post(f"/policies/{policy.pk}/keep/").status_code == 302
    assert Policy.objects.get(pk=policy.pk).ends_at is None


def test_the_default_can_not_even_be_previewed_away(client: Client, account: Account) -> None:
    default = Policy.objects.get(account=account, is_default=True)
    page = client.get(f"/policies/{default.pk}/end/")
    assert page.status_code == 422
    assert "always has a default policy" in page.content.decode()


def test_what_was_withdrawn_stays_on_the_page_with_who(client: Client, account: Account) -> None:
    client.post("/policies/propose/", {**FORM, "step": "save", "typed": "30 days"})
    client.post(f"/policies/{Policy.objects.get(name='Short').pk}/withdraw/")
    text = client.get("/policies/").content.decode()
    assert "Ended and withdrawn" in text
    assert "Never in force" in text


def test_a_paused_policy_that_gives_way_says_so_and_can_be_paused(client: Client, account: Account) -> None:
    default = Policy.objects.get(account=account, is_default=True)
    everything = {**FORM, "kinds": list(data_map.kinds()), "name": "New one", "replaces": default.pk}
    client.post("/policies/propose/", {**everything, "step": "save", "typed": "30 days"})
    client.post(f"/policies/{default.pk}/pause/", {"until": today_in(account), "because": "An audit"})
    assert "Nothing with this name is pending" in client.get("/policies/", {"name": "Case"}).content.decode()
    text = client.get("/policies/").content.decode()
    assert "gives way to New one" in text
    assert "paused by" in text
    assert "An audit" in text


def test_a_window_across_midnight_is_set_and_told(client: Client, account: Account, calls: None) -> None:
    sent = {"pending_days": "7", "from_hour": "22", "to_hour": "6", "pause_ms": "0"}
    assert "Nothing was changed" not in client.post("/policies/rules/", sent, follow=True).content.decode()
    page = client.get("/disposal/")
    assert "once a night, from 22:00 to 6:00 of the next day" in page.content.decode()
    assert timezone.localtime(page.context["opens_at"], ZoneInfo(account.zone)).hour == 22


def test_a_later_day_is_decided_by_the_policies_of_that_day(client: Client, calls: None) -> None:
    client.post("/policies/propose/", {**FORM, "keep": "5 years", "step": "save", "typed": "5 years"})
    today = client.get("/disposal/")
    later = client.get("/disposal/", {"on": str(timezone.now().date() + timedelta(days=40))})
    assert {row["kind"]: row["items"] for row in today.context["table"]}["Recordings"] == 1
    assert "Recordings" not in {row["kind"] for row in later.context["table"]}
    assert "Decided by the policies that will be in force on that day" in later.content.decode()


def test_a_change_of_what_can_not_be_found_is_no_new_policy(client: Client, account: Account) -> None:
    asked = {**FORM, "step": "save", "typed": "30 days"}
    for replaces in ("zzz", "6b0f8f9e-0000-4000-8000-000000000000"):
        assert client.post("/policies/propose/", {**asked, "replaces": replaces}).status_code == 404
    assert not Policy.objects.filter(name="Short").exists()
