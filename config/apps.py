"""The last app: when it is ready, everything is, so here the house is checked before anything is served."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Checks the whole house at start (system checks do not run under WSGI)."""

    name = "config"

    def ready(self) -> None:
        """Refuse to start with an undeclared field, without guards or without witnesses."""
