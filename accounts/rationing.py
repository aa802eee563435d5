"""Let each network address do something only so often, where nobody signs in.

The cache holds a count under a keyed hash of the address, for a minute or two: it can't be read back into who asked.
"""

import time
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.actors import address_of

SALT: Final = "lethe.rationing"


def has_spent(request: HttpRequest, what: str, *, most: int, within_s: int) -> bool:
    """Count one more try at `what` from the caller's address; say whether it is more than `most` in `within_s`."""
    who = salted_hmac(SALT, f"{what} {address_of(request)}", algorithm="sha256").hexdigest()
    name = f"ration:{who}:{int(time.time()) // within_s}"
    cache.add(name, 0, timeout=2 * within_s)
    return cache.incr(name) > most
