"""Recordings of FreePBX, `monitor/YYYY/MM/DD/{type}-{called}-{caller}-YYYYMMDD-HHMMSS-{uniqueid}.{wav,WAV,mp3,ogg}`.

All that is known of the call stands in the name (FreePBX/callrecording, functions.inc.php), in local time; so the path
itself is a place where a customer's number is. `WAV` in capitals is GSM inside, also called wav49.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from interactions.drafts import AudioDraft, AudioKind, Direction, InteractionDraft, Outcome, Place, TextDraft
from interactions.sources import call_ids
from interactions.sources.clock import moment
from interactions.sources.found import FoundFile, Unusable
from interactions.sources.registry import Context
from interactions.sources.sides import Sides, is_extension, is_withheld, plain_code, sides
from interactions.sources.sound import is_sound

PATH_FIELD = "(file path)"
_NAME = re.compile(
    r"(?P<type>[a-z]{1,10})-(?P<called>[^/]{0,80}?)-(?P<caller>[^/]{0,80})-(?P<time>\d{8}-\d{6})"
    r"-(?P<uniqueid>(?:[\w.]{1,60}-)?\d{9,11}\.\d{1,10})\.(?:wav|mp3|ogg)",
    re.ASCII | re.IGNORECASE,
)
_TO_ONE_EXTENSION = frozenset({"exten", "external", "force", "internal"})
_FROM_OUTSIDE = frozenset({"in", "external"})


class FreePbxMonitor:
    """The format, for the registry."""

    name = "freepbx-monitor"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Go by the name, and by the content only that it is sound."""
        return bool(_NAME.fullmatch(file.name)) and is_sound(file.head())

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the call of which this is the recording."""
        match = _NAME.fullmatch(file.name)
        try:
            if match:
                yield _draft(match, file, context)
        except Unusable as problem:
            yield file.rejected(str(problem))


def is_monitor_name(name: str) -> bool:
    """Tell whether a file is named as FreePBX names recordings."""
    return bool(_NAME.fullmatch(name))


def _draft(match: re.Match[str], file: FoundFile, context: Context) -> InteractionDraft:
    way = _way(match, context)
    place = Place(file.relative, {"path": file.relative})
    return InteractionDraft(
        source=SOURCE.name,
        ids=(
            call_ids.call_id(call_ids.ASTERISK, match["uniqueid"]),
            *call_ids.optional_ids((call_ids.FILE, file.relative)),
        ),
        place=place,
        started_at=_started_at(match, context),
        direction=way.direction,
        customer_address=_customer_address(match, way, file),
        own_address=match["caller"] if way.customer_called is False else match["called"],
        agent_extension=_agent_extension(match, way, context),
        queue=plain_code(match["called"]) if match["type"].lower() == "q" else "",
        audio=(AudioDraft(file.path, AudioKind.RECORDING, place),),
        anonymous=bool(way.customer_called and is_withheld(match["caller"])),
    )


def _way(match: re.Match[str], context: Context) -> Sides:
    """Decide by the type where it says, else by the numbers."""
    kind = match["type"].lower()
    if kind == "out":
        return Sides(Direction.OUTBOUND, False)
    if kind in _FROM_OUTSIDE and not is_extension(match["caller"], context.agent_extensions):
        return Sides(Direction.INBOUND, True)
    return sides(match["caller"], match["called"], known=context.agent_extensions)


def _started_at(match: re.Match[str], context: Context) -> datetime:
    try:
        wall = datetime.strptime(match["time"], "%Y%m%d-%H%M%S")
    except ValueError:
        raise Unusable("The date and time in the file's name do not exist.") from None
    return moment(wall, context.zone, what="time in the file's name", near=call_ids.epoch_in(match["uniqueid"]))


def _customer_address(match: re.Match[str], way: Sides, file: FoundFile) -> TextDraft | None:
    part = "caller" if way.customer_called else "called"
    if way.customer_called is None or not match[part]:
        return None
    start = len(file.relative) - len(file.name) + match.start(part)
    return TextDraft(match[part], Place(file.relative, {"path": file.relative}, PATH_FIELD, start))


def _agent_extension(match: re.Match[str], way: Sides, context: Context) -> str:
    if not way.customer_called:
        candidate = match["caller"]
    else:
        candidate = match["called"] if match["type"].lower() in _TO_ONE_EXTENSION else ""
    return candidate if is_extension(candidate, context.agent_extensions) else ""


SOURCE = FreePbxMonitor()
