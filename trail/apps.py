"""Register the app."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """The `trail` app."""

    name = "trail"
