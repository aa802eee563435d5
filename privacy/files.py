"""Remove sealed files lazily: their keys are gone already, so that what is left of them is noise to everybody.

The eraser writes down which files nobody can open any more, and removes them after its commit, a thousand at a time in
one request where the store can. What fails is tried again; `fsck` finds what a store brings back.
"""

import logging
from collections import Counter

from django.utils import timezone

from privacy.models import DoomedFile
from privacy.open import store

AT_ONCE = 1_000

logger = logging.getLogger(__name__)


def unlink_doomed(limit: int = AT_ONCE) -> int:
    """Remove files nobody can open any more; returns how many. What fails goes to the end of the list."""
    left = DoomedFile.objects.filter(gone_at=None, at__lte=timezone.now()).order_by("at")
    names = list(left.values_list("name", flat=True)[:limit])
    if not names:
        return 0
    failed = store().delete_all(names)
    for reason, number in Counter(failed.values()).items():
        logger.warning("%d sealed files could not be removed and will be tried again: %s", number, reason)
    # Otherwise a thousand that fail would hide all the others for ever.
    DoomedFile.objects.filter(name__in=list(failed)).update(at=timezone.now())
    gone = [name for name in names if name not in failed]
    DoomedFile.objects.filter(name__in=gone).update(gone_at=timezone.now())
    return len(gone)
