"""Tell the person at a page why a flow refused, on the page that is shown next."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest


@contextmanager
def telling(request: HttpRequest, *refusals: type[Exception]) -> Iterator[None]:
    """End the block where one of the `refusals` is raised and keep its sentence as a message; let others pass.

    What follows the block is what is shown either way, so it belongs around one call of a flow.
    """
    try:
        yield
    except refusals as refusal:
        messages.error(request, str(refusal))
