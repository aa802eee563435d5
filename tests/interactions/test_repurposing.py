"""Changing what one call is kept for, and the page of the account's rules."""

import pytest
from django.urls import reverse

from accounts.models import Account, Circumstances, PurposeRule
from interactions.models import CONTENTS, Interaction
from interactions.repurposing import NotChangeable, change_purposes
from tests.conftest import Person
from tests.makers import make_interaction
from trail.models import Event
from trail.refusal import NotVisible, Refused

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def call(account: Account) -> Interaction:
    return make_interaction(account, recording=b"RIFF", transcript=[("agent", "hello")], comment="well done",
                            analysis={"segments": []}, values={"order": "17"}, campaign="spring")  # fmt: skip


def change(person: Person, call: Interaction, *purposes: str, reason: str = "dispute_began") -> Interaction:
    return change_purposes(actor=person.actor, call_id=call.pk, purposes=purposes, reason=reason)


def test_the_contents_follow_and_the_rest_of_the_circumstances_stays(supervisor, call) -> None:
    before = call.circumstances
    after = change(supervisor, call, "evidence", "quality").circumstances
    assert before is not None
    assert after is not None
    assert after.purposes == ["evidence", "quality"]
    facts = ("direction", "line", "queue", "campaign", "team_id")
    assert [getattr(after, name) for name in facts] == [getattr(before, name) for name in facts]
    of_contents = {row.circumstances_id for model in CONTENTS for row in model.objects.filter(interaction=call)}
    assert of_contents == {after.pk}
    entry = Event.objects.get(action="purposes.changed")
    assert entry.told["facts"] == {"before": "quality", "after": "evidence,quality", "code": "dispute_began"}
    change(supervisor, call, "quality", "evidence")
    assert Event.objects.filter(action="purposes.changed").count() == 1


@pytest.mark.parametrize(
    ("purposes", "reason"), [([], "training"), (["fun"], "training"), (["training"], ""), (["training"], "because")]
)
def test_what_is_incomplete_changes_nothing(supervisor, call, purposes, reason) -> None:
    with pytest.raises(NotChangeable):
        change(supervisor, call, *purposes, reason=reason)
    assert Interaction.objects.get().circumstances_id == call.circumstances_id


def test_a_duty_by_law_is_not_taken_away_by_hand(supervisor, call) -> None:
    change(supervisor, call, "legal_duty")
    with pytest.raises(NotChangeable, match="duty"):
        change(supervisor, call, "training")
    change(supervisor, call, "legal_duty", "training")


def test_others_change_nothing(agent, officer, stranger, call) -> None:
    for person in (agent, officer):
        with pytest.raises(Refused):
            change(person, call, "training")
    with pytest.raises(NotVisible):
        change(stranger, call, "training")
    assert Circumstances.objects.count() == 1


def test_on_the_page_of_the_call(supervisor, client_of, call) -> None:
    client, url = client_of(supervisor), reverse("portal:interaction-purposes", args=[call.pk])
    assert client.post(url, {"purposes": ["training"]}).status_code == 422
    shown = client.post(url, {"purposes": ["training"], "reason": "training"}, follow=True).content.decode()
    assert "Training of staff" in shown
    assert "<dt>Campaign</dt><dd>spring</dd>" in shown


def test_the_page_of_rules_adds_and_ends(officer, client_of) -> None:
    client = client_of(officer)
    told = {"purposes": ["training", "quality"], "direction": "inbound", "queue": "400", "campaign": "spring"}
    assert client.post(reverse("portal:purpose-add"), {"queue": "400"}).status_code == 422
    shown = client.post(reverse("portal:purpose-add"), told, follow=True).content.decode()
    assert "Inbound calls, queue 400, campaign spring" in shown
    rule = PurposeRule.objects.get()
    client.post(reverse("portal:purpose-end", args=[rule.pk]))
    assert not PurposeRule.objects.exists()
    assert client.post(reverse("portal:purpose-end", args=[rule.pk])).status_code == 404
