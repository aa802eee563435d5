"""Know which files of the drop folders are kept in plain text, and of whom.

Paths are sealed and found by a blind index. What was read from a file is tied to it by ids alone, batch by batch while
it is read, so that a file whose import was cut off is known to hold what it holds.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from customers.models import Note, RegisterEntry
from interactions.contents import index_of_contact, index_of_note
from interactions.drafts import ContactDraft, Draft, InteractionDraft, NoteDraft
from interactions.drops.dropped import Dropped
from interactions.joining import Aliases, group
from interactions.models import DropFolder, Original, OriginalOf, OriginalState
from privacy.blind_index import digest
from privacy.keyring.ring import create_keys
from privacy.sealing import seal

UNKNOWN = b""
"""The version of a file that is being read: whatever it is, it will be read again."""
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file that was there before."""

    id: UUID
    version: bytes
    state: str
    is_doomed: bool


def index_of(folder: DropFolder, relative: str) -> bytes:
    """Return the blind index of a path below a drop folder."""
    return digest(folder.account_id, "original", f"{folder.pk}\0{relative}")


def version_of(folder: DropFolder, dropped: Dropped) -> bytes:
    """Return the blind index of a file as it is: another size or time is another one.

    A rotation of the index key leaves it as it was, so that each file is then read once more, which changes nothing.
    """
    return digest(folder.account_id, "original version", f"{folder.pk}\0{dropped.relative}\0{dropped.version}")


def known_in(folder: DropFolder) -> dict[bytes, Known]:
    """Return what is known of the files of a folder, by the blind index of their paths."""
    rows = Original.objects.filter(folder=folder, condemned_at=None)
    fields = rows.values_list("digest", "pk", "version", "state", "doomed_at")
    return {bytes(index): Known(pk, bytes(version), state, bool(at)) for index, pk, version, state, at in fields}


class Keeping:
    """Ties what is read from files to their rows, while they are read."""

    def __init__(self, folder: DropFolder) -> None:
        """Keep the files of one folder."""
        self._folder = folder
        self._account = folder.account
        self._rows: dict[str, UUID] = {}

    def begin(self, files: Sequence[Dropped]) -> None:
        """Make sure of a row for each file before anything of it is read."""
        indexes = {index_of(self._folder, each.relative): each for each in files}
        rows = Original.objects.filter(folder=self._folder, digest__in=list(indexes), condemned_at=None)
        there = {bytes(row.digest): row.pk for row in rows.only("digest")}
        rows.update(version=UNKNOWN, state=OriginalState.WAITING)
        new = [(index, each) for index, each in indexes.items() if index not in there]
        for start in range(0, len(new), AT_ONCE):
            there |= self._insert(new[start : start + AT_ONCE])
        self._rows |= {each.relative: there[index] for index, each in indexes.items()}

    def taken(self, drafts: Sequence[Draft], aliases: Aliases) -> None:
        """Tie the calls, contacts and notes of drafts that were taken in to the files they stood in."""
        pairs = set(chain(self._of_calls(drafts, aliases), self._of_registers(drafts)))
        OriginalOf.objects.bulk_create(
            [OriginalOf(original_id=original, record_id=record) for original, record in sorted(pairs)],
            batch_size=5_000,
            ignore_conflicts=True,
        )

    def end(self, dropped: Dropped, state: OriginalState) -> None:
        """Note what came of a file that stays."""
        Original.objects.filter(pk=self._rows[dropped.relative]).update(
            state=state,
            version=version_of(self._folder, dropped),
            size_bytes=dropped.size,
            read_at=timezone.now(),
        )

    def doom(self, dropped: Dropped, ground: str) -> None:
        """Mark a file that must not stay."""
        Original.objects.filter(pk=self._rows[dropped.relative]).update(doomed_at=timezone.now(), doomed_ground=ground)

    def _insert(self, new: Sequence[tuple[bytes, Dropped]]) -> dict[bytes, UUID]:
        keys = create_keys(self._account.pk, len(new))
        rows = []
        for (index, dropped), key in zip(new, keys, strict=True):
            row = Original(
                account=self._account,
                folder=self._folder,
                digest=index,
                version=UNKNOWN,
                size_bytes=dropped.size,
                state=OriginalState.WAITING,
                read_at=timezone.now(),
            )
            seal(row, key, {"path": dropped.relative})
            rows.append(row)
        with transaction.atomic():
            Original.objects.bulk_create(rows)
        return {bytes(row.digest): row.pk for row in rows}

    def _of_calls(self, drafts: Sequence[Draft], aliases: Aliases) -> Iterator[tuple[UUID, UUID]]:
        calls = [each for each in drafts if isinstance(each, InteractionDraft)]
        for call in group(self._account, calls, aliases) if calls else ():
            if call.interaction is not None:
                files = {file for draft in call.drafts for file in files_of(draft)}
                yield from ((self._rows[file], call.interaction.pk) for file in files if file in self._rows)

    def _of_registers(self, drafts: Sequence[Draft]) -> Iterator[tuple[UUID, UUID]]:
        contacts = [each for each in drafts if isinstance(each, ContactDraft)]
        yield from self._found(
            RegisterEntry, {index_of_contact(self._account, each): each.place.file for each in contacts}
        )
        notes = [each for each in drafts if isinstance(each, NoteDraft)]
        yield from self._found(Note, {index_of_note(self._account, each): each.place.file for each in notes})

    def _found(
        self, model: type[RegisterEntry] | type[Note], files: Mapping[bytes, str]
    ) -> Iterator[tuple[UUID, UUID]]:
        rows = model._default_manager.filter(account=self._account, digest__in=list(files), condemned_at=None)
        for pk, index in rows.values_list("pk", "digest") if files else ():
            if files[bytes(index)] in self._rows:
                yield self._rows[files[bytes(index)]], pk


def files_of(draft: InteractionDraft) -> set[str]:
    """Return every file that something of the draft stood in."""
    places = [draft.place, *(text.place for _, text in draft.values)]
    for parts in (draft.audio, draft.transcripts, draft.analyses, draft.comments, draft.customer_names):
        places += [each.place for each in parts]
    return {place.file for place in places}


def of_records(records: Collection[UUID]) -> Iterable[UUID]:
    """Return the originals that any of the records was read from."""
    return OriginalOf.objects.filter(record_id__in=list(records)).values_list("original_id", flat=True).distinct()
