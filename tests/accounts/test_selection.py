from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Account, Membership, User
from tests.conftest import Person, make_person
from trail.models import Event

ClientOf = Callable[[Person], Client]


@pytest.fixture
def both(supervisor: Person, other_account: Account) -> Person:
    """Susan's other membership: auditor in the other account."""
    return make_person("Susan", other_account, "auditor")


def switch(client: Client, membership_id: object) -> Any:
    return client.post("/switch/", {"membership": str(membership_id)})


def test_switching_changes_what_a_person_may(client_of: ClientOf, supervisor: Person, both: Person) -> None:
    client = client_of(supervisor)
    switch(client, supervisor.membership.pk)
    assert "Ask to forget a customer" in client.get("/").content.decode()

    assert switch(client, both.membership.pk).status_code == 302
    page = client.get("/").content.decode()
    assert "Read the access log" in page
    assert "Ask to forget a customer" not in page


def test_each_choice_is_on_record_in_its_account(client_of: ClientOf, supervisor: Person, both: Person) -> None:
    switch(client_of(supervisor), both.membership.pk)
    entry = Event.objects.get(action="account.selected")
    assert (entry.account_id, entry.user_id, entry.told["how"]["role"]) == (
        both.membership.account_id,
        supervisor.user.pk,
        "auditor",
    )


def test_switching_takes_a_post(client_of: ClientOf, supervisor: Person) -> None:
    answer = client_of(supervisor).get("/switch/", {"membership": str(supervisor.membership.pk)})
    assert answer.status_code == 405


def test_another_persons_membership_is_refused_with_an_entry(
    client_of: ClientOf, supervisor: Person, stranger: Person
) -> None:
    client = client_of(supervisor)
    assert switch(client, stranger.membership.pk).status_code == 403
    assert "Harper Valley" in client.get("/").content.decode()
    assert Event.objects.get(action="account.selected").outcome == "refused"


@pytest.mark.parametrize("named", ["", "x", "' OR 1=1", "9" * 5000])
def test_rubbish_is_not_found(client_of: ClientOf, supervisor: Person, named: str) -> None:
    assert switch(client_of(supervisor), named).status_code == 404


def test_an_unknown_membership_is_refused(client_of: ClientOf, supervisor: Person) -> None:
    assert switch(client_of(supervisor), uuid4()).status_code == 403


def test_a_deactivated_member_loses_access_with_the_next_click(client_of: ClientOf, supervisor: Person) -> None:
    client = client_of(supervisor)
    assert client.get("/").status_code == 200
    Membership.objects.filter(pk=supervisor.membership.pk).update(active=False)

    assert client.get("/", follow=True).redirect_chain[-1][0] == "/select/"
    assert "not an active member" in client.get("/select/").content.decode()
    assert switch(client, supervisor.membership.pk).status_code == 403


def test_a_deactivated_person_is_signed_out(client_of: ClientOf, supervisor: Person) -> None:
    client = client_of(supervisor)
    User.objects.filter(pk=supervisor.user.pk).update(is_active=False)
    assert client.get("/", follow=True).redirect_chain[-1][0].startswith("/account/login/")


def test_a_changed_role_counts_with_the_next_click(client_of: ClientOf, supervisor: Person) -> None:
    client = client_of(supervisor)
    assert "Ask to forget" in client.get("/").content.decode()
    Membership.objects.filter(pk=supervisor.membership.pk).update(role="auditor")
    assert "Ask to forget" not in client.get("/").content.decode()


def test_the_session_of_one_never_selects_for_another(client_of: ClientOf, supervisor: Person, auditor: Person) -> None:
    client = client_of(auditor)
    session = client.session
    session["membership"] = str(supervisor.membership.pk)
    session.save()
    assert client.get("/").status_code == 302


def test_a_stranger_to_everything_is_sent_to_sign_in(db: None) -> None:
    client = Client()
    for path in ("/", "/select/", "/accounts/membership/", "/no/such/page/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/account/login/"), path
    assert client.post("/switch/").status_code == 302
