import pytest
from django.test import RequestFactory

from accounts.lockout import email_of


@pytest.mark.parametrize(
    "credentials", [{"email": " Susan@Example.com"}, {"login": "SUSAN@example.com "}, {"password": "x"}, None]
)
def test_one_person_is_counted_once_however_the_address_comes(credentials: dict[str, str] | None) -> None:
    request = RequestFactory().post("/", {"login": "susan@EXAMPLE.com"})
    assert email_of(request, credentials) == "susan@example.com"


def test_nobody_typed_is_nobody() -> None:
    assert email_of(RequestFactory().get("/")) == ""
