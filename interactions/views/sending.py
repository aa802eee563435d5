"""Send sound to a player: ranges, parts, heads, and every failure in words a person can act on.

A face of `playback` and nothing more. A part is in memory, and the connections to the databases given back, before the
first byte leaves: a listener on a slow line holds neither. Nothing sent here may be stored or transformed on the way.
"""

import logging
from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, connections
from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from accounts.pages import page
from accounts.requests import MemberRequest
from customers.disclosures import disclose
from interactions import purposes
from interactions.audio import AudioError
from interactions.models import Recording, SoundFile, Voicemail
from interactions.playback import (
    DOWNLOAD,
    DOWNLOADED,
    LISTEN,
    PLAYED,
    Erased,
    Found,
    Sound,
    find_sound,
    note_failure,
    open_peaks,
    open_sound,
)
from interactions.ranges import Unsatisfiable, part_of
from interactions.restricting import opens
from privacy.keyring.ring import KeyLost
from trail.refusal import Refused, record_refusal
from vault.errors import Tampered, VaultError

logger = logging.getLogger(__name__)

KINDS: Final[dict[str, type[SoundFile]]] = {"recordings": Recording, "voicemails": Voicemail}
HEADERS: Final = {"Cache-Control": "no-store, no-transform", "Content-Disposition": "inline"}
BROKEN: Final[dict[type[Exception], tuple[str, str]]] = {
    FileNotFoundError: ("missing", "The sealed file of this recording is not in the store."),
    Tampered: ("tampered", "The sealed file of this recording is not the one that was taken in."),
    AudioError: ("undecodable", "This recording could not be decoded."),
}
TELL: Final = "Nothing was played. Tell an administrator; the access log has the time."
UNREACHABLE: Final = (
    "Nothing was played: the keys can't be reached at the moment, and without them nothing can be opened. Nothing is"
    " lost. Try again in a minute."
)


class _Broken(Exception):
    """A sound can't be opened for good; the sentence says what is known."""


def in_words(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer what a player can't follow with a status and a sentence instead of a page."""

    @wraps(view)
    def answer(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            record_refusal(refusal)
            return _say(403, refusal.sentence)
        except Erased as erased:
            return _say(410, str(erased))
        except _Broken as broken:
            return _say(500, str(broken))
        except (OperationalError, InterfaceError, KeyLost, VaultError) as problem:
            logger.error("A sound could not be opened: %s, request %s", type(problem).__name__, request.request_id)
            return _say(503, UNREACHABLE)
        finally:
            _give_back_connections()

    return answer


def _give_back_connections() -> None:
    """Return the connections to their pools before the answer goes out, however slowly it is taken."""
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:
            each.close_if_unusable_or_obsolete()


def _say(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8", headers=HEADERS)


@in_words
@require_safe
def audio(request: MemberRequest, pk: UUID, sound_id: UUID, *, model: type[SoundFile]) -> HttpResponseBase:
    """Send a part of a sound, or all of it to whoever asks for no part."""
    found = _find(request, pk, sound_id, model, PLAYED[model])
    headers = {**HEADERS, "Accept-Ranges": "bytes"}
    if request.method == "HEAD":
        return HttpResponse(content_type=found.media_type, headers={**headers, "Content-Length": str(found.size)})
    asked, conditional = request.headers.get("Range", ""), "If-Range" in request.headers
    try:
        part = part_of(asked, found.size, conditional=conditional)
    except Unsatisfiable:
        unmet = _say(416, f"There is nothing there: the sound has {found.size} bytes.")
        unmet["Content-Range"] = f"bytes */{found.size}"
        return unmet
    if part is None:
        return _whole(found, headers)
    with _opened(found) as sound:
        body = _read(sound, part.start, part.stop)
    headers["Content-Range"] = part.content_range
    return HttpResponse(body, status=206, content_type=found.media_type, headers=headers)


@in_words
@require_safe
def download(request: MemberRequest, pk: UUID, sound_id: UUID, *, model: type[SoundFile]) -> HttpResponseBase:
    """Send the file as it was taken in, to keep; its name says nothing of the call."""
    found = _find(request, pk, sound_id, model, DOWNLOADED[model], DOWNLOAD)
    name = f"{model._meta.model_name}.{found.audio.container}"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":
        return HttpResponse(content_type=found.media_type, headers={**headers, "Content-Length": str(found.size)})
    call, reason = found.row.interaction, found.reason
    disclose(
        account_id=call.account_id,
        customer_id=call.customer_id,
        record=(found.row._meta.label, found.row.pk),
        taken_by=found.actor.user_id,
        purpose=reason.purpose,
        case=reason.case,
    )
    return _whole(found, headers)


@in_words
@require_safe
def peaks(request: MemberRequest, pk: UUID, sound_id: UUID, *, model: type[SoundFile]) -> HttpResponseBase:
    """Send the outline of a sound."""
    found = _find(request, pk, sound_id, model, PLAYED[model])
    try:
        outline = open_peaks(found)
    except Tampered as problem:
        raise _broken(found, problem) from None
    return JsonResponse(outline, headers=HEADERS)


def _find(
    request: MemberRequest, pk: UUID, sound_id: UUID, model: type[SoundFile], action: str, right: str = LISTEN
) -> Found:
    return find_sound(
        actor=request.actor,
        action=action,
        model=model,
        interaction_id=pk,
        sound_id=sound_id,
        reason=purposes.chosen(request.session, request.actor, pk),
        right=right,
    )


def _opened(found: Found) -> Sound:
    try:
        return open_sound(found)
    except (FileNotFoundError, Tampered) as problem:
        raise _broken(found, problem) from None


def _read(sound: Sound, start: int, stop: int) -> bytes:
    try:
        return sound.read(start, stop)
    except (Tampered, AudioError) as problem:
        raise _broken(sound.found, problem) from None


def _broken(found: Found, problem: Exception) -> _Broken:
    """Put a failure on record and return what to say of it."""
    code, sentence = next(told for kind, told in BROKEN.items() if isinstance(problem, kind))
    logger.error("%s %s can't be played: %s", found.row._meta.label, found.row.pk, code)
    note_failure(found, code)
    return _Broken(f"{sentence} {TELL}")


def _whole(found: Found, headers: dict[str, str]) -> HttpResponseBase:
    """Answer with all of a sound; the first piece is opened before the answer begins, so that it can still say no."""
    sound = _opened(found)
    pieces = sound.stream()
    try:
        first = next(pieces)
    except (Tampered, AudioError) as problem:
        raise _broken(found, problem) from None
    body = _after(first, pieces)
    headers["Content-Length"] = str(found.size)
    return StreamingHttpResponse(body, content_type=found.media_type, headers=headers)


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _hang_up(kind: str, model: type[SoundFile]) -> None:
    """Hang up the three addresses of one kind of sound."""
    path, name = f"interactions/<uuid:pk>/{kind}/<uuid:sound_id>", model._meta.model_name
    about = (model._meta.label, "sound_id")
    for view, right, action in (
        (audio, LISTEN, PLAYED[model]),
        (peaks, LISTEN, PLAYED[model]),
        (download, DOWNLOAD, DOWNLOADED[model]),
    ):
        ending = view.__name__
        also = opens if right == LISTEN else None
        declare = page(f"{path}/{ending}", name=f"{name}-{ending}", right=right, action=action, record=about, also=also)
        declare(partial(view, model=model))


for _kind, _model in KINDS.items():
    _hang_up(_kind, _model)
