import pytest

from accounts import roles
from privacy import lineage
from retention.errors import AnotherPerson
from retention.guard import legal_holds
from retention.hold_rules import change_hold_rules
from retention.holds import Covered, place_hold, release_hold
from retention.models import LegalHold
from retention.second_person import approve_release, decline_release
from tests.conftest import make_person
from trail.actor import Actor
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(account, officer, administrator, call):
    """A hold on a call whose release an officer asked for."""
    change_hold_rules(actor=administrator.actor, account=account, four_eyes=True)
    covers = [Covered("interactions.Interaction", call.pk)]
    placed = place_hold(actor=officer.actor, account=account, covers=covers, matter="m", reason="r")
    return release_hold(actor=officer.actor, hold=placed, reason="over")


def test_whoever_asks_never_agrees(asked, officer, call):
    assert asked.is_active
    for again in (lambda: approve_release(actor=officer.actor, hold=asked),
                  lambda: release_hold(actor=officer.actor, hold=asked, reason="now"),
                  lambda: approve_release(actor=Actor.job(on_behalf_of=officer.user.pk, account_id=asked.account_id),
                                          hold=asked)):  # fmt: skip
        with pytest.raises(AnotherPerson, match="The hold stays"):
            again()
    assert legal_holds(lineage.targets([call]))


def test_loosening_the_rule_does_not_release_what_waits(asked, account, administrator, officer):
    change_hold_rules(actor=administrator.actor, account=account, four_eyes=False)
    with pytest.raises(AnotherPerson):
        release_hold(actor=officer.actor, hold=asked, reason="now")


def test_another_officer_agrees_once(asked, account, call):
    other = make_person("Oscar", account, roles.OFFICER)
    released = approve_release(actor=other.actor, hold=asked)
    assert released.released_by_id == other.user.pk
    assert approve_release(actor=other.actor, hold=asked).released_at == released.released_at
    assert not legal_holds(lineage.targets([call]))
    with pytest.raises(AnotherPerson):
        decline_release(actor=other.actor, hold=asked)


def test_a_release_that_was_declined_can_be_asked_for_again(asked, officer):
    decline_release(actor=officer.actor, hold=asked)
    with pytest.raises(AnotherPerson):
        decline_release(actor=officer.actor, hold=asked)
    assert release_hold(actor=officer.actor, hold=LegalHold.objects.get(), reason="again").release_asked_at


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "administrator", "stranger"])
def test_others_are_refused(role, request, asked):
    person = request.getfixturevalue(role)
    for act in (approve_release, decline_release):
        with pytest.raises(Refused):
            act(actor=person.actor, hold=asked)
    assert LegalHold.objects.get().release_asked_at


def test_each_step_stands_in_the_log(asked, account, officer):
    decline_release(actor=officer.actor, hold=asked)
    actions = Event.objects.filter(record_id=str(asked.pk)).order_by("at").values_list("action", flat=True)
    assert list(actions) == ["hold.placed", "hold.release_asked", "hold.release_declined"]
