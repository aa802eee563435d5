"""Keep opened keys for a minute at most.

A key outlives its file in whatever process has opened it. The bound is what an erasure's certificate waits for, so it
counts from before the file was read, and no use of a key prolongs it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MAX_AGE_S = 60.0


class KeyCache:
    """Keys by place, forgotten a minute after they were read from disk; may be shared between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # In order of expiry, since all live equally long and are only ever appended.
        self._keys: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def get(self, place: str, read: Callable[[], bytes]) -> bytes:
        """Return the key of `place`, from memory or else from `read`."""
        expires_at = self._clock() + MAX_AGE_S
        with self._lock:
            self._drop_expired()
            if place in self._keys:
                return self._keys[place][1]
        key = read()
        with self._lock:
            self._keys.pop(place, None)
            self._keys[place] = (expires_at, key)
        return key

    def forget(self, place: str) -> None:
        """Drop the key of `place` in this process."""
        with self._lock:
            self._keys.pop(place, None)

    def _drop_expired(self) -> None:
        while self._keys and next(iter(self._keys.values()))[0] <= self._clock():
            self._keys.popitem(last=False)
