import pytest
from django.contrib.auth import authenticate, get_backends
from django.contrib.auth.backends import ModelBackend
from django.test import RequestFactory

from accounts.backends import EmailBackend, MembershipBackend
from accounts.models import Account, Agent, Membership, User
from tests.conftest import PASSWORD, Person, make_person

LISTEN = "interactions.listen_recording"


def test_nothing_selected_means_nothing_allowed(supervisor: Person) -> None:
    assert not supervisor.user.has_perm(LISTEN)
    assert not supervisor.user.is_staff


def test_the_selected_membership_answers(supervisor: Person) -> None:
    supervisor.user.selected = supervisor.membership
    assert supervisor.user.has_perm(LISTEN)
    assert not supervisor.user.has_perm("trail.view_event")
    assert supervisor.user.has_perms([LISTEN, "rtbf.raise_request"])
    assert not supervisor.user.has_perms([LISTEN, "trail.view_event"])


def test_a_role_in_one_account_is_nothing_in_another(supervisor: Person, other_account: Account) -> None:
    there = Agent.objects.create(account=other_account, extension="7")
    here = Agent.objects.create(account=supervisor.membership.account, extension="7")
    boss = make_person("Susan", other_account, "administrator")

    boss.user.selected = boss.membership
    assert boss.user.has_perm("accounts.change_agent", there)
    assert not boss.user.has_perm("accounts.change_agent", here)
    assert not boss.user.has_perm(LISTEN)


def test_a_record_of_no_account_is_nobodys(administrator: Person) -> None:
    administrator.user.selected = administrator.membership
    assert not administrator.user.has_perm("accounts.change_membership", administrator.user)


def test_an_inactive_membership_or_person_has_no_rights(supervisor: Person) -> None:
    supervisor.user.selected = supervisor.membership
    supervisor.membership.active = False
    assert not supervisor.user.has_perm(LISTEN)

    supervisor.membership.active = True
    supervisor.user.is_active = False
    assert not supervisor.user.has_perm(LISTEN)
    assert not supervisor.user.has_module_perms("interactions")


def test_the_sign_in_backend_gives_no_rights(supervisor: Person) -> None:
    supervisor.user.selected = supervisor.membership
    assert not EmailBackend().has_perm(supervisor.user, LISTEN)
    assert MembershipBackend().has_perm(supervisor.user, LISTEN)


def test_no_model_backend_and_no_superuser() -> None:
    assert not [backend for backend in get_backends() if isinstance(backend, ModelBackend)]
    assert User.is_superuser is False
    assert "is_superuser" not in [field.name for field in User._meta.get_fields()]


@pytest.mark.parametrize("typed", ["susan@example.com", " Susan@Example.COM "])
def test_the_address_counts_in_any_case(supervisor: Person, typed: str) -> None:
    request = RequestFactory().post("/")
    assert authenticate(request, email=typed, password=PASSWORD) == supervisor.user


@pytest.mark.parametrize("password", ["", None, "wrong-horse-battery"])
def test_a_wrong_password_signs_nobody_in(supervisor: Person, password: str | None) -> None:
    request = RequestFactory().post("/")
    assert authenticate(request, email=supervisor.user.email, password=password) is None


def test_a_deactivated_person_cannot_sign_in_or_stay(supervisor: Person) -> None:
    User.objects.filter(pk=supervisor.user.pk).update(is_active=False)
    assert EmailBackend().authenticate(None, email=supervisor.user.email, password=PASSWORD) is None
    assert EmailBackend().get_user(supervisor.user.pk) is None


def test_live_leaves_out_whoever_may_not_enter(supervisor: Person, auditor: Person) -> None:
    Membership.objects.filter(pk=auditor.membership.pk).update(active=False)
    assert list(Membership.objects.live()) == [supervisor.membership]
