"""Register the app: its rights on its own tables, and the log as witness of openings and erasures."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """The log as evidence."""

    name = "trail"

    def ready(self) -> None:
        """Restrict the application role, and register with the layer below, which cannot look up to here."""
        from privacy import grants, witness
        from trail.receivers import LogWitness

        for table in ("event", "position", "checkpoint", "verificationrun"):
            grants.restrict(f"trail_{table}", "SELECT, INSERT")
        grants.restrict("trail_detail", "SELECT, INSERT, UPDATE")
        witness.register_log(LogWitness())
