"""What the house holds on those who work in it: handed out whole, and erased when they have left."""

import json

import pytest

from accounts.models import User
from interactions.comments import add_comment
from interactions.models import Interaction
from retention.conditions import Condition
from retention.holds import place_hold
from rtbf.errors import NotConfirmed, NotPossible
from rtbf.staff.copies import copy_of_member
from rtbf.staff.leavers import erase_leaver
from tests.conftest import make_account, make_person
from trail.models import Event
from trail.refusal import Refused
from trail.sequence import seal_pending
from trail.verify import verify

pytestmark = pytest.mark.django_db(databases="__all__")


def leave(person) -> None:
    person.membership.active = False
    person.membership.save()


def test_the_copy_holds_what_is_theirs_and_nothing_of_customers(house, supervisor, officer, client_of):
    add_comment(actor=supervisor.actor, interaction=house.alices[0], text="Alice was right")
    answer = client_of(officer).post(f"/staff/{supervisor.membership.pk}/copy/")
    text = b"".join(answer.streaming_content).decode()
    told = json.loads(text)
    assert told["person"]["email"] == supervisor.user.email
    assert [each["call"] for each in told["comments"]] == [str(house.alices[0].pk)]
    assert {"comment.added", "member.exported"} <= {each["action"] for each in told["entries"]}
    assert "Alice" not in text


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_leaver_is_a_token_the_log_verifies_and_figures_stay(house, agent, officer):
    leave(agent)
    calls = Interaction.objects.filter(agent=agent.membership.agent).count()
    for _ in "twice":
        erase_leaver(actor=officer.actor, membership=agent.membership, typed="ERASE")
    user = User.objects.get(pk=agent.user.pk)
    assert (user.email.endswith("@erased.invalid"), user.has_usable_password(), user.is_active) == (True, False, False)
    assert "Linda" not in user.name
    agent.membership.agent.refresh_from_db()
    assert agent.membership.agent.name == ""
    assert Interaction.objects.filter(agent=agent.membership.agent).count() == calls > 0
    assert Event.objects.filter(action="member.erased").count() == 1
    seal_pending()
    assert verify().ok


def test_who_is_here_or_elsewhere_stays_and_so_does_whom_a_hold_names(house, agent, officer, stranger):
    with pytest.raises(NotConfirmed):
        erase_leaver(actor=officer.actor, membership=agent.membership, typed="erase")
    with pytest.raises(NotPossible, match="still a member"):
        erase_leaver(actor=officer.actor, membership=agent.membership, typed="ERASE")
    with pytest.raises(Refused):
        erase_leaver(actor=stranger.actor, membership=agent.membership, typed="ERASE")
    with pytest.raises(Refused):
        next(copy_of_member(actor=stranger.actor, membership=agent.membership))
    leave(agent)
    other = make_person("Linda", make_account("Third", "+15305550177"), "auditor")
    with pytest.raises(NotPossible, match="another account"):
        erase_leaver(actor=officer.actor, membership=agent.membership, typed="ERASE")
    leave(other)
    place_hold(actor=officer.actor, account=house.account, matter="m", reason="r",
               covers=[Condition(agent=agent.membership.agent_id)])  # fmt: skip
    with pytest.raises(NotPossible, match="HOLD"):
        erase_leaver(actor=officer.actor, membership=agent.membership, typed="ERASE")
    assert User.objects.get(pk=agent.user.pk).email == agent.user.email
