"""Log lines that name nobody: ids, codes and types, never what somebody typed or a row held.

The text of a foreign exception may quote a value (a duplicate key, the whole context of a template), and an address
that does not exist may be anybody's number. So tracebacks keep their places and types, and only texts that are ours or
the machine's; and a request is named by its route and its id.
"""

import logging
import traceback
from types import TracebackType

from django.db import OperationalError

from vault.errors import VaultError

SPEAKS = (OSError, OperationalError, VaultError)
"""Whose text is about the machine, or ours; what the apps raise says by their own rule nothing of a person."""
OURS = frozenset({"vault", "privacy", "trail", "jobs", "accounts", "customers", "interactions", "retention", "rtbf",
                  "audit", "config"})  # fmt: skip
LEFT_OUT = "(what it says is left out: it could name a person)"
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Line(logging.Formatter):
    """Writes a traceback without the texts of foreign exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what another formatter made of the traceback is not taken over."""
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the name logging gives it
        """Return the traceback of `ei` and of what caused it, oldest first."""
        told: list[str] = []
        problem = ei[1]
        while problem is not None:
            places = "".join(traceback.format_tb(problem.__traceback__))
            told.append(f"{places}{_named(problem)}")
            problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
        return "\n\n".join(reversed(told))


class NoAddresses(logging.Filter):
    """Puts a request's route and id where Django puts its address, and cuts off what it quotes of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record and let it pass."""
        if record.name.startswith("django.security"):
            _quote_nothing(record)
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path is not None and isinstance(record.args, tuple) and record.args[-1:] == (path,):
            match = getattr(request, "resolver_match", None)
            route = f"/{match.route}" if match else "an address that does not exist"
            record.args = (*record.args[:-1], f"{route}, request {getattr(request, 'request_id', '-')}")
        return True


def _quote_nothing(record: logging.LogRecord) -> None:
    """Leave of a request that was turned away its kind: the reason may hold the host, the origin or a field it sent."""
    if isinstance(record.args, tuple) and len(record.args) == 2:
        record.args = (str(record.args[0]).split(" - ")[0], record.args[1])
    elif not record.args:
        record.msg, record.args = "A request was turned away: %s.", (record.name.rpartition(".")[2],)


def _named(problem: BaseException) -> str:
    kind = type(problem)
    ours = kind.__module__.split(".", maxsplit=1)[0] in OURS
    return f"{kind.__module__}.{kind.__qualname__}: {problem if ours or isinstance(problem, SPEAKS) else LEFT_OUT}"
