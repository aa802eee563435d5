"""The one door in: drafts become sealed rows, or nothing of them stays.

Require, join, resolve the customer, make keys, seal, insert, append. One account is taken in by one transaction at a
time (an advisory lock), so that a call met twice at once cannot become two. Keys are committed before the rows that
need them; files are written before the rows that name them and taken back when the rows don't come.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from django.db import transaction

from accounts.models import Account
from accounts.rights import require
from customers.models import Customer, Identifier, Note, RegisterEntry
from customers.resolution import Resolver
from customers.turns import take_turn
from interactions.batch import Batch, numbering_of
from interactions.calls import CHANGING
from interactions.contents import HeardSound
from interactions.drafts import AudioKind, Draft, InteractionDraft, Rejected
from interactions.joining import Aliases, Call, group
from interactions.models import Interaction, SourceId
from interactions.sound_links import tie
from interactions.sounds import hear_all, seal_all
from privacy import blind_index, bulk
from privacy.keyring.ring import create_keys
from privacy.ledger_gaps import refuse_in_doubt
from privacy.models import SealedModel
from privacy.open import Forgotten, store
from privacy.sealing import seal
from trail.actor import Actor
from trail.append import append

RIGHT = "interactions.ingest_interaction"
ROWS_A_STATEMENT = 1_000
TRIES = 3


@dataclass
class Ingested:
    """What a batch came to: counts by kind, what was refused, and what waits for its call to be known."""

    counts: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    waiting: list[InteractionDraft] = field(default_factory=list)


def ingest(drafts: Sequence[Draft], *, account: Account, actor: Actor, aliases: Aliases | None = None) -> Ingested:
    """Take a batch of drafts in. The same batch twice changes nothing the second time.

    aliases: from an id to every id of the same call. Drafts that tell nothing of when the call was and belong to no
    known call come back as `waiting`. Raises trail.refusal.Refused, Forgotten when a customer of the batch is just
    being forgotten, privacy.ledger_gaps.LedgerInDoubt after an older keyring was put back, and
    django.db.OperationalError when a database does not answer: then nothing was taken in.
    """
    require(actor, RIGHT, account, action="interactions.ingested")
    refuse_in_doubt(account.pk)
    calls = [each for each in drafts if isinstance(each, InteractionDraft)]
    sounds = [each for call in calls for each in call.audio if each.kind is not AudioKind.GREETING]
    rejected: list[Rejected] = []
    heard = hear_all(account, sounds, rejected)
    for _ in range(TRIES):
        try:
            return _take(drafts, account, actor, aliases or {}, heard, rejected)
        except Forgotten:
            # Somebody was forgotten between the look and the lock; looking again finds them gone.
            continue
    raise Forgotten("A customer of this batch is being forgotten. Nothing was taken in; import again in a moment.")


def _take(
    drafts: Sequence[Draft],
    account: Account,
    actor: Actor,
    aliases: Aliases,
    heard: dict[int, HeardSound],
    rejected: Sequence[Rejected],
) -> Ingested:
    """Take a batch in within one transaction; files written for rows that don't come are taken back."""
    report = Ingested(rejected=list(rejected))
    written: list[str] = []
    try:
        with transaction.atomic():
            _one_at_a_time(account)
            of_calls = [each for each in drafts if isinstance(each, InteractionDraft)]
            batch = Batch(account, numbering_of(account), heard)
            register = [each for each in drafts if not isinstance(each, InteractionDraft)]
            calls = batch.let_in(group(account, of_calls, aliases), register)
            batch.build(list(_with_a_time(calls, report)))
            _hold_on_to(batch)
            _seal(batch, report, written)
            _insert(batch)
            _count(batch, report)
            append("interactions.ingested", actor=actor, account_id=account.pk, facts=dict(report.counts))
    except BaseException:
        for name in written:
            store().delete(name)
        raise
    return report


def _one_at_a_time(account: Account) -> None:
    take_turn(account.pk)
    # A rotation of the index key takes the same lock: from here on the key is the one in use.
    blind_index.refresh(account.pk)


