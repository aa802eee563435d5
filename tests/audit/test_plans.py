"""The questions auditors ask most are answered by an index of their own, so that they stay fast in a long log."""

import pytest
from django.db import connection

from audit.filters import Filters
from audit.log import by_person, condition, visible_to
from tests.audit.conftest import ZONE, act, some_id
from tests.makers import make_interaction
from trail.append import Draft, append_all

pytestmark = pytest.mark.django_db


def plan(rows) -> str:
    """Return how PostgreSQL finds the newest rows; a table this small it would rather read as a whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; ANALYZE trail_event")
    return str(rows.order_by("-at", "-id")[:51].explain())


@pytest.fixture
def rows(auditor, agent):
    act(agent)
    drafts = [Draft("recording.played", facts={"call": some_id()}) for _ in range(500)]
    append_all(drafts, actor=agent.actor.shell("root", account_id=agent.membership.account_id))
    return visible_to(auditor.actor)


def test_a_person(rows, agent):
    own, _ = by_person(agent.user.pk)
    assert "trail_event_user_at" in plan(rows.filter(own))


def test_refusals(rows, account):
    assert "trail_event_not_done_at" in plan(rows.filter(condition(Filters(outcome="refused"), account.pk, ZONE)))


def test_a_call(rows, account):
    call = make_interaction(account)
    found = plan(rows.filter(condition(Filters(record=call.pk, reads=True), account.pk, ZONE)))
    assert "trail_event_call" in found
    assert "trail_event_record" in found
