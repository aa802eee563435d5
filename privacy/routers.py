"""Send the keyring's tables to the keyring's database and everything else to the data database."""

from typing import Any

from django.db.models import Model


class KeyringRouter:
    """Keys and data never meet in one database, so that no backup holds both."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Return the alias that holds `model`."""
        return "keyring" if model._meta.app_label == "keyring" else "default"

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Allow relations inside one database only."""
        return (one._meta.app_label == "keyring") == (other._meta.app_label == "keyring")

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Decide by the app alone: RunSQL hands no model."""
        return (app_label == "keyring") == (db == "keyring")
