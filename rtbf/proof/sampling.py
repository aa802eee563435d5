"""Take down, before anything goes, what the search afterwards will look for.

Identifiers stand here sealed, texts as keyed hashes of a few shingles each, all under one key of its own. The row is
erased as soon as the search is over: else the proof of forgetting would itself remember.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from customers.models import Identifier, Note
from interactions.models import TEXTS
from jobs.errors import JobFailed
from privacy import map as data_map
from privacy.keyring.ring import KeyLost, create_keys
from privacy.models import SealedField
from privacy.open import Warrant, open_rows, warrant
from privacy.sealing import seal
from rtbf.entries import GROUND
from rtbf.models import Action, Request, RequestedIdentifier, SearchSample
from rtbf.planning.freezing import GOING
from rtbf.residue.scanning import forgotten_marks
from rtbf.residue.shingles import Samples, sample
from rtbf.residue.spellings import Marks
from trail.actor import Actor
from vault.errors import VaultError

MOST_TEXTS = 200
AT_ONCE = 100
KEY_BYTES = 32
CUSTOMERS_SIDE = frozenset({"customer", "caller", "client", ""})


def take_sample(request: Request, *, actor: Actor) -> SearchSample:
    """Seal the identifiers and a sample of the texts that are about to go; a sample that is there stays as it is."""
    known = SearchSample.objects.filter(request=request, condemned_at=None).first()
    if known is not None:
        return known
    opening = warrant(
        actor=actor, action="sample.taken", account_id=request.account_id, purpose=GROUND, case=request.reference
    )
    key = os.urandom(KEY_BYTES)
    told = {
        "identifiers": [list(each) for each in _identifiers(request, opening)],
        "key": key.hex(),
        "texts": [hashes for text in _texts(request, opening) if (hashes := sample(text, key))],
    }
    row = SearchSample(account=request.account, request=request)
    (new,) = create_keys(request.account_id, 1)
    seal(row, new, {"sealed": told})
    row.save(force_insert=True)
    return row


def open_sample(request: Request, *, actor: Actor) -> tuple[Marks, Samples]:
    """Return what is to be searched for after this request. Raises JobFailed when the sample is not there."""
    row = SearchSample.objects.filter(request=request, condemned_at=None).first()
    opening = warrant(
        actor=actor, action="sample.opened", account_id=request.account_id, purpose=GROUND, case=request.reference
    )
    opened = open_rows([row], "sealed", warrant=opening) if row is not None else {}
    if row is None or row.pk not in opened:
        raise JobFailed("sample_missing")
    told = opened[row.pk]["sealed"]
    samples = Samples.of(bytes.fromhex(told["key"]), told["texts"])
    return forgotten_marks(request, [(kind, value) for kind, value in told["identifiers"]]), samples


def _identifiers(request: Request, opening: Warrant) -> list[tuple[str, str]]:
    """Return what was typed and every identifier of theirs that goes, each once."""
    found: dict[tuple[str, str], None] = {}
    typed = list(RequestedIdentifier.objects.filter(request=request, condemned_at=None))
    for row, values in _opened(typed, ["typed"], opening):
        found[row.kind, values["typed"]] = None
    going = request.items.filter(label=Identifier._meta.label, action__in=GOING).values("record_id")
    for row, values in _opened(list(Identifier.objects.filter(pk__in=going, condemned_at=None)), ["value"], opening):
        found[row.kind, values["value"]] = None
    return list(found)


def _texts(request: Request, opening: Warrant) -> Iterator[str]:
    """Yield what at most 200 of the records say that go: what the customer said, what was written about them."""
    models: tuple[Any, ...] = (*TEXTS, Note)
    for model in models:
        going = request.items.filter(label=model._meta.label, action__in=(Action.DELETE, Action.ANONYMISE))
        ids = list(going.order_by("pk").values_list("record_id", flat=True))
        few = ids[:: max(1, len(ids) // MOST_TEXTS)][:MOST_TEXTS]
        names = [
            each.name
            for each in model._meta.concrete_fields
            if isinstance(each, SealedField) and data_map.entry(model).personal[each.name].category == "words"
        ]
        rows = list(model._default_manager.filter(pk__in=few, condemned_at=None))
        for _, values in _opened(rows, names, opening):
            yield from (_said(value) for value in values.values() if value)


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    return " ".join(part["text"] for part in value if str(part.get("speaker", "")).lower() in CUSTOMERS_SIDE)


def _opened(rows: Sequence[Any], names: Sequence[str], opening: Warrant) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield rows with their values; one that is damaged is left out, since erasing it will tell."""
    for row in rows:
        try:
            opened = open_rows([row], *names, warrant=opening)
        except (VaultError, KeyLost, ValueError):
            continue
        if row.pk in opened:
            yield row, opened[row.pk]
