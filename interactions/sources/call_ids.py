"""Writes the ids of calls as `scheme:value`, one scheme for each system, so that ids of two systems never meet.

Strong ids name one call for ever. Weak ones need a second sign: `channel` is used again after a restart of the phone
system, `asterisk-linked` covers all legs of a transfer, and `file` means something within one import only.
"""

import re

from interactions.sources.found import Unusable

HARPER_VALLEY = "harper-valley"
ASTERISK = "asterisk"
ASTERISK_LINKED = "asterisk-linked"
CHANNEL = "channel"
VOICEMAIL = "voicemail"
GREETING = "greeting"
FILE = "file"
TWILIO = "twilio"
TWILIO_RECORDING = "twilio-recording"
GENESYS = "genesys"
CONNECT = "connect"
VCC = "vcc"

LONGEST_ID = 200
_UNIQUE_ID = re.compile(r"(?:[\w.-]{1,80}-)?(\d{9,11})\.\d{1,10}", re.ASCII)
_TWILIO_CALL = re.compile(r"CA[0-9a-f]{32}")
_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IN_NAMES = (
    (re.compile(r"(?:.*-)?((?:[\w.]{1,60}-)?\d{9,11}\.\d{1,10})", re.ASCII), (ASTERISK,)),
    (re.compile(r"([0-9a-f]{16})"), (HARPER_VALLEY,)),
    (re.compile(r"(CA[0-9a-f]{32})"), (TWILIO,)),
    (re.compile(r"(RE[0-9a-f]{32})"), (TWILIO_RECORDING,)),
    (re.compile(rf"({_GUID})(?:_\d{{8}}T\d\d[:_]\d\d_UTC)?", re.IGNORECASE), (CONNECT, GENESYS, VCC)),
)


def call_id(scheme: str, value: str) -> str:
    """Return `scheme:value`. Raises Unusable if the value is empty, too long or not printable."""
    if not value or len(value) > LONGEST_ID or not value.isprintable():
        raise Unusable("The id of the call is empty, too long or not printable.")
    return f"{scheme}:{value}"


def optional_ids(*pairs: tuple[str, str]) -> tuple[str, ...]:
    """Return the ids of those (scheme, value) pairs whose value can be one."""
    return tuple(f"{scheme}:{value}" for scheme, value in pairs if 0 < len(value) <= LONGEST_ID and value.isprintable())


def ids_in_name(path: str) -> tuple[str, ...]:
    """Return the ids of the call that the name of a recording or transcript says it is of, if it is one of theirs."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    for form, schemes in _IN_NAMES:
        if match := form.fullmatch(stem):
            return tuple(f"{scheme}:{match[1]}" for scheme in schemes)
    return ()


def scheme_of(value: str) -> str:
    """Guess the scheme of an id that a comment or note gives without one."""
    if _UNIQUE_ID.fullmatch(value):
        return ASTERISK
    return TWILIO if _TWILIO_CALL.fullmatch(value) else HARPER_VALLEY


def epoch_in(unique_id: str) -> float | None:
    """Return the seconds since the epoch that an Asterisk unique id begins with, a system's name before it or not."""
    match = _UNIQUE_ID.fullmatch(unique_id)
    return float(match[1]) if match else None
