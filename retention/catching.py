"""Which calls the conditions of holds catch: asked for calls about to be erased, or for all calls of one condition.

The model of calls stands beside this app, so it is reached by its label; `CALL_FIELDS` is all that is read of it. For a
call there are four keys under which conditions may lie, and each is one probe of an index: 500 calls cost the same
under ten holds as under ten thousand.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from privacy import map as data_map
from retention.models import HoldCondition
from retention.models.scopes import key_of

CALL: Final = "interactions.Interaction"
CALL_FIELDS: Final = ("pk", "account_id", "agent_id", "queue", "direction", "started_at", "duration_s")
FITTING: Final = """
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(%(calls)s::uuid[], %(keys)s::bigint[], %(began)s::timestamptz[], %(seconds)s::int[],
                             %(directions)s::text[], %(contents)s::text[])
            AS asked(call, key, began, seconds, direction, contents)
    ), used AS MATERIALIZED (
        SELECT key FROM (SELECT DISTINCT key FROM asked) AS each
        WHERE EXISTS (SELECT FROM retention_holdcondition AS fits WHERE fits.is_live AND lower(fits.key) = each.key)
    ), shapes AS MATERIALIZED (
        SELECT DISTINCT used.key, fits.seconds, fits.direction, fits.content
        FROM used JOIN retention_holdcondition AS fits ON fits.is_live AND lower(fits.key) = used.key
    ), likely AS MATERIALIZED (
        SELECT asked.* FROM asked WHERE EXISTS (
            SELECT FROM shapes AS fits WHERE fits.key = asked.key AND fits.seconds @> asked.seconds
                AND (fits.direction = '' OR fits.direction = asked.direction)
                AND (fits.content = '' OR fits.content = ANY(string_to_array(asked.contents, ',')))
        )
    )
    SELECT likely.call, found.hold_id, found.reference
    FROM likely
    CROSS JOIN LATERAL (
        SELECT hold.id AS hold_id, hold.reference
        FROM retention_holdcondition AS fits JOIN retention_legalhold AS hold ON hold.id = fits.hold_id
        WHERE fits.is_live AND fits.key @> likely.key AND fits.period @> likely.began AND fits.seconds @> likely.seconds
            AND (fits.direction = '' OR fits.direction = likely.direction)
            AND (fits.content = '' OR fits.content = ANY(string_to_array(likely.contents, ',')))
        LIMIT %(most)s
    ) AS found
    ORDER BY found.reference
"""
"""Keys nobody uses are left out first: most calls of a chunk share few of them.

Next go calls that no condition of their keys fits in length, direction and content: the index that finds conditions by
their period would read for each such call every one whose period covers it.
"""


@dataclass(frozen=True, slots=True)
class Call:
    """What conditions ask about a call."""

    id: UUID
    account_id: UUID
    agent_id: UUID | None
    queue: str
    direction: str
    started_at: datetime
    duration_s: int

    @property
    def keys(self) -> set[int]:
        """Return every key under which a condition that fits may lie."""
        named = {(agent, queue) for agent in (self.agent_id, None) for queue in (self.queue, "")}
        return {key_of(self.account_id, agent, queue) for agent, queue in named}


def holds_catching(
    calls: Collection[UUID], accounts: Iterable[UUID], *, most: int = 1
) -> dict[UUID, list[tuple[UUID, str]]]:
    """Return for calls that holds in force cover by a condition these holds: id and reference, `most` a call at most.

    At most four queries, and one for each kind of content that a condition names.
    """
    live = HoldCondition.objects.filter(is_live=True, account_id__in=set(accounts))
    if not calls or not live.exists():
        return {}
    asked = [Call(*row) for row in _calls().filter(pk__in=calls).values_list(*CALL_FIELDS)]
    named = live.exclude(content="").values_list("content", flat=True).distinct()
    contents = _contents(calls, set(named))
    rows = [(call, key) for call in asked for key in call.keys]
    values: dict[str, Any] = {
        "calls": [call.id for call, _ in rows],
        "keys": [key for _, key in rows],
        "began": [call.started_at for call, _ in rows],
        "seconds": [call.duration_s for call, _ in rows],
        "directions": [call.direction for call, _ in rows],
        "contents": [",".join(contents[call.id]) for call, _ in rows],
        "most": most,
    }
    found: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(FITTING, values)
        for call_id, hold_id, reference in cursor.fetchall():
            if len(found[call_id]) < most and (hold_id, reference) not in found[call_id]:
                found[call_id].append((hold_id, reference))
    return dict(found)


def _contents(calls: Collection[UUID], named: Collection[str]) -> dict[UUID, list[str]]:
    """Return which of the named kinds of content each call still has."""
    found: dict[UUID, list[str]] = defaultdict(list)
    for kind in named:
        rows = _content(kind).filter(interaction_id__in=calls, condemned_at=None)
        for call_id in set(rows.values_list("interaction_id", flat=True)):
            found[call_id].append(kind)
    return found


def calls_of(condition: HoldCondition) -> "QuerySet[Any]":
    """Return the calls a condition catches today, whatever became of them."""
    rows = _calls().filter(account_id=condition.account_id)
    if condition.agent_id:
        rows = rows.filter(agent_id=condition.agent_id)
    for name in ("queue", "direction"):
        rows = rows.filter(**{name: getattr(condition, name)}) if getattr(condition, name) else rows
    for name, span in (("started_at", condition.period), ("duration_s", condition.seconds)):
        rows = rows.filter(**{f"{name}__gte": span.lower}) if span.lower else rows
        rows = rows.filter(**{f"{name}__lt": span.upper}) if span.upper else rows
    if condition.content:
        parts = _content(condition.content).filter(interaction_id=OuterRef("pk"), condemned_at=None)
        rows = rows.filter(Exists(parts))
    return rows


def _calls() -> "QuerySet[Any]":
    return apps.get_model(CALL)._default_manager.all()


def _content(kind: str) -> "QuerySet[Any]":
    model: Any = data_map.kinds()[kind].model
    return model._default_manager.all()


def being_erased(conditions: Iterable[HoldCondition]) -> int:
    """Return how many records of calls that fit are past the point of no return and not erased yet."""
    number = 0
    kinds = data_map.kinds()
    entries = [entry.model for kind, entry in kinds.items() if data_map.decided_by(kind) == "circumstances_id"]
    for condition in conditions:
        fitting = calls_of(condition)
        for model in entries:
            going: Any = model._default_manager.filter(condemnation_id__isnull=False, erased_at=None)
            link = "pk__in" if model._meta.label == CALL else "interaction_id__in"
            number += going.filter(**{link: fitting.values("pk")}).count()
    return number
