import pytest

from vault.errors import KeyMissing
from vault.key_cache import MAX_AGE_S, KeyCache


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def never() -> bytes:
    raise KeyMissing("read from the disk")


def test_a_key_is_read_once_a_minute() -> None:
    clock = Clock()
    cache = KeyCache(clock)
    assert cache.get("blocks/1.0", lambda: b"first") == b"first"
    clock.now = MAX_AGE_S - 0.01
    assert cache.get("blocks/1.0", never) == b"first"
    clock.now = MAX_AGE_S
    with pytest.raises(KeyMissing):
        cache.get("blocks/1.0", never)


def test_use_does_not_prolong_a_key() -> None:
    clock = Clock()
    cache = KeyCache(clock)
    cache.get("blocks/1.0", lambda: b"first")
    for _ in range(59):
        clock.now += 1
        cache.get("blocks/1.0", never)
    clock.now += 1
    assert cache.get("blocks/1.0", lambda: b"second") == b"second"


def test_the_minute_counts_from_before_the_key_was_read() -> None:
    clock = Clock()
    cache = KeyCache(clock)

    def slowly() -> bytes:
        clock.now += 10
        return b"first"

    cache.get("blocks/1.0", slowly)
    clock.now = MAX_AGE_S
    with pytest.raises(KeyMissing):
        cache.get("blocks/1.0", never)


def test_old_keys_leave_memory_when_another_is_asked_for() -> None:
    clock = Clock()
    cache = KeyCache(clock)
    for number in range(5):
        cache.get(f"blocks/{number}.0", lambda: b"key")
    assert len(cache._keys) == 5
    clock.now = MAX_AGE_S
    cache.get("blocks/9.0", lambda: b"key")
    assert list(cache._keys) == ["blocks/9.0"]


def test_a_forgotten_key_is_read_again() -> None:
    cache = KeyCache()
    cache.get("blocks/1.0", lambda: b"first")
    cache.forget("blocks/1.0")
    cache.forget("blocks/2.0")
    with pytest.raises(KeyMissing):
        cache.get("blocks/1.0", never)
