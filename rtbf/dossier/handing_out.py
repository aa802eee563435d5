"""The door out for a copy of everything held about one person: put together, fetched once, then gone.

It is what a plan to forget would show, exported instead. A dossier is packed and sealed in one stream, for one named
member, who fetches it once as long as policies keep it; then, or when the person is forgotten, the eraser takes it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.rights import require
from accounts.roles import rights_of
from customers.disclosures import disclose
from interactions.audio import Audio, AudioError, decode
from interactions.audio.sound import WAV_HEADER_BYTES
from interactions.models import SoundFile
from jobs import queue
from jobs.errors import JobFailed
from jobs.registry import Progress
from privacy import erasure
from privacy.ids import new_id
from privacy.keyring.ring import KeyLost, create_keys
from privacy.open import Forgotten, Warrant, content_context, open_content, open_row, store, warrant
from privacy.sealing import seal
from privacy.witness import RecordRef
from retention.deferring import defer
from retention.fate import is_over
from retention.numbering import next_reference
from rtbf.discovery.people import find_people
from rtbf.discovery.reading import read_all
from rtbf.discovery.records import discover
from rtbf.dossier.contents import COLUMNS, Contents, as_json
from rtbf.dossier.spreadsheet import Sheet, workbook
from rtbf.dossier.streamed_zip import Entry, Source, zipped
from rtbf.dossier.terms import KIND
from rtbf.errors import RequestError, TooLate
from rtbf.models import Dossier, DossierState, Right
from rtbf.querysets import RAISE_DOSSIER
from rtbf.requests.lifecycle import search
from trail.actor import Actor, require_actor
from trail.append import append
from trail.canonical import Fact
from vault.errors import VaultError

RAISE: Final = RAISE_DOSSIER
BUILD: Final = "rtbf.dossier"
END: Final = "rtbf.dossier_end"
PURPOSE: Final = "right_of_access"
PIECE_BYTES: Final = 1 << 20

BROKEN = (VaultError, KeyLost, AudioError, FileNotFoundError)

logger = logging.getLogger(__name__)


def raise_dossier(
    *,
    actor: Actor,
    account: Account,
    identifiers: Sequence[str],
    right: Right = Right.ACCESS,
    for_email: str = "",
    silence_others: bool = False,
    name_agents: bool = False,
) -> Dossier:
    """Ask for a dossier about the person these identifiers name; it is put together by a job.

    `for_email`: the member who alone may fetch it, else whoever asks. Raises Refused, RequestError, and what read_all
    and search raise.
    """
    require(require_actor(actor), RAISE, account, action="dossier.raised")
    for_user = _fetcher(account, actor, for_email)
    read, found = search(actor, account, identifiers, action="dossier.raised")
    if not found.people.certain:
        raise RequestError("These identifiers name nobody for certain: several share them. Nothing was put together.")
    (key,) = create_keys(account.pk, 1)
    with transaction.atomic():
        dossier = Dossier(
            account=account,
            reference=next_reference(Dossier, account, "DOSSIER"),
            right=right,
            raised_by_id=actor.user_id or for_user,
            for_user_id=for_user,
            silence_others=silence_others,
            name_agents=name_agents,
            digests=[digest for each in read for digest in each.asked.digests],
        )
        seal(dossier, key, {"typed": [f"{each.asked.kind.value}:{each.typed}" for each in read]})
        dossier.job_id = queue.enqueue(BUILD, account_id=account.pk, subject=dossier.pk, actor=actor).pk
        dossier.save(force_insert=True)
        _note("dossier.raised", dossier, actor, {"right": str(right)})
    return dossier


def _fetcher(account: Account, actor: Actor, email: str) -> UUID:
    """Return the id of the member who may fetch it."""
    if actor.user_id is None:
        raise RequestError("A dossier names the person who fetches it. Nothing was put together.")
    if not email.strip():
        return actor.user_id
    member = Membership.objects.live().filter(account=account, user__email=email.strip().lower()).first()
    if member is None or RAISE not in rights_of(member.role):
        raise RequestError("No member with that address may fetch a dossier. Nothing was put together.")
    return member.user_id


def build(dossier: Dossier, *, actor: Actor, progress: Progress) -> None:
    """Put a dossier together and seal it. Safe to run twice and to kill: what is not finished is not there."""
    if dossier.state != DossierState.BUILDING or dossier.condemned_at is not None:
        return
    opening = _warrant("dossier.opened", dossier, actor)
    try:
        typed = open_row(dossier, "typed", warrant=opening)["typed"]
        asked = [each.asked for each in read_all(dossier.account, typed)]
        contents = Contents(dossier, discover(dossier.account, asked), opening)
        counts, blob = Counts(progress), new_id().hex
        (key,) = create_keys(dossier.account_id, 1)
        source = cast(BinaryIO, Source(zipped(_entries(contents, counts))))
        context = content_context(dossier._meta.label, dossier.pk)
        size = store().put(blob, source, key.key, context=context)
    except Forgotten:
        return
    except BROKEN as problem:
        logger.error("%s was not put together: %s.", dossier.reference, type(problem).__name__)
        with transaction.atomic():
            Dossier.objects.filter(pk=dossier.pk, state=DossierState.BUILDING).update(state=DossierState.FAILED)
            _note("dossier.prepared", dossier, actor, {"code": type(problem).__name__}, outcome="failed")
        raise JobFailed("unreadable") from None
    with transaction.atomic():
        held = Dossier.objects.select_for_update().get(pk=dossier.pk)
        if held.state == DossierState.BUILDING and held.condemned_at is None:
            held.blob, held.content_key_id, held.size_bytes = blob, key.id, size
            held.state, held.built_at, held.counts = DossierState.READY, timezone.now(), counts.rows
            held.left_out = [[kind, because, number] for (kind, because), number in sorted(contents.left_out.items())]
            held.save()
            _note("dossier.prepared", held, actor, {"size_bytes": size, "sounds": counts.sounds})
            return
    store().delete(blob)


class Counts:
    """How many rows of each kind went in; tells progress by sound, which takes the time."""

    def __init__(self, progress: Progress) -> None:
        self.rows: dict[str, int] = {}
        self.sounds = 0
        self._progress = progress

    def counted(self, kind: str, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Hand rows on and count them, but for sounds that are listed and left out."""
        self.rows[kind] = 0
        for row in rows:
            self.rows[kind] += row.get("file", "") is not None
            yield row

    def sound(self) -> None:
        """Count a sound."""
        self.sounds += 1
        self._progress(self.sounds)