def _hold_on_to(batch: Batch) -> None:
    """Lock the customers and calls that the batch adds to, top down as the eraser does; raises Forgotten.

    Whoever was condemned before the lock gets nothing new; whoever is condemned after it goes with what was added.
    """
    for model, ids in ((Customer, batch.customers_before()), (Interaction, batch.interactions_before())):
        living = model.objects.select_for_update(no_key=True).filter(pk__in=ids, condemned_at=None).order_by("pk")
        if len(set(living.values_list("pk", flat=True))) < len(ids):
            raise Forgotten("A customer of this batch was forgotten meanwhile.")


def _with_a_time(calls: Iterable[Call], report: Ingested) -> Iterator[Call]:
    """Yield calls that are known or say when they were; the drafts of the others wait.

    What was forgotten stays forgotten: nothing joins an interaction that was condemned.
    """
    for call in calls:
        if call.interaction is not None or any(draft.started_at for draft in call.drafts):
            yield call
        else:
            report.waiting += call.drafts


def _seal(batch: Batch, report: Ingested, written: list[str]) -> None:
    """Take all keys of the batch in one go, then seal files and values."""
    sounds = sum(each.sound is not None for each in batch.prepared)
    identifiers = batch.resolver.new_identifiers
    keys = iter(create_keys(batch.account.pk, len(batch.prepared) + sounds + len(identifiers)))
    for row, known in identifiers:
        seal(row, next(keys), {"value": known.display})
    batch.prepared = seal_all(batch.prepared, keys, report.rejected, written)
    for each in batch.prepared:
        seal(each.row, next(keys), each.values)


def _insert(batch: Batch) -> None:
    resolver = batch.resolver
    _absorb(resolver)
    bulk.insert(resolver.new_customers)
    bulk.insert([row for row, _ in resolver.new_identifiers])
    bulk.insert(batch.new)
    Interaction.objects.bulk_update(batch.changed, CHANGING, ROWS_A_STATEMENT)
    bulk.insert(batch.source_ids)
    tie(batch.prepared)
    rows = [each.row for each in batch.prepared if not isinstance(each.row, Interaction)]
    for _, group_of_model in groupby(sorted(rows, key=lambda row: row._meta.label), key=type):
        bulk.insert(list(group_of_model))
    bulk.insert([mention for each in batch.prepared for mention in each.mentions])
    _save_late_values(batch)


def _save_late_values(batch: Batch) -> None:
    """Write number and name into interactions that were there before without them."""
    fresh = {interaction.pk for interaction in batch.new}
    late = [e.row for e in batch.prepared if isinstance(e.row, Interaction) and e.row.pk not in fresh]
    Interaction.objects.bulk_update(late, ["key_id", "customer_address", "customer_name"], ROWS_A_STATEMENT)


def _absorb(resolver: Resolver) -> None:
    """Move the links of callers who turned out to be a registered customer. Keys stay with their rows."""
    fresh = {customer.pk for customer in resolver.new_customers}
    resolver.new_customers = [each for each in resolver.new_customers if each.pk not in resolver.absorbed]
    for row, _ in resolver.new_identifiers:
        row.customer_id = resolver.final(row.customer_id)
    for other in resolver.absorbed.keys() - fresh:
        _move(other, resolver.final(other))


def _move(other: UUID, person: UUID) -> None:
    for model in (Interaction, Identifier, RegisterEntry, Note):
        model._default_manager.filter(customer_id=other).update(customer_id=person)
    Customer.objects.filter(pk=other).delete()


def _count(batch: Batch, report: Ingested) -> None:
    models = Counter(type(each.row) for each in batch.prepared)
    report.counts += Counter({_name(model): number for model, number in models.items() if _is_content(model)})
    report.counts["interactions"] += len(batch.new)
    report.counts["joined"] += len(batch.changed)
    report.counts["customers"] += len(batch.resolver.new_customers)
    report.counts["customers_recognised_later"] += len(batch.resolver.absorbed)
    report.counts["known_before"] += batch.known_before
    report.counts["texts_read_in_part"] += sum(each.in_part for each in batch.prepared)
    report.counts += Counter(each.code for each in batch.door.refused)
    report.rejected += batch.door.refused
    report.counts = Counter({name: number for name, number in report.counts.items() if number})


def _is_content(model: type[SealedModel]) -> bool:
    return hasattr(model, "digest") and model is not SourceId


def _name(model: type[SealedModel]) -> str:
    return str(model._meta.verbose_name_plural).replace(" ", "_")
