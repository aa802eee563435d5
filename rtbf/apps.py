"""Register the app and what it has against merging customers."""

from django.apps import AppConfig


class RtbfConfig(AppConfig):
    """The `rtbf` app."""

    name = "rtbf"

    def ready(self) -> None:
        """Let open requests keep what they plan for, and stop merging and splitting the customers they are about."""
        from customers.following import object_with
        from privacy import guards, witness
        from retention.releasing import when_released
        from rtbf.dossier.handing_out import let_go
        from rtbf.execution.deferred import go_on_after
        from rtbf.requests.guard import open_requests
        from rtbf.requests.linking import open_requests_object

        guards.register(guards.OPEN_REQUESTS, open_requests)
        when_released("requests", go_on_after)
        witness.follow("copies for customers", let_go)
        object_with("open requests", open_requests_object)
