"""Register the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The `accounts` app."""

    name = "accounts"

    def ready(self) -> None:
        """Begin to put signing in and out on record."""
        from accounts import receivers  # noqa: F401 - connecting is its effect
