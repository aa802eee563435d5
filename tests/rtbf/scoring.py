"""Compare what a search printed with where a customer's data is known to be.

A known place is covered by an item of the same file and record that speaks of its field and touches its characters, or
of the whole record; a record is the same under any one of its names, and a pointer covers all below it.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

KNOWN = Path(__file__).parents[1] / "data" / "customers_of_the_samples.json"
GOING = frozenset({"delete", "anonymise", "redact", "erase"})
NAMES = ("key", "row", "line", "path", "section", "channel")
Item = dict[str, Any]


def customers() -> list[dict[str, Any]]:
    """Return the customers of the samples with their identifiers, occurrences and look-alikes."""
    found: list[dict[str, Any]] = json.loads(KNOWN.read_text(encoding="utf-8"))["customers"]
    return found


def missed(items: Iterable[Item], places: Iterable[Item]) -> list[Item]:
    """Return the places that no item covers."""
    seen = [item for item in items if item["action"] in {*GOING, "decide"}]
    going = [item for item in seen if item["action"] in GOING]
    return [
        place
        for place in places
        if not any(covers(item, place) for item in (going if place["expect"] == "erase" else seen))
    ]


def hit(items: Iterable[Item], customer: dict[str, Any]) -> list[Item]:
    """Return the look-alikes that would be taken, those inside a record of the customer's own left aside."""
    going = [item for item in items if item["action"] in GOING]
    own = [{**record, "field": None} for record in customer["about"]]
    return [
        place
        for place in customer["lookalikes"]
        if any(
            covers(item, place) and not (is_whole(item) and any(covers(record, place) for record in own))
            for item in going
        )
    ]


def covers(item: Item, place: Item) -> bool:
    """Say whether an item speaks of a place."""
    if item.get("file") != place["file"] or not _same_record(item, place["record"]):
        return False
    if is_whole(item):
        return True
    if "pointer" not in place["record"] and item.get("field") != place.get("field"):
        return False
    return all(
        item[low] < place[high] and place[low] < item[high]
        for low, high in (("start", "end"), ("start_ms", "end_ms"))
        if low in place and item.get(low) is not None
    )


def is_whole(item: Item) -> bool:
    """Say whether an item stands for a whole record."""
    return not item.get("field")


def _same_record(item: Item, there: Item) -> bool:
    here = item.get("record") or {}
    if not here:
        return is_whole(item)
    if "pointer" in here and "pointer" in there:
        inside = is_whole(item) and there["pointer"].startswith(here["pointer"].rstrip("/") + "/")
        return inside or here["pointer"] == there["pointer"]
    if "path" in here and is_whole(item):
        return True
    return any(here[name] == there[name] for name in [each for each in NAMES if each in here and each in there][:1])
