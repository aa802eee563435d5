"""Each address may do something so often, and the cache does not say which address that was."""

import pytest
from django.test import RequestFactory

from accounts import rationing
from accounts.rationing import has_spent

ALICES, BOBS = "192.0.2.7", "192.0.2.8"


def spent(address: str, what: str = "check") -> bool:
    return has_spent(RequestFactory().get("/", REMOTE_ADDR=address), what, most=2, within_s=60)


@pytest.fixture
def kept(monkeypatch) -> dict[str, int]:
    """Count in a dictionary, at one moment that moves by hand."""
    names: dict[str, int] = {}

    class Cache:
        def add(self, name: str, value: int, timeout: int) -> None:
            names.setdefault(name, value)

        def incr(self, name: str) -> int:
            names[name] += 1
            return names[name]

    monkeypatch.setattr(rationing, "cache", Cache())
    monkeypatch.setattr(rationing.time, "time", lambda: 600.0)
    return names


def test_the_third_try_is_one_too_many_for_this_address_alone(kept, monkeypatch):
    assert [spent(ALICES) for _ in range(3)] == [False, False, True]
    assert not spent(BOBS)
    assert not spent(ALICES, "something else")
    monkeypatch.setattr(rationing.time, "time", lambda: 661.0)
    assert not spent(ALICES)


def test_no_address_stands_in_the_cache(kept):
    spent(ALICES)
    assert kept
    assert not any(ALICES in name for name in kept)