def _entries(contents: Contents, counts: Counts) -> Iterator[Entry]:
    sheets = [
        Sheet(kind.replace("_", " ").capitalize(), columns, _values(counts.counted(kind, contents.rows(kind)), columns))
        for kind, columns in COLUMNS.items()
    ]
    dossier = contents.dossier
    head = {
        "format": "lethe.dossier v1",
        "reference": dossier.reference,
        "right": dossier.right,
        "controller": dossier.account.name,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "agents": "by name" if dossier.name_agents else "pseudonyms",
        "audio": "the customer's side only" if dossier.silence_others else "as recorded",
    }
    yield Entry("dossier.json", as_json(contents, head))
    yield Entry("dossier.xlsx", workbook(sheets), packed=False)
    yield Entry("LEFT-OUT.txt", _manifest(contents))
    for row, name in contents.sounds():
        yield Entry(name, _sound(row, silenced=contents.silences(row), opening=contents.opening), packed=False)
        counts.sound()


def _values(rows: Iterator[dict[str, Any]], columns: Sequence[str]) -> Iterator[list[object]]:
    for row in rows:
        yield [row.get(name) for name in columns]


def _manifest(contents: Contents) -> Iterator[bytes]:
    yield b"What was left out of this copy, and why\n\n"
    for row in contents.rows("left_out"):
        yield f"- {row['kind']}{f' ({number})' if (number := row['number']) else ''}: {row['because']}\n".encode()


def _sound(row: SoundFile, *, silenced: bool, opening: Warrant) -> Iterator[bytes]:
    with closing(open_content(row, warrant=opening)) as reader:
        whole = reader.iter_range(0, reader.size)
        if not silenced:
            yield from whole
            return
        yield from silence_first(decode(whole, Audio(**row.audio)))


