"""Reads the named values that contact flows attach to a call: who the customer is, its campaign, and free text besides.

A value under a name of known meaning also identifies the customer. Every value is kept with its place, since a number
or an address may stand under any name. A name stands in clear, so one that could hold a number is replaced.
"""

from typing import Any, NamedTuple

from interactions.drafts import Place, TextDraft
from interactions.sources.json_document import pointer
from interactions.sources.meanings import Meaning, key_of, meaning_of
from interactions.sources.registry import Context
from interactions.sources.sides import campaign_code, plain_code

UNNAMED = "attribute"


class Attributes(NamedTuple):
    """What the attributes of a call say: its values, who the customer is, and the first campaign named."""

    values: tuple[tuple[str, TextDraft], ...] = ()
    customer_ids: tuple[TextDraft, ...] = ()
    customer_names: tuple[TextDraft, ...] = ()
    campaign: str = ""


def read_attributes(found: dict[str, Any], record: dict[str, Any], file: str, context: Context) -> Attributes:
    """Read the texts among attributes. `record`: the place of the object that holds them, with its pointer."""
    values, ids, names, campaign = [], [], [], ""
    for name, text in found.items():
        if not isinstance(text, str) or not text.strip():
            continue
        draft = TextDraft(text, Place(file, {**record, "pointer": record["pointer"] + pointer(name)}, name))
        values.append((_shown(name, context) or UNNAMED, draft))
        match meaning_of(name, context.meanings, of_values=True):
            case Meaning.CUSTOMER_ID:
                ids.append(draft)
            case Meaning.NAME:
                names.append(draft)
            case Meaning.CAMPAIGN:
                campaign = campaign or campaign_code(text.strip())
    return Attributes(tuple(values), tuple(ids), tuple(names), campaign)


def _shown(name: str, context: Context) -> str:
    """Return the one name under which the account keeps values of this name, where it says so."""
    return plain_code(context.meanings.get(key_of(name), name))
