"""Register the app, begin to put signing in on record, and take from the application the right to delete people."""

from django.apps import AppConfig

KEPT = ("account", "line", "team", "agent", "user", "membership", "supervisor")


class AccountsConfig(AppConfig):
    """The `accounts` app."""

    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        """Connect the receivers; let PostgreSQL refuse what no code here does: deleting whom the log names."""
        from accounts import receivers  # noqa: F401 - connecting is its effect
        from privacy.grants import restrict

        for table in KEPT:
            restrict(f"accounts_{table}", "SELECT, INSERT, UPDATE")
