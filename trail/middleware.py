"""Put the refusals of the portal on record.

`process_exception` runs when the view and its transactions have ended, so the entry outlives the rollback. If the entry
cannot be written the request fails: the person stays refused either way.
"""

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from trail.refusal import Refusal, record_refusal


class RefusalMiddleware(MiddlewareMixin):
    """Write an entry for each refusal that a view raises; the answer is left to Django."""

    sync_capable = True
    async_capable = False

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Record the exception if it is a refusal."""
        if isinstance(exception, Refusal):
            record_refusal(exception)
