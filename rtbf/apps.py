"""Register the app."""

from django.apps import AppConfig


class RtbfConfig(AppConfig):
    """The `rtbf` app."""

    name = "rtbf"
