"""Register the app; after migrations the application role gets exactly the rights it needs."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PrivacyConfig(AppConfig):
    """The personal data map, sealed values, the one eraser."""

    name = "privacy"

    def ready(self) -> None:
        """Grant the application role its rights when the tables stand."""
        from privacy import grants

        post_migrate.connect(grants.grant, sender=self, dispatch_uid="privacy.grants")
