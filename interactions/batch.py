"""Turn the calls of one batch into rows and the values to seal in them. Nothing is written here but agents' names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import phonenumbers

from accounts.handling import Handling
from accounts.models import Account, Agent
from customers.correcting import About, wrong_in
from customers.identifiers import Identifier as Known
from customers.identifiers import Kind, NotAnIdentifier, normalise
from customers.mentions_in_text import find
from customers.models import Note, RegisterEntry
from customers.resolution import RECOGNISING, Indexed, Resolver, indexed
from interactions import calls as columns
from interactions.contents import (
    HeardSound,
    Numbering,
    Prepared,
    note_row,
    place_of,
    register_entry,
    sound_row,
    text_rows,
)
from interactions.drafts import ContactDraft, Direction, InteractionDraft, NoteDraft
from interactions.joining import Call
from interactions.models import CONTENTS, Interaction, OfInteraction, SourceId, SourceRecord
from interactions.turning_away import Door, Record
from privacy import bulk
from privacy.blind_index import digest
from privacy.models import SealedModel

DEDUPLICATED: tuple[type[SourceRecord] | type[OfInteraction], ...] = (SourceRecord, *CONTENTS)


def _call_of(row: SealedModel) -> list[UUID]:
    if isinstance(row, Interaction):
        return [row.pk]
    return [row.interaction_id] if isinstance(row, SourceRecord | OfInteraction | SourceId) else []


def numbering_of(account: Account) -> Numbering:
    """Return the regions in which an account's numbers are read, its own first, and its own numbers."""
    numbers = list(account.lines.values_list("number", flat=True))
    regions = [phonenumbers.region_code_for_number(phonenumbers.parse(number)) for number in numbers]
    known = dict.fromkeys(region for region in [account.region, *regions] if region in phonenumbers.SUPPORTED_REGIONS)
    return Numbering(tuple(known), frozenset(numbers))


RegisterDraft = ContactDraft | NoteDraft


