"""A map that says which ids, in the systems a call went through, name the same call.

`calls` is an object from Harper Valley ids to objects whose known names are ids elsewhere. It holds no call itself, but
names and customer numbers do stand in it, so they are handed on with their places.
"""

import re
from collections.abc import Iterator
from typing import Any

from interactions.drafts import Links, Noted, Outcome, Place, TextDraft
from interactions.sources import call_ids
from interactions.sources.found import LONG_HEAD_BYTES, FoundFile, Unusable
from interactions.sources.json_document import load_object, pointer, text_at
from interactions.sources.mention import mentioned_file
from interactions.sources.registry import Context
from interactions.sources.sides import is_extension

SCHEMES = {
    "cdr_uniqueid": call_ids.ASTERISK,
    "twilio_call_sid": call_ids.TWILIO,
    "twilio_recording_sid": call_ids.TWILIO_RECORDING,
    "genesys_conversation_id": call_ids.GENESYS,
    "connect_contact_id": call_ids.CONNECT,
    "interaction_guid": call_ids.VCC,
}
PATHS = ("freepbx_recording",)
_CALLS = re.compile(rb'"calls"\s*:\s*\{')


class CallMap:
    """The format, for the registry."""

    name = "call-map"
    gives_links = True

    def recognises(self, file: FoundFile) -> bool:
        """Look for an object of calls in which at least one id of another system stands."""
        if not file.name.lower().endswith(".json"):
            return False
        head = file.head(LONG_HEAD_BYTES)
        return bool(_CALLS.search(head)) and any(f'"{name}"'.encode() in head for name in (*SCHEMES, *PATHS))

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the links of each call. Raises OSError."""
        try:
            data, is_cp1252 = load_object(file)
            calls = data.get("calls")
            if not isinstance(calls, dict):
                raise Unusable("The map has no object of calls.")
            if is_cp1252:
                yield Noted(file.relative, 0, "The file is not UTF-8 and was read as Windows-1252.")
            for position, (sid, call) in enumerate(calls.items(), start=1):
                yield from _call(position, sid, call, file, context)
        except Unusable as problem:
            yield file.rejected(str(problem))


def _call(position: int, sid: str, call: Any, file: FoundFile, context: Context) -> Iterator[Outcome]:
    try:
        if not isinstance(call, dict):
            raise Unusable("It is no object.")
        ids = [call_ids.call_id(call_ids.HARPER_VALLEY, sid)]
        ids += [call_ids.call_id(SCHEMES[name], text_at(call, name)) for name in SCHEMES if call.get(name)]
    except Unusable as problem:
        yield file.rejected(f"Call {position} of the map was left out: {problem}")
        return
    for name in PATHS:
        try:
            ids += _file_ids(text_at(call, name), context)
        except Unusable as problem:
            yield file.rejected(f"Of call {position} of the map the path was left out: {problem}")
    yield _links(ids, sid, call, file)


def _file_ids(path: str, context: Context) -> list[str]:
    return [call_ids.call_id(call_ids.FILE, mentioned_file(path, context.root))] if path else []


def _links(ids: list[str], sid: str, call: dict[str, Any], file: FoundFile) -> Links:
    extension = text_at(call, "agent_extension")
    return Links(
        ids=tuple(ids),
        place=Place(file.relative, {"pointer": pointer("calls", sid)}),
        customer_names=_texts(call, sid, "caller", file),
        customer_ids=_texts(call, sid, "customer_id", file),
        agent_name=text_at(call, "agent"),
        agent_extension=extension if is_extension(extension) else "",
    )


def _texts(call: dict[str, Any], sid: str, name: str, file: FoundFile) -> tuple[TextDraft, ...]:
    text = text_at(call, name)
    return (TextDraft(text, Place(file.relative, {"pointer": pointer("calls", sid, name)}, name)),) if text else ()


SOURCE = CallMap()
