"""Register the keyring, whose tables live in a database of their own."""

from django.apps import AppConfig


class KeyringConfig(AppConfig):
    """One key for each sealed row and each version of a content file."""

    name = "privacy.keyring"
    label = "keyring"
