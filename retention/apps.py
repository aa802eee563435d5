"""Register the app and its guard: the eraser asks before anything goes."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """How long, unless."""

    name = "retention"

    def ready(self) -> None:
        """Let legal holds stop every erasure, and every account have a default policy."""
        from customers.following import follow_with
        from privacy import guards
        from retention import receivers  # noqa: F401 - connecting is its effect
        from retention.following import holds_follow
        from retention.guard import legal_holds
        from retention.turns import keep_holds_still

        guards.register("legal holds", legal_holds, turn=keep_holds_still)
        follow_with("legal holds", holds_follow)