def silence_first(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a WAV of two channels of 16-bit samples with the first channel, the agent's, silent."""
    rest, skip = b"", WAV_HEADER_BYTES
    for piece in pieces:
        head, piece = piece[:skip], piece[skip:]  # noqa: PLW2901 - the header passes as it is
        skip -= len(head)
        data = rest + piece
        whole = len(data) // 4 * 4
        samples = bytearray(data[:whole])
        samples[0::4] = bytes(whole // 4)
        samples[1::4] = bytes(whole // 4)
        rest = data[whole:]
        yield head + bytes(samples)
    yield bytes(len(rest))


def fetch(*, actor: Actor, dossier: Dossier) -> Iterator[bytes]:
    """Hand a dossier out, once, to the member it is for; the entry is written first.

    Raises Refused, RequestError when it is another's, TooLate when it was fetched, has expired or is not ready.
    """
    require(require_actor(actor), RAISE, dossier, action="dossier.downloaded")
    with transaction.atomic():
        held = Dossier.objects.select_for_update().get(pk=dossier.pk)
        if held.for_user_id != actor.user_id:
            _note("dossier.downloaded", held, actor, {"code": "not_visible"}, outcome="refused")
        elif held.state != DossierState.READY or held.condemned_at or is_over(held.account, KIND, held.ended_at):
            raise TooLate("This was fetched already, has expired, or is not ready. Nothing was handed out.")
        else:
            held.state, held.fetched_at = DossierState.FETCHED, timezone.now()
            held.save(update_fields=["state", "fetched_at"])
            _note("dossier.downloaded", held, actor, {"size_bytes": held.size_bytes})
            opening = _warrant("dossier.opened", held, actor)
            _disclose(held, actor, opening)
            queue.enqueue(END, account_id=held.account_id, subject=held.pk, actor=actor,
                          not_before=held.fetched_at + timedelta(hours=1))  # fmt: skip
    if held.for_user_id != actor.user_id:
        raise RequestError("This copy is for somebody else. Nothing was handed out.")
    return _whole(open_content(held, warrant=opening))


def _disclose(dossier: Dossier, actor: Actor, opening: Warrant) -> None:
    """Write down, for each customer it is about, that a copy left."""
    typed = open_row(dossier, "typed", warrant=opening)["typed"]
    asked = [each.asked for each in read_all(dossier.account, typed)]
    for customer_id in find_people(dossier.account, asked).certain or {None}:
        disclose(account_id=dossier.account_id, customer_id=customer_id, record=(dossier._meta.label, dossier.pk),
                 taken_by=actor.user_id, purpose=PURPOSE, case=dossier.reference)  # fmt: skip


def _whole(reader: Any) -> Iterator[bytes]:
    with closing(reader):
        yield from reader.iter_range(0, reader.size, PIECE_BYTES)


def end(dossier: Dossier, *, actor: Actor) -> None:
    """Erase a dossier that was fetched; one that nobody fetches goes by the policies, as one that was held does.

    Safe to repeat.
    """
    if dossier.fetched_at is not None and dossier.condemned_at is None:
        defer(erasure.erase([dossier], actor=actor, ground="dossier_over", case=dossier.reference).kept)


def let_go(refs: Sequence[RecordRef], *, actor: Actor, ground: str, case: str) -> None:
    """Say of dossiers that are erased before anybody fetched them that they have expired."""
    ids = [ref.id for ref in refs if ref.label == Dossier._meta.label]
    for dossier in Dossier.objects.filter(pk__in=ids, state__in=(DossierState.READY, DossierState.BUILDING)):
        dossier.state = DossierState.EXPIRED
        dossier.save(update_fields=["state"])
        _note("dossier.expired", dossier, actor, {})


def _warrant(action: str, dossier: Dossier, actor: Actor) -> Warrant:
    record = RecordRef(dossier._meta.label, dossier.pk, dossier.account_id)
    return warrant(
        actor=actor, action=action, account_id=dossier.account_id, purpose=PURPOSE, record=record,
        case=dossier.reference,
    )  # fmt: skip


def _note(action: str, dossier: Dossier, actor: Actor, facts: dict[str, Fact], *, outcome: str = "done") -> None:
    append(
        action, actor=actor, account_id=dossier.account_id, record=(dossier._meta.label, str(dossier.pk)),
        outcome=outcome, purpose=PURPOSE, case=dossier.reference, facts=facts,
    )  # fmt: skip
