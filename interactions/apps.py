"""Register the app."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    """The `interactions` app."""

    name = "interactions"
