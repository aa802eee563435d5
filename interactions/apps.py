"""Register the app."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    """The `interactions` app."""

    name = "interactions"

    def ready(self) -> None:
        """Let files that were never sealed follow every decision to erase what was read from them."""
        from interactions.unlinking import follow
        from privacy import witness

        witness.follow("originals", follow)
