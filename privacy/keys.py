"""The one key directory of this process."""

from functools import lru_cache

from django.conf import settings

from vault.key_directory import KeyDirectory
from vault.transit import TransitAddress, TransitRoot


@lru_cache(maxsize=1)
def directory() -> KeyDirectory:
    """Return the key directory named by the setting KEY_DIRECTORY, proved safe.

    Raises vault.errors.UnsafeKeyDirectory naming the path and the mend when it is missing, unreadable or too open, and
    RootUnavailable or RootRefused naming the service when the root of ROOT_KEY_URL can't be used.
    """
    return opened()


def opened() -> KeyDirectory:
    """Open the key directory and prove it and its root anew: for whoever asks whether the keys can be used."""
    url = settings.ROOT_KEY_URL
    return KeyDirectory(settings.KEY_DIRECTORY, TransitRoot(TransitAddress.parse(url)) if url else None)
