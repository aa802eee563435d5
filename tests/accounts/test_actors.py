from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import actor_of, address_of, operator, shell_actor
from accounts.errors import UnknownMember
from accounts.models import Account, Membership
from tests.conftest import Person

PROXY, CALLER = "10.0.0.2", "203.0.113.9"


def address(remote: str, forwarded: str) -> str:
    return address_of(RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded))


def test_a_forwarded_address_counts_for_nothing_without_a_trusted_proxy() -> None:
    assert address(CALLER, "198.51.100.1") == CALLER


def test_a_trusted_proxy_hands_the_address_on(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    assert address(PROXY, CALLER) == CALLER
    assert address(PROXY, f"{CALLER}, 10.0.0.3") == CALLER
    assert address(PROXY, f"198.51.100.1, {CALLER}") == CALLER, "the caller wrote the first one"
    assert address(CALLER, "198.51.100.1") == CALLER, "not from the proxy"


def test_a_proxy_on_a_unix_socket_is_trusted_only_by_name(settings: Any) -> None:
    assert address("", CALLER) == ""
    settings.TRUSTED_PROXIES = ["unix"]
    assert address("", CALLER) == CALLER


@given(forwarded=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60))
def test_rubbish_is_never_an_address(forwarded: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.TRUSTED_PROXIES", ["10.0.0.0/24"], raising=False)
        found = address(PROXY, forwarded)
    assert found == "" or found.replace(".", "").replace(":", "").isalnum()


def test_a_request_becomes_an_actor(supervisor: Person) -> None:
    request = RequestFactory().get("/", HTTP_USER_AGENT="x" * 1000, HTTP_X_REQUEST_ID="chosen-outside")
    request.user = supervisor.user
    supervisor.user.selected = supervisor.membership
    actor = actor_of(request)

    assert (actor.user_id, actor.role) == (supervisor.user.pk, "supervisor")
    assert (actor.account_id, actor.via) == (supervisor.membership.account_id, "portal")
    assert len(actor.user_agent) == 400
    assert actor.request_id != "chosen-outside"
    assert actor_of(request).request_id == actor.request_id


def test_the_shell_acts_as_a_member_and_names_the_os_user(supervisor: Person, account: Account) -> None:
    actor = shell_actor(" SUSAN@example.com", account)
    assert (actor.user_id, actor.role, actor.via) == (supervisor.user.pk, "supervisor", "shell")
    assert actor.os_user == operator().os_user != ""


def test_the_shell_cannot_act_as_a_stranger_or_a_former_member(
    stranger: Person, supervisor: Person, account: Account
) -> None:
    Membership.objects.filter(pk=supervisor.membership.pk).update(active=False)
    for person in (stranger, supervisor):
        with pytest.raises(UnknownMember):
            shell_actor(person.user.email, account)