@dataclass(eq=False)
class Batch:
    """The rows of one batch. `sounds`: examined sound files by the identity of their draft."""

    account: Account
    numbering: Numbering
    sounds: Mapping[int, HeardSound]
    resolver: Resolver = field(init=False)
    handling: Handling = field(init=False)
    new: list[Interaction] = field(default_factory=list)
    changed: list[Interaction] = field(default_factory=list)
    prepared: list[Prepared] = field(default_factory=list)
    source_ids: list[SourceId] = field(default_factory=list)
    known_before: int = 0
    door: Door = field(init=False)
    _records: list[Record] = field(default_factory=list)
    _about: dict[int, tuple[Indexed, ...]] = field(default_factory=dict)
    _wrong: dict[int, frozenset[bytes]] = field(default_factory=dict)
    _readings: dict[tuple[Kind, str], Known | None] = field(default_factory=dict)
    _teams: dict[UUID, UUID | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the door."""
        self.door = Door(self.account)

    def let_in(self, calls: Sequence[Call], register: Sequence[RegisterDraft] = ()) -> list[Call]:
        """Return the calls that may come in, and keep the contacts and notes of `register` that may for `build`."""
        self._about = {id(call): indexed(self.account.pk, self._known(call)) for call in calls}
        records = [
            Record(draft, self._register_row(draft), indexed(self.account.pk, self._named_by(draft)))
            for draft in register
        ]
        records = self._drop_corrected(calls, records)
        kept, self._records = self.door.let_in([(call, self._about[id(call)]) for call in calls], records)
        return kept

    def _drop_corrected(self, calls: Sequence[Call], records: list[Record]) -> list[Record]:
        """Forget of calls what was corrected since, and leave out records that say it; both are told."""
        ties = [call.interaction.customer_id if call.interaction else None for call in calls]
        of_calls: list[About] = [(tied, self._about[id(call)]) for tied, call in zip(ties, calls, strict=True)]
        of_records: list[About] = [(None, record.about) for record in records]
        wrong = wrong_in(self.account.pk, [*of_calls, *of_records])
        for call, found in zip(calls, wrong, strict=False):
            if found:
                self._wrong[id(call)] = found
                self._about[id(call)] = tuple(each for each in self._about[id(call)] if each.digest not in found)
                self.door.tell_corrected(draft.place for draft in call.drafts)
        kept = [record for record, found in zip(records, wrong[len(calls) :], strict=True) if not found]
        self.door.tell_corrected(record.draft.place for record in records if record not in kept)
        return kept

    def build(self, calls: Sequence[Call]) -> None:
        """Make or find the interaction of each call, tie it to its customer, and prepare everything it brings.

        `calls` were let in; the contacts and notes let in with them go with the customers they name.
        """
        agents = columns.agents_of(self.account, calls)
        self.resolver = Resolver(self.account)
        self.handling = Handling(self.account)
        self._teams = {agent.pk: agent.team_id for agent in agents.values()}
        about = {id(call): self._about[id(call)] for call in calls}
        current = {call.interaction.customer_id for call in calls if call.interaction and call.interaction.customer_id}
        self.resolver.learn([*about.values(), *(record.about for record in self._records)], current)
        # A register's own records teach who is who, so they go first; notes may name a customer the calls bring.
        self.resolver.foresee(each.about for each in self._records if isinstance(each.draft, ContactDraft))
        self._take_register(ContactDraft)
        self.resolver.gather()
        # Calls whose source names a registered customer go first and teach the rest.
        for call in sorted(calls, key=lambda each: not any(draft.customer_ids for draft in each.drafts)):
            self._place(call, about[id(call)], agents)
        self._take_register(NoteDraft)
        self._follow_absorbed()
        for call in calls:
            if call.interaction is not None:
                self._prepare(call, call.interaction)
        self._drop_known(calls)
        self._drop_known_register()
        self.prepared = self.door.let_in_contents(self.prepared, {each.pk for each in self.new})

    def customers_before(self) -> set[UUID]:
        """Return the customers the batch adds to who were there before it, those taken in by others included."""
        new = {customer.pk for customer in self.resolver.new_customers}
        tied = {each.customer_id for each in [*self.new, *self.changed] if each.customer_id}
        given = {row.customer_id for row, _ in self.resolver.new_identifiers}
        records = (each.row for each in self.prepared if isinstance(each.row, RegisterEntry | Note))
        tied |= {row.customer_id for row in records if row.customer_id}
        return (tied | given | set(self.resolver.absorbed)) - new

    def interactions_before(self) -> set[UUID]:
        """Return the calls the batch adds to that were there before it."""
        rows = [*self.changed, *(each.row for each in self.prepared), *self.source_ids]
        return {call_id for row in rows for call_id in _call_of(row)} - {each.pk for each in self.new}

    def _take_register(self, kind: type[RegisterDraft]) -> None:
        for record in self._records:
            if isinstance(record.draft, kind):
                row, about = record.prepared.row, record.about
                if isinstance(row, RegisterEntry | Note) and any(a.known.kind in RECOGNISING for a in about):
                    resolve = self.resolver.resolve_record if kind is ContactDraft else self.resolver.resolve
                    row.customer_id = resolve(about)
                self.prepared.append(record.prepared)

    def _register_row(self, draft: RegisterDraft) -> Prepared:
        if isinstance(draft, ContactDraft):
            return register_entry(self.account, draft)
        return note_row(self.account, draft, self.numbering)

    def _named_by(self, draft: RegisterDraft) -> Iterator[Known]:
        for kind, text in draft.about:
            if kind == Kind.PHONE:
                yield from self._address(text.text) or self._in_text(text.text)
            else:
                yield from self._read(kind, text.text)

    def _in_text(self, text: str) -> Iterator[Known]:
        """Yield the numbers in a field that holds more than one, or words beside it."""
        for each in find(text, regions=self.numbering.regions):
            if each.kind == Kind.PHONE and each.value not in self.numbering.own_numbers:
                yield from self._read(Kind.PHONE, each.value)

    def _place(self, call: Call, about: tuple[Indexed, ...], agents: Mapping[str, Agent]) -> None:
        is_new = call.interaction is None
        interaction = call.interaction = call.interaction or bulk.new(Interaction, account_id=self.account.pk)
        is_changed = columns.fill(interaction, call.drafts, agents)
        if is_new or is_changed:
            columns.set_circumstances(interaction, self.handling, self._teams, call.drafts)
        was = interaction.customer_id
        if interaction.direction != Direction.INTERNAL and (is_new or about):
            interaction.customer_id = self.resolver.resolve(about, was)
        if is_new:
            self.new.append(interaction)
        elif is_changed or interaction.customer_id != was:
            self.changed.append(interaction)

    def _follow_absorbed(self) -> None:
        records = [each.row for each in self.prepared if isinstance(each.row, RegisterEntry | Note)]
        for row in [*self.new, *self.changed, *records]:
            if row.customer_id is not None:
                row.customer_id = self.resolver.final(row.customer_id)

    def _known(self, call: Call) -> Iterator[Known]:
        """Yield every identifier that the sources of a call give for its customer."""
        for draft in call.drafts:
            if draft.customer_address and not draft.anonymous:
                yield from self._address(draft.customer_address.text)
            for text in draft.customer_ids:
                yield from self._read(Kind.CUSTOMER_ID, text.text)
            for text in draft.customer_names:
                yield from self._read(Kind.NAME, text.text)

    def _address(self, text: str) -> list[Known]:
        read = self._read(Kind.PHONE, text) or self._read(Kind.EMAIL, text)
        return [each for each in read if each.value not in self.numbering.own_numbers]

    def _read(self, kind: Kind, text: str) -> list[Known]:
        """Return a text as an identifier; a source may give an extension or a department there, which is nobody."""
        if (kind, text) not in self._readings:
            try:
                self._readings[kind, text] = normalise(kind, text, regions=self.numbering.regions)
            except NotAnIdentifier:
                self._readings[kind, text] = None
        known = self._readings[kind, text]
        return [known] if known else []

    def _prepare(self, call: Call, interaction: Interaction) -> None:
        self._prepare_own_values(interaction, call)
        self.source_ids += [
            bulk.new(SourceId, account_id=self.account.pk, interaction_id=interaction.pk, digest=index)
            for index in sorted((call.digests | call.weak_digests) - call.known)
        ]
        self.prepared += [self._source_record(interaction, draft) for draft in call.drafts]
        self.prepared += list(text_rows(interaction, call.drafts, self.numbering))
        for draft in call.drafts:
            heard = [self.sounds[id(sound)] for sound in draft.audio if id(sound) in self.sounds]
            self.prepared += [sound_row(interaction, each) for each in heard]

    def _prepare_own_values(self, interaction: Interaction, call: Call) -> None:
        """Seal number and name into an interaction that has none yet; one that has is not opened for an import."""
        if interaction.key_id is not None:
            return
        address = next((draft.customer_address.text for draft in call.drafts if draft.customer_address), "")
        names = (text.text for draft in call.drafts for text in draft.customer_names)
        name = next((each for each in names if not self._was_corrected(call, each)), "")
        shown = next((each.display for each in self._address(address)), address) if address else ""
        if shown or name:
            self.prepared.append(Prepared(interaction, {"customer_address": shown, "customer_name": name}))

    def _was_corrected(self, call: Call, name: str) -> bool:
        wrong = self._wrong.get(id(call), frozenset())
        return any(each.digest in wrong for each in indexed(self.account.pk, self._read(Kind.NAME, name)))

    def _source_record(self, interaction: Interaction, draft: InteractionDraft) -> Prepared:
        place = place_of(draft.place)
        index = digest(self.account.pk, "place", f"{draft.source}\0{place}")
        row = bulk.new(
            SourceRecord,
            account_id=self.account.pk,
            interaction_id=interaction.pk,
            source=draft.source,
            digest=index,
        )
        return Prepared(row, {"place": place})

    def _drop_known(self, calls: Sequence[Call]) -> None:
        """Leave out what the interactions have already, and what the batch itself brings twice."""
        new = {interaction.pk for interaction in self.new}
        ids = [call.interaction.pk for call in calls if call.interaction and call.interaction.pk not in new]
        seen: set[tuple[type, UUID, bytes]] = set()
        for model in DEDUPLICATED if ids else ():
            pairs = model._default_manager.filter(interaction_id__any_of=ids).values_list("interaction_id", "digest")
            seen |= {(model, interaction_id, bytes(index)) for interaction_id, index in pairs}
        kept = []
        for each in self.prepared:
            if isinstance(each.row, SourceRecord | OfInteraction):
                mark = (type(each.row), each.row.interaction_id, bytes(each.row.digest))
                if mark in seen:
                    self.known_before += not isinstance(each.row, SourceRecord)
                    continue
                seen.add(mark)
            kept.append(each)
        self.prepared = kept

    def _drop_known_register(self) -> None:
        """Leave out records of registers that an earlier import, or the batch itself, brought already."""
        digests = [each.row.digest for each in self.prepared if isinstance(each.row, RegisterEntry | Note)]
        seen: set[bytes] = set()
        for model in (RegisterEntry, Note) if digests else ():
            rows = model._default_manager.filter(account=self.account, digest__any_of=digests)
            seen |= {bytes(index) for index in rows.values_list("digest", flat=True)}
        kept = []
        for each in self.prepared:
            if isinstance(each.row, RegisterEntry | Note):
                if each.row.digest in seen:
                    self.known_before += 1
                    continue
                seen.add(bytes(each.row.digest))
            kept.append(each)
        self.prepared = kept
