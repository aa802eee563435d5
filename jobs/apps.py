"""Register the app, and the queue as witness of decisions to erase."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work as rows."""

    name = "jobs"

    def ready(self) -> None:
        """Register with the layer below, which cannot look up to here."""
        from jobs.receivers import QueueWitness
        from privacy import witness

        witness.register_queue(QueueWitness())
