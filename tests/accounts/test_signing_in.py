from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Account, Membership, User
from tests.conftest import ADDRESS, PASSWORD, Person, make_person
from trail.models import Event

LOGIN = "/account/login/"


@pytest.fixture
def visitor(db: None) -> Client:
    return Client(REMOTE_ADDR=ADDRESS)


def sign_in(client: Client, email: str, password: str = PASSWORD, headers: dict[str, str] | None = None) -> Any:
    return client.post(LOGIN, {"login": email, "password": password}, headers=headers)


def test_whoever_signs_in_gets_home_and_an_entry(visitor: Client, supervisor: Person) -> None:
    answer = sign_in(visitor, "Susan@Example.com")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert visitor.get("/").status_code == 200

    entry = Event.objects.get(action="session.started")
    assert (entry.user_id, entry.told["how"]["role"], entry.account_id) == (
        supervisor.user.pk,
        "supervisor",
        supervisor.membership.account_id,
    )


def test_a_failure_never_says_which_part_was_wrong(visitor: Client, supervisor: Person) -> None:
    wrong = sign_in(visitor, supervisor.user.email, "wrong-horse-battery").content.decode()
    unknown = sign_in(visitor, "nobody@example.com", "wrong-horse-battery").content.decode()

    assert "do not go together" in wrong
    assert strip_token(wrong) == strip_token(unknown).replace("nobody@example.com", supervisor.user.email)


def test_a_deactivated_person_is_told_the_same(visitor: Client, supervisor: Person) -> None:
    User.objects.filter(pk=supervisor.user.pk).update(is_active=False)
    answer = sign_in(visitor, supervisor.user.email)
    assert answer.status_code == 200
    assert "do not go together" in answer.content.decode()


def test_a_failure_is_on_record_and_what_was_typed_only_sealed(visitor: Client, supervisor: Person) -> None:
    sign_in(visitor, "Susan@example.com", "wrong-horse-battery")
    entry = Event.objects.get(action="session.refused")

    assert (entry.outcome, entry.user_id) == ("refused", None)
    assert entry.account_id == supervisor.membership.account_id
    assert "susan" not in entry.text.lower()
    assert entry.detail_commitment is not None


def test_an_unknown_address_is_on_record_for_no_account(visitor: Client) -> None:
    sign_in(visitor, "nobody@example.com", "wrong-horse-battery")
    assert Event.objects.get(action="session.refused").account_id is None


def test_five_failures_lock_the_address_out(visitor: Client, supervisor: Person) -> None:
    for _ in range(5):
        answer = sign_in(visitor, supervisor.user.email, "wrong-horse-battery")
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()

    assert sign_in(visitor, supervisor.user.email).status_code == 429, "the right password comes too late"
    assert visitor.get("/").status_code == 302
    assert Event.objects.filter(action="session.refused").count() == 4
    assert Event.objects.filter(action="session.locked_out", outcome="refused").count() == 2


def test_another_spelling_of_the_address_counts_as_the_same(visitor: Client, supervisor: Person) -> None:
    for typed in (
        "susan@example.com",
        "SUSAN@example.com",
        " susan@example.com",
        "Susan@example.com",
        "susan@EXAMPLE.com",
    ):
        answer = sign_in(visitor, typed, "wrong-horse-battery")
    assert answer.status_code == 429


def test_the_lock_out_of_one_leaves_colleagues_in(visitor: Client, supervisor: Person, auditor: Person) -> None:
    for _ in range(5):
        sign_in(visitor, supervisor.user.email, "wrong-horse-battery")
    assert sign_in(visitor, auditor.user.email).status_code == 302


def test_a_chosen_forwarded_address_does_not_get_round_the_lock(visitor: Client, supervisor: Person) -> None:
    for number in range(5):
        answer = sign_in(
            visitor, supervisor.user.email, "wrong-horse-battery", headers={"x-forwarded-for": f"198.51.100.{number}"}
        )
    assert answer.status_code == 429


