"""Register the app and its guard: the eraser asks before anything goes."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """How long, unless."""

    name = "retention"

    def ready(self) -> None:
        """Let legal holds stop every erasure."""
        from privacy import guards
        from retention.guard import legal_holds

        guards.register("legal holds", legal_holds)
