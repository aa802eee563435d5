"""The one key directory of this process."""

from functools import lru_cache

from django.conf import settings

from vault.key_directory import KeyDirectory


@lru_cache(maxsize=1)
def directory() -> KeyDirectory:
    """Return the key directory named by the setting KEY_DIRECTORY, proved safe.

    Raises vault.errors.UnsafeKeyDirectory naming the path and the mend when it is missing, unreadable or too open.
    """
    return KeyDirectory(settings.KEY_DIRECTORY)