def test_success_forgets_earlier_slips(visitor: Client, supervisor: Person) -> None:
    for _ in range(3):
        for _ in range(4):
            sign_in(visitor, supervisor.user.email, "wrong-horse-battery")
        assert sign_in(visitor, supervisor.user.email).status_code == 302
        visitor.post("/account/logout/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_sign_up_is_closed(visitor: Client, method: str) -> None:
    form = {"email": "mallory@example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert getattr(visitor, method)("/account/signup/", form).status_code == 404
    assert not User.objects.exists()


def test_nobody_changes_the_address_they_are_known_by(
    client_of: Callable[[Person], Client], supervisor: Person
) -> None:
    assert client_of(supervisor).get("/account/email/").status_code == 404


def test_signing_out_ends_the_visit_with_an_entry(client_of: Callable[[Person], Client], supervisor: Person) -> None:
    client = client_of(supervisor)
    assert client.get("/logout/").status_code == 302
    assert client.get("/").status_code == 200, "a link signs nobody out"

    client.post("/logout/")
    assert client.get("/").status_code == 302
    entry = Event.objects.get(action="session.ended")
    assert (entry.user_id, entry.account_id) == (supervisor.user.pk, supervisor.membership.account_id)


def test_each_visit_has_an_id_of_its_own(client_of: Callable[[Person], Client], supervisor: Person) -> None:
    first, second = client_of(supervisor), client_of(supervisor)
    assert first.session["visit"] != second.session["visit"]
    assert len(first.session["visit"]) >= 16


def test_without_the_log_nobody_gets_in(visitor: Client, supervisor: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the log is away")

    monkeypatch.setattr("accounts.receivers.append", broken)
    visitor.raise_request_exception = False
    assert sign_in(visitor, supervisor.user.email).status_code == 500
    assert visitor.get("/").status_code == 302


def test_a_changed_password_is_on_record_and_ends_the_visit(
    client_of: Callable[[Person], Client], supervisor: Person
) -> None:
    client = client_of(supervisor)
    new = "another-horse-battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/change/", form).status_code == 302

    assert Event.objects.filter(action="password.changed", user_id=supervisor.user.pk).exists()
    supervisor.user.refresh_from_db()
    assert supervisor.user.check_password(new)


def test_a_forgotten_password_is_answered_alike_for_known_and_unknown(visitor: Client, supervisor: Person) -> None:
    known = visitor.post("/account/password/reset/", {"email": supervisor.user.email})
    unknown = visitor.post("/account/password/reset/", {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [[supervisor.user.email]]


def test_a_mail_server_that_does_not_answer_tells_nobody_who_is_known(visitor, supervisor, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    known = visitor.post("/account/password/reset/", {"email": supervisor.user.email})
    unknown = visitor.post("/account/password/reset/", {"email": "nobody@example.com"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert "A message could not be sent (ConnectionRefusedError)" in caplog.text
    assert supervisor.user.email not in caplog.text


def test_the_link_in_the_mail_sets_a_new_password(visitor: Client, supervisor: Person) -> None:
    visitor.post("/account/password/reset/", {"email": supervisor.user.email})
    link = next(word for word in mail.outbox[0].body.split() if "/account/password/reset/key/" in word)
    page = visitor.get(link.removeprefix("http://testserver"), follow=True)
    new = "another-horse-battery"
    visitor.post(page.request["PATH_INFO"], {"password1": new, "password2": new})

    supervisor.user.refresh_from_db()
    assert supervisor.user.check_password(new)
    assert Event.objects.filter(action="password.reset").exists()


def test_the_only_account_is_selected_and_otherwise_the_last(
    visitor: Client, supervisor: Person, other_account: Account
) -> None:
    make_person("Susan", other_account, "auditor")
    sign_in(visitor, supervisor.user.email)
    assert visitor.get("/", follow=True).redirect_chain[-1][0] == "/select/", "two accounts, none used before"

    there = Membership.objects.get(user=supervisor.user, account=other_account)
    visitor.post("/switch/", {"membership": there.pk})
    visitor.post("/logout/")
    sign_in(visitor, supervisor.user.email)
    assert "Far Away" in visitor.get("/").content.decode()


def strip_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


@pytest.mark.parametrize("onward", ["https://[::1", "//evil.example.com", "//", "javascript:alert(1)"])
def test_whoever_signs_in_is_sent_to_no_address_of_somebody_else(
    onward: str, visitor: Client, supervisor: Person
) -> None:
    answer = visitor.post(f"{LOGIN}?next=x", {"login": supervisor.user.email, "password": PASSWORD, "next": onward})
    assert (answer.status_code, answer["Location"]) == (302, "/")
