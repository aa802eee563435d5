"""Register the app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """The `privacy` app."""

    name = "privacy"
