"""What the pages that preview disposal share: the day somebody asks about, and what goes as a file."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date

from django.http import HttpResponse

from accounts.requests import MemberRequest
from retention.errors import PolicyError
from trail.append import append

YEARS_AHEAD = 100


def day_wanted(text: str, today: date) -> date:
    """Return the day a text names, today when it is empty. Raises PolicyError for what is past, absurd, or no day."""
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else today
    except ValueError:
        raise PolicyError("Write the day as YYYY-MM-DD. Nothing is shown.") from None
    if not today <= day <= date(today.year + YEARS_AHEAD, 12, 31):
        raise PolicyError(f"Choose a day from today to {YEARS_AHEAD} years ahead. Nothing is shown.")
    return day


def as_csv(request: MemberRequest, on: date, rows: Iterable[Mapping[str, object]]) -> HttpResponse:
    """Return what goes by day, kind and policy as a file, on record."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="disposal-{on.isoformat()}.csv"'
    writer = csv.writer(answer)
    writer.writerow(["day", "kind", "policy", "records", "bytes"])
    # A name that begins like a formula would be one in a spreadsheet.
    writer.writerows(
        [row["day"], row["kind"], _harmless(str(row["policy"])), row["items"], row["size"]] for row in rows
    )
    append("retention.previewed", actor=request.actor, account_id=request.actor.account_id, facts={"as": "csv"})
    return answer


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
