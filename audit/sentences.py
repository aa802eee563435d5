"""Put an entry into a sentence a person can read aloud: who, what, why, from where.

Everything comes from the entry itself and the names found for its ids. What no table knows is spelled out from its
code, so that an old or a foreign entry is never unreadable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from accounts.roles import RIGHTS, ROLES
from audit import devices
from audit.entry import Entry, as_id
from audit.naming import CALL, CONTENT, CUSTOMER, Names, pseudonym
from audit.vocabulary import ACTIONS, CODES, READING, VIAS, Words, group_of, noun, purpose

FORGOTTEN: Final = "an address that was forgotten"
_FIELD = re.compile(r"\{(\w+)\}")
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The parts of a sentence, so that a page can set them apart. `where` is personal, from a sealed detail."""

    who: str
    said: str
    why: str
    where: str

    @property
    def text(self) -> str:
        """Return the whole sentence."""
        return ", ".join(part for part in (f"{self.who} {self.said}", self.why, self.where) if part) + "."


@dataclass(frozen=True, slots=True)
class Whence:
    """Where an act came from, opened from its sealed detail. `is_forgotten`: there was something once."""

    address: str = ""
    device: str = ""
    is_forgotten: bool = False

    @property
    def in_words(self) -> str:
        """Return the address and the device as part of a sentence."""
        if self.is_forgotten:
            return f"from {FORGOTTEN}"
        parts = [f"from {self.address}" if self.address else "", devices.in_words(self.device)]
        return ", ".join(part for part in parts if part)


NOWHERE: Final = Whence()


def sentence(entry: Entry, names: Names, zone: str, whence: Whence = NOWHERE) -> Sentence:
    """Return the sentence of an entry; moments are told in `zone`."""
    return Sentence(who(entry, names), _said(entry, names, zone), _why(entry), _where(entry, whence))


def who(entry: Entry, names: Names) -> str:
    """Return who acted, with the role they had then."""
    role = ROLES.get(entry.role, "")
    if entry.via == "job":
        person = names.people.get(entry.for_id) if entry.for_id else None
        return f"A job for {_with_role(role, person)}" if entry.for_id else "The house itself"
    if entry.user_id is not None:
        return _with_role(role, names.people.get(entry.user_id))
    return f"System user {entry.os_user or 'unknown'}" if entry.via == "shell" else "Somebody not signed in"


def record(entry: Entry, names: Names, zone: str) -> str:
    """Return the record of an entry in words: "the recording of 2 Jun 2026, 10:14 PDT"."""
    known = as_id(entry.record_id)
    what = noun(entry.label) if entry.label else ""
    if not what:
        return "something"
    call = names.calls.get(known) if known else None
    if call and (entry.label == CALL or entry.label in CONTENT):
        return f"the {what} of {moment(call.started_at, zone)}"
    if known and entry.label == CUSTOMER:
        return f"customer {pseudonym(known)}"
    name = _reference(entry, names)
    return f"the {what} {name}" if name else _some(what)


def reason(code: str) -> str:
    """Return why something was refused or failed, in words: a right by its name, any other code spelled out."""
    if code in RIGHTS:
        return f"the role does not include “{RIGHTS[code]}”"
    return CODES.get(code) or code.replace("_", " ").replace(".", ", ")


def moment(at: datetime, zone: str) -> str:
    """Return a moment such as "2 Jun 2026, 10:14 PDT"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def _said(entry: Entry, names: Names, zone: str) -> str:
    words = ACTIONS.get(entry.action) or _spelled_out(entry.action)
    values = {**_shown(entry.facts), "record": record(entry, names, zone)}
    if entry.outcome == "done":
        return _filled(words.did, values) + _more(words, entry, values)
    if entry.outcome == "refused":
        told = words.refused or f"was not allowed to {words.to_do}"
    else:
        told = words.failed or f"could not {words.to_do}"
    code = str(entry.facts.get("code") or "")
    return _filled(told, values) + (f" ({reason(code)})" if code and not words.refused else "")


def facts_in_words(entry: Entry) -> list[tuple[str, str]]:
    """Return the facts of an entry as names and values for people."""
    return [
        ("Because", reason(str(value))) if name == "code" else (name.replace("_", " ").capitalize(), _value(value))
        for name, value in entry.facts.items()
    ]


def _where(entry: Entry, whence: Whence) -> str:
    if entry.via != "shell":
        return ", ".join(part for part in (VIAS["api"] if entry.via == "api" else "", whence.in_words) if part)
    return VIAS["shell"] + (f", as system user {entry.os_user}" if entry.user_id else "")


def _why(entry: Entry) -> str:
    case = f"case {entry.case}" if entry.case and entry.label != "rtbf.Request" else ""
    # Reading the log is always an audit, and signing in needs no reason.
    told = "" if entry.action == READING or not entry.purpose else purpose(entry.purpose)
    return ", ".join(part for part in (told, case) if part)


def _more(words: Words, entry: Entry, values: Mapping[str, str]) -> str:
    if entry.action == READING:
        return _how_read(entry.facts)
    needed = set(_FIELD.findall(words.more))
    return _filled(words.more, _shown(entry.facts)) if needed and needed <= entry.facts.keys() else ""


def _how_read(facts: Mapping[str, Any]) -> str:
    names = [name.replace("_", " ") for name in facts if name not in ("place", "entries")]
    return f" (only by {', '.join(names)})" if names else ""


def _with_role(role: str, person: str | None) -> str:
    name = person or "a person who is no member any more"
    return f"{role} {name}" if role and person else name[0].upper() + name[1:]


def _reference(entry: Entry, names: Names) -> str:
    known = as_id(entry.record_id)
    if entry.label == "rtbf.Request":
        return entry.case
    if known is None:
        return ""
    found = names.records.get(known) or names.members.get(known) or names.people.get(known)
    return found or str(entry.facts.get("reference") or "")


def _some(what: str) -> str:
    return f"{'an' if what[0] in _VOWELS else 'a'} {what}"


def _shown(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: _value(value) for name, value in facts.items()}


def _value(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "none" if value is None else "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return ROLES.get(value, str(value))


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda found: values.get(found.group(1), "some"), template)


def _spelled_out(action: str) -> Words:
    subject, _, verb = action.rpartition(".")
    said = f"{subject} {verb}".replace("_", " ").replace(".", " ")
    return Words(group_of(action), f"left the entry “{said}” about {{record}}", f"do what is called “{said}”")
