"""Register the app and what restricted customers forbid."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The `customers` app."""

    name = "customers"

    def ready(self) -> None:
        """Let restrictions keep what they cover, and stop merging and splitting whom they are about."""
        from customers.following import object_with
        from customers.restricting import restrictions, restrictions_object
        from privacy import guards

        guards.register(guards.RESTRICTIONS, restrictions)
        object_with("restrictions", restrictions_object)
