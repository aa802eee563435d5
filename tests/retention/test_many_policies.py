"""Ten thousand policies: pages, decisions and previews still answer."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from interactions.models import Interaction
from retention.due import Schedule
from retention.fate import fates
from retention.models import Policy
from retention.policies import MOST_POLICIES
from retention.preview import preview
from tests.conftest import Person
from tests.makers import make_interaction

pytestmark = pytest.mark.django_db
PATIENCE_S = 20
"""Of the processor, several times what it takes; without care it would take minutes."""


@pytest.fixture
def many(account: Account) -> None:
    """Half of them speak of every call, and no two keep for equally long."""
    now = timezone.now()
    Policy.objects.bulk_create(
        [
            Policy(
                account=account, name=f"Policy {number}", kinds=["recording"], keep=f"{number + 30} days",
                minimum="", maximum="40 years" if number % 3 else "", because="", effective_at=now,
                directions=["inbound"], queues=[] if number % 2 else [f"Queue {number}"],
            )
            for number in range(MOST_POLICIES - 4)
        ]
    )  # fmt: skip


def test_ten_thousand_policies_are_decided_over_and_shown(
    account: Account, officer: Person, many: None, client_of: Callable[[Person], Client]
) -> None:
    for days in range(10):
        make_interaction(account, started_at=timezone.now() - timedelta(days=days), queue=f"Queue {days}")
    call = Interaction.objects.latest("started_at")
    begun = time.process_time()
    (recording,) = [each for each in fates(account, call.circumstances, call.ended_at) if each.kind == "Recordings"]
    assert recording.policy == "Policy 0"
    schedule = Schedule.at(account, timezone.now())
    assert len(schedule.rules) == MOST_POLICIES
    assert preview(schedule, timezone.now().date()).total.items == 0
    client = client_of(officer)
    page = client.get("/policies/").content.decode()
    assert "10,000 policies are in force; the first 100 are shown." in page
    assert "Policy 4711" in client.get("/policies/", {"name": "Policy 4711"}).content.decode()
    assert client.get("/disposal/").status_code == 200
    given = {"name": "One more", "kinds": ["recording"], "keep": "1 month", "step": "effect"}
    assert "instead of" in client.post("/policies/propose/", given).content.decode()
    assert time.process_time() - begun < PATIENCE_S
