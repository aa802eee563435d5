"""Examine and seal the sound files of a batch, several at once.

Their time goes into waiting: for the process that decodes each, and for the disk to have each. What waits together
shares the wait. The threads here touch files and nothing else, no row and no database; what they found is judged by
the one who asked.
"""

import errno
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from accounts.models import Account
from interactions.audio import AudioError, Inspection, inspect
from interactions.contents import HeardSound, Prepared
from interactions.drafts import AudioDraft, Rejected
from interactions.models import SoundFile
from interactions.sources.found import open_plain
from privacy.blind_index import Stream
from privacy.keyring.ring import NewKey
from privacy.open import content_context, store
from vault.store import Store

AT_ONCE = 4
BLOCK = 1 << 20
STORE_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
CHANGED = "It changed while it was read; import it again."


class StoreFailed(Exception):
    """The store takes nothing more, for a reason of its own; nothing of the batch was taken in."""


def hear_all(account: Account, sounds: Sequence[AudioDraft], rejected: list[Rejected]) -> dict[int, HeardSound]:
    """Examine sound files in confined processes and hash them, before any lock is taken.

    Returns what was found, by the identity of the draft. A bad file goes to `rejected`, and its call goes on without.
    """
    heard: dict[int, HeardSound] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        streams = [Stream(account.pk, "content") for _ in sounds]
        examined = [pool.submit(_hear, sound, stream) for sound, stream in zip(sounds, streams, strict=True)]
    for sound, stream, found in zip(sounds, streams, examined, strict=True):
        try:
            inspection, size = found.result()
        except AudioError as problem:
            rejected.append(Rejected(sound.place.file, 0, str(problem)))
        except OSError as problem:
            rejected.append(_unreadable(sound, problem))
        else:
            heard[id(sound)] = HeardSound(sound, inspection, size, stream.digest())
    return heard


def _hear(sound: AudioDraft, stream: Stream) -> tuple[Inspection, int]:
    """Return what a sound file is and its size in bytes; `stream` is fed all of it."""
    size = 0
    with open_plain(sound.path) as file:
        inspection = inspect(file)
        file.seek(0)
        while block := file.read(BLOCK):
            stream.update(block)
            size += len(block)
    return inspection, size


def seal_all(
    prepared: Sequence[Prepared], keys: Iterator[NewKey], rejected: list[Rejected], written: list[str]
) -> list[Prepared]:
    """Seal the sounds of a batch into the store, each under a key of its own, and return the rows that may stay.

    Returns when the disk has every file. A file that can't be read, or changed since it was examined, goes to
    `rejected`. `written` gets every name that may be in the store now, also when this raises. Raises StoreFailed.
    """
    content, under_way = store(), list[Future[int] | None]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for each in prepared:
            if not isinstance(each.row, SoundFile) or each.sound is None:
                under_way.append(None)
                continue
            key = next(keys)
            each.row.content_key_id = key.id
            written.append(each.row.blob)
            under_way.append(pool.submit(_put, content, each.row, each.sound, key))
    return [
        each
        for each, sealed in zip(prepared, under_way, strict=True)
        if sealed is None or _is_whole(each, sealed, content, rejected)
    ]


def _put(content: Store, row: SoundFile, sound: AudioDraft, key: NewKey) -> int:
    with open_plain(sound.path) as source:
        return content.put(row.blob, source, key.key, context=content_context(row._meta.label, row.pk))


def _is_whole(each: Prepared, sealed: Future[int], content: Store, rejected: list[Rejected]) -> bool:
    if not isinstance(each.row, SoundFile) or each.sound is None:
        raise TypeError("Only a sound is sealed into the store.")
    try:
        size = sealed.result()
    except OSError as problem:
        if problem.errno in STORE_FULL:
            raise StoreFailed(problem.strerror) from problem
        rejected.append(_unreadable(each.sound, problem))
        return False
    if size != each.row.size_bytes:
        content.delete(each.row.blob)
        rejected.append(Rejected(each.sound.place.file, 0, CHANGED))
        return False
    return True


def _unreadable(sound: AudioDraft, problem: OSError) -> Rejected:
    return Rejected(sound.place.file, 0, f"It could not be read ({problem.strerror or 'input/output error'}).")
