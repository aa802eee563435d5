import pytest

from accounts.finding import find_visible
from accounts.models import Agent
from tests.conftest import Person
from trail.refusal import NotVisible


def test_a_row_the_actor_may_see_is_found(agent: Person, administrator: Person) -> None:
    linda = Agent.objects.get()
    visible = Agent.objects.visible_to(administrator.actor)
    assert find_visible(visible, linda.pk, actor=administrator.actor, action="agent.changed") == linda


def test_a_hidden_row_and_one_that_does_not_exist_get_the_same_answer(agent: Person, stranger: Person) -> None:
    linda = Agent.objects.get()
    refusals = []
    for pk in (linda.pk, stranger.user.pk):
        with pytest.raises(NotVisible) as caught:
            find_visible(Agent.objects.visible_to(stranger.actor), pk, actor=stranger.actor, action="agent.changed")
        assert caught.value.record == ("accounts.Agent", str(pk))
        refusals.append((caught.value.sentence, caught.value.action, caught.value.code, caught.value.actor))
    assert refusals[0] == refusals[1]
    assert refusals[0][1:] == ("agent.changed", "not_visible", stranger.actor)
