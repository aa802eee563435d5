from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest

from accounts.errors import NotPossible
from accounts.telling import telling


@pytest.fixture
def request_() -> HttpRequest:
    request: Any = HttpRequest()
    request._messages = CookieStorage(request)
    return request


def test_a_refusal_is_told_and_what_follows_is_shown(request_: HttpRequest) -> None:
    with telling(request_, NotPossible):
        raise NotPossible("There is no such role. Nothing was changed.")
    assert [str(each) for each in get_messages(request_)] == ["There is no such role. Nothing was changed."]


def test_everything_else_passes(request_: HttpRequest) -> None:
    with pytest.raises(ZeroDivisionError), telling(request_, NotPossible):
        raise ZeroDivisionError
    assert list(get_messages(request_)) == []
