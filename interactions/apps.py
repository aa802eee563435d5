"""Register the app."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    """The `interactions` app."""

    name = "interactions"

    def ready(self) -> None:
        """Let files that were never sealed, and the mark of a deletion by hand, follow every decision to erase."""
        from interactions import deleting, unlinking
        from privacy import witness

        witness.follow("originals", unlinking.follow)
        witness.follow("deletions by hand", deleting.follow)
