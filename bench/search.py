"""Measure finding one person among 10,000, 100,000 and a million calls, and how fast texts are read at ingest.

The person's calls come in through the door. The rest are copies of such rows, made by the database itself, with ids and
blind indexes of their own: a search must not take longer because there is more that it does not want. BENCH_FULL=1
goes up to a million; without it the last size is 300,000.
"""

import json
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.db.models import Model

from accounts.actors import operator
from accounts.models import Account
from bench._figure import figure
from customers.mentions_in_text import Segment, find, find_in_segments
from customers.models import Customer, Identifier
from interactions.drafts import CommentDraft, Direction, InteractionDraft, Place, TextDraft
from interactions.ingest import ingest
from interactions.models import Comment, Interaction, Mention, SourceId
from rtbf.discovery.reading import read_all
from rtbf.discovery.records import discover

SIZES = (10_000, 100_000, 1_000_000 if os.environ.get("BENCH_FULL") == "1" else 300_000)
CALLS_A_CUSTOMER, CALLS_A_COMMENT = 5, 10
ROUNDS = 25
FLAT = 1.5
PHONE, OTHER = "+12025550147", "+12025550199"
START = datetime(2026, 6, 2, tzinfo=UTC)
TEXT_BYTES = 500_000
NOTE = "Called back about the delayed parcel; wants the refund on the card, not as a voucher. Order 4711-88, 3 items. "
WITH_NUMBER = "Please ring 212 555 0183 after five or write to jane.doe@example.org. "
DIGITS = re.compile(r"\+?\d[\d ().-]{5,}\d")


def figures() -> Iterator[dict[str, Any]]:
    """Yield the time of a search at each size and the rates of reading texts."""
    yield from _reading()
    yield from _searching()


def _searching() -> Iterator[dict[str, Any]]:
    account = Account.objects.create(name=f"Bench {uuid4()}", region="US", zone="America/Los_Angeles")
    ingest([_call(number, PHONE) for number in range(5)], account=account, actor=operator())
    ingest([_call(5, OTHER, f"He says {PHONE} is his sister's.")], account=account, actor=operator())
    model = Interaction.objects.get(account=account, comments__mentions__isnull=False)
    asked = [each.asked for each in read_all(account, [f"phone:{PHONE}"])]
    first, there = 0.0, 0
    for size in SIZES:
        _fill(model, there, size)
        there = size
        items = len(discover(account, asked).items)
        ms = statistics.median(_ms(lambda: discover(account, asked)) for _ in range(ROUNDS))
        bare = statistics.median(_ms(_select_one) for _ in range(ROUNDS))
        first = first or ms
        name = f"{items} items of one phone among {size:,} calls; limit: SELECT 1; ratio to first size, at most target"
        yield figure("search", name, ms, "ms", limit=bare, ratio=ms / first, target=FLAT, ok=ms / first <= FLAT)


def _call(number: int, phone: str, comment: str = "Asked for a call back.") -> InteractionDraft:
    place = Place("Master.csv", {"row": number + 1})
    return InteractionDraft(
        source="asterisk-cdr",
        ids=(f"asterisk:search.{number}",),
        place=place,
        started_at=START + timedelta(hours=number),
        duration_s=60,
        direction=Direction.INBOUND,
        customer_address=TextDraft(phone, place),
        comments=(CommentDraft(comment, "2046", None, place),),
    )


def _fill(call: Interaction, first: int, after: int) -> None:
    """Copy a call that mentions somebody, with numbers from `first` to before `after` in the ids of the copies."""
    comment = Comment.objects.get(interaction=call)
    customer, shared = (first // CALLS_A_CUSTOMER, after // CALLS_A_CUSTOMER), f"(n / {CALLS_A_CUSTOMER})"
    commented = (first // CALLS_A_COMMENT, after // CALLS_A_COMMENT)
    with connection.cursor() as cursor:
        # Copies of sound rows need no checks of foreign keys, which would take most of the time.
        cursor.execute("SET session_replication_role = replica")
    _copy(Customer, call.customer_id, customer, id=_id("customer"))
    own = Identifier.objects.filter(customer=call.customer)[0]
    _copy(Identifier, own.pk, customer, id=_id("identifier"), digest=_index(), customer_id=_id("customer"))
    _copy(Interaction, call.pk, (first, after), id=_id("call"), customer_id=_id("customer", shared))
    source = SourceId.objects.filter(interaction=call)[0]
    _copy(SourceId, source.pk, (first, after), id=_id("source"), digest=_index(), interaction_id=_id("call"))
    _copy(Comment, comment.pk, commented, id=_id("comment"), digest=_index(), interaction_id=_id("call"))
    mention = Mention.objects.filter(comment=comment)[0]
    _copy(Mention, mention.pk, commented, id=_id("mention"), digest=_index(), comment_id=_id("comment"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def _copy(model: type[Model], template: UUID | None, numbers: tuple[int, int], **columns: str) -> None:
    names = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(columns.get(name, f't."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({listed}) SELECT {values} FROM "{table}" t, generate_series(%s, %s) AS n'
            " WHERE t.id = %s",
            [numbers[0], numbers[1] - 1, template],
        )


def _id(kind: str, number: str = "n") -> str:
    """Return SQL for the id of the numbered row of a kind."""
    return f"md5('{kind}-' || {number})::uuid"


def _index() -> str:
    """Return SQL for a blind index nobody asks for, as long as real ones."""
    return "set_byte(sha256(gen_random_uuid()::text::bytea), 0, 1) || '\\x00'::bytea"


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _reading() -> Iterator[dict[str, Any]]:
    """Read written notes, most of them without a number, and transcripts of people who say numbers."""
    notes = [(NOTE * 9 + WITH_NUMBER if number % 5 == 0 else NOTE * 9) for number in range(TEXT_BYTES // 1_000)]
    calls = _transcripts()
    for name, act, texts in (
        ("notes", lambda: [find(note, regions=("US",)) for note in notes], notes),
        (
            "transcripts, spoken digits and segments joined",
            lambda: [find_in_segments(call, regions=("US",)) for call in calls],
            [segment.text for call in calls for segment in call],
        ),
    ):
        megabytes = sum(len(text.encode()) for text in texts) / 1e6
        rate = statistics.median(megabytes / (_ms(act) / 1000) for _ in range(3))
        bare = statistics.median(megabytes / (_ms(partial(_digits_alone, texts)) / 1000) for _ in range(3))
        title = f"{name} read for identifiers; limit: one regular expression for digits"
        yield figure("search", title, rate, "MB/s", limit=bare, ratio=rate / bare)


def _digits_alone(texts: Sequence[str]) -> list[list[str]]:
    return [DIGITS.findall(text) for text in texts]


def _transcripts() -> list[list[Segment]]:
    """Return the transcripts of the samples."""
    files = sorted((settings.SAMPLES / "harper-valley").glob("*.json"))
    told = [json.loads(file.read_text())["segments"] for file in files]
    return [[Segment(each["speaker_role"], each["human_transcript"]) for each in call] for call in told]


def _ms(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000
