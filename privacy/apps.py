"""Register the app; after migrations the application role gets exactly the rights it needs."""

from django.apps import AppConfig
from django.db.models import BinaryField, ForeignKey, UUIDField
from django.db.models.signals import post_migrate


class PrivacyConfig(AppConfig):
    """The personal data map, sealed values, the one eraser."""

    name = "privacy"

    def ready(self) -> None:
        """Let queries ask by many ids; grant the application role its rights when the tables stand."""
        from privacy import grants
        from privacy.lookups import AnyOf

        UUIDField.register_lookup(AnyOf)
        BinaryField.register_lookup(AnyOf)
        ForeignKey.register_lookup(AnyOf)

        post_migrate.connect(grants.grant, sender=self, dispatch_uid="privacy.grants")
