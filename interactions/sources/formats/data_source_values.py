"""Values that data sources gave to interactions, as events of Vonage's Insights Stats.

`{"type": "DataSourceValueAcquired", "offset": …, "name": …, "properties": {"value": …}}` stands in the `events` of an
interaction. All values of a name are kept, in their order. The account's mapping says which names are one, and which
of them identify the customer or name a campaign.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from interactions.drafts import InteractionDraft, Outcome, Place, TextDraft
from interactions.sources import call_ids
from interactions.sources.attributes import read_attributes
from interactions.sources.clock import iso_time
from interactions.sources.formats.conversation_analysis import read_interactions
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile
from interactions.sources.json_document import objects_at, pointer, text_at
from interactions.sources.registry import Context

ACQUIRED = "DataSourceValueAcquired"


class DataSourceValues:
    """The format, for the registry."""

    name = "data-source-values"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for events of this kind in an interaction."""
        if not file.name.lower().endswith(".json"):
            return False
        head = file.head(LONG_HEAD_BYTES)
        return all(mark in head for mark in (b'"guid"', b'"events"', ACQUIRED.encode()))

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield each interaction with its values. Raises OSError."""
        return read_interactions(file, partial(_draft, context=context))


def _draft(item: dict[str, Any], place: Place, context: Context) -> InteractionDraft:
    started = text_at(item, "start")
    values: list[tuple[str, TextDraft]] = []
    ids: list[TextDraft] = []
    names: list[TextDraft] = []
    campaign = ""
    for at, event in objects_at(item, "events"):
        text = text_at(event, "properties", "value")
        if event.get("type") == ACQUIRED and text:
            where = {"pointer": place.record["pointer"] + pointer("events", at, "properties", "value")}
            found = read_attributes({text_at(event, "name"): text}, {"pointer": ""}, place.file, context)
            draft = TextDraft(event["properties"]["value"], Place(place.file, where, "value"))
            values += [(name, draft) for name, _ in found.values]
            ids += [draft] if found.customer_ids else []
            names += [draft] if found.customer_names else []
            campaign = campaign or found.campaign
    return InteractionDraft(
        source=SOURCE.name,
        ids=(call_ids.call_id(call_ids.VCC, text_at(item, "guid").lower()),),
        place=place,
        started_at=iso_time(started, what="start") if started else None,
        values=tuple(values),
        customer_ids=tuple(ids),
        customer_names=tuple(names),
        campaign=campaign,
    )


SOURCE = DataSourceValues()
