"""Register the app and its guard: the eraser asks before anything goes."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """How long, unless."""

    name = "retention"

    def ready(self) -> None:
        """Let holds and duties stop every erasure, write down what stays, and give every account a default policy."""
        from customers.following import follow_with
        from jobs.doorbell import make_patient
        from privacy import guards, witness
        from retention import receivers  # noqa: F401 - connecting is its effect
        from retention.deferring import resolve
        from retention.duties import duties_to_keep
        from retention.following import holds_follow
        from retention.guard import legal_holds
        from retention.nights import DISPOSE
        from retention.turns import keep_holds_still

        guards.register("legal holds", legal_holds, turn=keep_holds_still)
        guards.register("duties to keep", duties_to_keep)
        witness.follow("deferrals", resolve)
        follow_with("legal holds", holds_follow)
        make_patient(DISPOSE)
