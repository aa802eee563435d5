"""Gather what a dossier holds, kind by kind and row by row: the person's own, with others' rights kept.

Identifiers of other people are taken out of texts, agents appear under pseudonyms unless asked otherwise, and what is
left out is counted with its reason. Rows are opened in portions and handed on, so memory does not grow with the person.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.models import Agent
from customers.models import Disclosure, Identifier, Note, RegisterEntry
from interactions.audio import Audio
from interactions.models import (
    Analysis,
    Comment,
    DataSourceValue,
    Interaction,
    Mention,
    Recording,
    SoundFile,
    Transcription,
    Voicemail,
)
from interactions.redaction import FILLER
from privacy.open import Warrant, open_rows
from rtbf import words
from rtbf.discovery.records import Discovery
from rtbf.models import Action, Dossier, Right
from trail.models import Event

AT_ONCE = 200
OPENED = ("interaction.opened", "transcript.read", "recording.played", "voicemail.played", "recording.downloaded",
          "voicemail.downloaded")  # fmt: skip
MENTIONED_IN = {Transcription: "transcription", Comment: "comment", DataSourceValue: "value", Note: "note"}
OF_STAFF = {"analysis", "comment", "note"}
SIDES = frozenset({"", "agent", "customer", "caller", "bot", "system"})
Row = dict[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "identifiers": ("kind", "value"),
    "calls": ("call", "started_at", "ended_at", "direction", "line", "queue", "agent", "duration_s", "talk_s", "number",
              "name"),
    "transcripts": ("call", "at_ms", "speaker", "text"),
    "values": ("call", "name", "value"),
    "comments": ("call", "written_at", "by", "text"),
    "analyses": ("call", "kind", "data"),
    "contacts": ("contact", "field", "value"),
    "notes": ("written_at", "by", "text"),
    "audio": ("call", "kind", "file", "duration_ms", "note"),
    "recipients": ("at", "what", "to", "purpose"),
    "purposes": ("purpose", "what", "role", "times"),
    "left_out": ("kind", "number", "because"),
}  # fmt: skip
"""The kinds of a dossier, each a sheet and a list of the JSON, with their fields (docs/dossier.md)."""


class Contents:
    """What one dossier holds."""

    def __init__(self, dossier: Dossier, found: Discovery, opening: Warrant) -> None:
        self.dossier, self.found, self.opening = dossier, found, opening
        self.ids: dict[str, list[UUID]] = defaultdict(list)
        self.left_out: Counter[tuple[str, str]] = Counter()
        self._sort()
        self._leave_out_what_is_not_silenced()
        calls = Interaction.objects.filter(pk__in=self.ids[Interaction._meta.label])
        ordered = calls.order_by("started_at", "pk").values_list("pk", flat=True)
        self.numbers = {pk: f"call {number}" for number, pk in enumerate(ordered, start=1)}
        self._agents: dict[UUID | None, str] = {None: ""}
        own = Identifier.objects.filter(customer_id__in=found.people.certain, condemned_at=None)
        people = found.people
        self._theirs = (
            people.own
            | people.shared
            | people.names
            | {bytes(digest) for digest in own.values_list("digest", flat=True)}
        )

    def _sort(self) -> None:
        """Say of each record found whether it goes in, and of the others why not."""
        for item in self.found.items:
            kind = words.kind_of(item.label)
            if item.id == self.dossier.pk:
                continue
            if item.because in words.OF_THE_HOUSE:
                self.left_out[kind, words.because(item.because)] += 1
            elif item.action == Action.DECIDE:
                self.left_out[kind, "an identifier is shared: it may be another person's"] += 1
            elif item.customer_id is None:
                kind = "passage" if item.spans else kind
                self.left_out[kind, "it stands in another person's call"] += 1
            elif self.dossier.right == Right.PORTABILITY and kind in OF_STAFF:
                self.left_out[kind, "not provided by the person (Art. 20)"] += 1
            elif kind in ("mention", "source", "customer", "correction"):
                self.left_out[kind, "an index or reference of this house, without content"] += 1
            else:
                self.ids[item.label].append(item.id)

    def _leave_out_what_is_not_silenced(self) -> None:
        """Say of recordings that they stay out because the side to be silent can't be told from the customer's."""
        kind = words.kind_of(Recording._meta.label)
        for portion in self._portions(Recording) if self.dossier.silence_others else ():
            if out := sum(not self.can_silence(row) for row in portion):
                self.left_out[kind, "both voices stand in one channel, so one side alone can't be silenced"] += out

    def rows(self, kind: str) -> Iterator[Row]:
        """Yield the rows of a kind, their fields as in COLUMNS."""
        reader: Iterator[Row] = getattr(self, f"_{kind}")()
        yield from reader

    def sounds(self) -> Iterator[tuple[SoundFile, str]]:
        """Yield every sound that goes in, with its name in the archive."""
        for model in (Recording, Voicemail):
            for portion in self._portions(model):
                for row in sorted(portion, key=lambda each: each.pk):
                    if not self.silences(row) or self.can_silence(row):
                        yield row, self._file_name(row)

    def silences(self, row: SoundFile) -> bool:
        """Say whether the other side of a sound is to be silenced; a voicemail has one side."""
        return self.dossier.silence_others and isinstance(row, Recording)

    def can_silence(self, row: SoundFile) -> bool:
        """Say whether the sides stand in channels of their own."""
        return Audio(**row.audio).channels == 2

    def _file_name(self, row: SoundFile) -> str:
        kind = "recording" if isinstance(row, Recording) else "voicemail"
        ending = "wav" if self.silences(row) else Audio(**row.audio).container
        call = self.numbers.get(row.interaction_id, "call").replace(" ", "-")
        return f"audio/{call}-{kind}-{row.pk.hex[-8:]}.{ending}"

    def _identifiers(self) -> Iterator[Row]:
        for row, values in self._opened(Identifier, "value"):
            yield {"kind": row.kind, "value": values["value"]}

    def _calls(self) -> Iterator[Row]:
        for row, values in self._opened(Interaction, "customer_address", "customer_name"):
            yield {
                "call": self.numbers.get(row.pk),
                "started_at": row.started_at.isoformat(),
                "ended_at": row.ended_at.isoformat(),
                "direction": row.direction,
                "line": row.line,
                "queue": row.queue,
                "agent": self._agent(row.agent_id),
                "duration_s": row.duration_s,
                "talk_s": row.talk_s,
                "number": values["customer_address"],
                "name": values["customer_name"],
            }

    def _transcripts(self) -> Iterator[Row]:
        for row, values in self._opened(Transcription, "segments"):
            for number, segment in enumerate(values["segments"] or []):
                yield {
                    "call": self.numbers.get(row.interaction_id),
                    "at_ms": segment.get("start_ms"),
                    "speaker": self._speaker(segment),
                    "text": _without(segment["text"], self._others(row), number),
                }

    def _speaker(self, segment: Mapping[str, Any]) -> str:
        """Return whose side speaks; a system may have put a name there."""
        side = str(segment.get("speaker") or "")
        return side if self.dossier.name_agents or side.lower() in SIDES else "speaker"

    def _values(self) -> Iterator[Row]:
        for row, values in self._opened(DataSourceValue, "value"):
            text = _without(values["value"] or "", self._others(row), 0)
            yield {"call": self.numbers.get(row.interaction_id), "name": row.name, "value": text}

    def _comments(self) -> Iterator[Row]:
        for row, values in self._opened(Comment, "text"):
            yield {
                "call": self.numbers.get(row.interaction_id),
                "written_at": row.written_at.isoformat() if row.written_at else None,
                "by": "staff",
                "text": _without(values["text"] or "", self._others(row), 0),
            }

    def _analyses(self) -> Iterator[Row]:
        for row, values in self._opened(Analysis, "data"):
            data = json.dumps(values["data"], ensure_ascii=False)
            yield {"call": self.numbers.get(row.interaction_id), "kind": row.kind, "data": data}

    def _contacts(self) -> Iterator[Row]:
        for number, (_, values) in enumerate(self._opened(RegisterEntry, "values"), start=1):
            for name, value in (values["values"] or {}).items():
                yield {"contact": f"contact {number}", "field": name, "value": value}

    def _notes(self) -> Iterator[Row]:
        for row, values in self._opened(Note, "texts"):
            for number, part in enumerate(values["texts"] or []):
                yield {
                    "written_at": row.written_at.isoformat() if row.written_at else None,
                    "by": "staff",
                    "text": _without(part["text"], self._others(row), number),
                }

    def _audio(self) -> Iterator[Row]:
        for model in (Recording, Voicemail):
            for portion in self._portions(model):
                for row in sorted(portion, key=lambda each: each.pk):
                    silenced, can = self.silences(row), self.can_silence(row)
                    out = silenced and not can
                    yield {
                        "call": self.numbers.get(row.interaction_id),
                        "kind": words.kind_of(row._meta.label),
                        "file": None if out else self._file_name(row),
                        "duration_ms": row.duration_ms,
                        "note": "left out: both voices stand in one channel" if out
                        else "the other side is silenced" if silenced else "",
                    }  # fmt: skip

    def _recipients(self) -> Iterator[Row]:
        """Tell who got copies, from the register of disclosures; people of the house as such."""
        rows = Disclosure.objects.filter(customer_id__in=self.found.people.certain)
        for row, values in self._rows_of(Disclosure, rows):
            what = words.named(words.kind_of(row.label), 1)
            to = values.get("recipient") or "a member of staff"
            yield {"at": row.at.isoformat(), "what": what, "to": to, "purpose": row.purpose}

    def _purposes(self) -> Iterator[Row]:
        """Count for what purposes and by which roles the records were opened, from the log."""
        counted: Counter[tuple[str, str, str]] = Counter()
        ids = [str(pk) for found in self.ids.values() for pk in found]
        for start in range(0, len(ids), AT_ONCE):
            events = Event.objects.filter(
                account_id=self.dossier.account_id, record_id__in=ids[start : start + AT_ONCE], action__in=OPENED,
                outcome="done",
            )  # fmt: skip
            for event in events:
                counted[event.purpose, event.action, str(event.told["how"]["role"])] += 1
        for (purpose, action, role), times in sorted(counted.items()):
            yield {"purpose": purpose, "what": action, "role": role, "times": times}

    def _left_out(self) -> Iterator[Row]:
        for (kind, because), number in sorted(self.left_out.items()):
            yield {"kind": words.named(kind, number), "number": number, "because": because}
        if not self.dossier.name_agents:
            yield {"kind": "agents' names", "number": "", "because": "people who work here appear under pseudonyms"}
        yield {"kind": "other people's identifiers", "number": "", "because": "replaced by █ in texts (Art. 15(4))"}

    def _agent(self, agent_id: UUID | None) -> str:
        if agent_id not in self._agents:
            named = Agent.objects.filter(pk=agent_id).first() if agent_id and self.dossier.name_agents else None
            self._agents[agent_id] = str(named) if named else f"agent {len(self._agents)}"
        return self._agents[agent_id]

    def _opened(self, model: Any, *names: str) -> Iterator[tuple[Any, dict[str, Any]]]:
        for portion in self._portions(model):
            opened = open_rows(portion, *names, warrant=self.opening)
            yield from ((row, opened[row.pk]) for row in portion if row.pk in opened)

    def _rows_of(self, model: Any, rows: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
        self.ids[model._meta.label] = list(rows.order_by("pk").values_list("pk", flat=True))
        for portion in self._portions(model):
            opened = open_rows([row for row in portion if row.key_id], "recipient", warrant=self.opening)
            yield from ((row, opened.get(row.pk, {})) for row in portion)

    def _portions(self, model: Any) -> Iterator[list[Any]]:
        ids = self.ids[model._meta.label]
        for start in range(0, len(ids), AT_ONCE):
            rows = model._default_manager.filter(pk__in=ids[start : start + AT_ONCE], condemned_at=None)
            yield list(rows.order_by("pk"))

    def _others(self, row: Any) -> Sequence[Sequence[int]]:
        """Return where identifiers of other people stand in a text."""
        mentions = Mention.objects.filter(**{MENTIONED_IN[type(row)]: row.pk}, condemned_at=None)
        return [
            part
            for digest, parts in mentions.values_list("digest", "parts")
            if bytes(digest) not in self._theirs
            for part in parts
        ]


def _without(text: str, parts: Sequence[Sequence[int]], number: int) -> str:
    """Return a text with a filler for each character of the parts that stand in its segment."""
    for segment, start, end in parts:
        if segment == number:
            text = text[:start] + FILLER * len(text[start:end]) + text[end:]
    return text


def as_json(contents: Contents, head: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the dossier as one JSON object: `head`, then a list for each kind."""
    yield json.dumps({"about": dict(head)}, ensure_ascii=False)[:-1].encode()
    for kind in COLUMNS:
        yield f', "{kind}": ['.encode()
        for number, row in enumerate(contents.rows(kind)):
            yield (",\n" if number else "\n").encode() + json.dumps(row, ensure_ascii=False).encode()
        yield b"]"
    yield b"}\n"
