"""Row ids that grow with time (UUID version 7, RFC 9562 §5.7), so that an index of millions of rows stays packed.

Random bits are taken from the operating system for many ids at once: a batch of calls needs ten thousand. A process
that forks leaves none of them to its child, so no two processes ever use the same.
"""

import os
import time
from uuid import UUID, SafeUUID

AT_ONCE = 256
_RANDOM_BYTES = 10
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62

_unused: list[int] = []
os.register_at_fork(after_in_child=_unused.clear)


def new_id() -> UUID:
    """Return a UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    try:
        random = _unused.pop()
    except IndexError:
        random = _more()
    millis = time.time_ns() // 1_000_000 & 0xFFFFFFFFFFFF
    value = millis << 80 | _VERSION_7 | (random >> 68 & 0xFFF) << 64 | _VARIANT | random & 0x3FFFFFFFFFFFFFFF
    made = object.__new__(UUID)
    # What UUID(int=value) does, without first asking which of its six arguments was given.
    object.__setattr__(made, "int", value)
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made


def _more() -> int:
    """Return random bits for one id, and lay in those for the next."""
    random = os.urandom(AT_ONCE * _RANDOM_BYTES)
    fresh = [int.from_bytes(random[at : at + _RANDOM_BYTES], "big") for at in range(0, len(random), _RANDOM_BYTES)]
    _unused.extend(fresh[1:])
    return fresh[0]
