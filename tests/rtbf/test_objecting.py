"""Objections (Art. 21): upheld, the data is restricted or a request to forget is raised; refused with a ground."""

import pytest

from customers.models import Restriction
from rtbf.codes import Asks
from rtbf.errors import NotPossible, TooLate
from rtbf.models import Request, State
from rtbf.requests.refusing import refuse_request
from rtbf.rights.objecting import uphold_objection
from rtbf.rights.raising import Wish, raise_right
from tests.looking import ALICE
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(databases="__all__")


def ask(house, who, ground="situation") -> Request:
    wish = Wish(Asks.OBJECTION, ground)
    return raise_right(actor=who.actor, account=house.account, wish=wish, identifiers=[ALICE])


def test_upheld_the_data_is_restricted(house, supervisor, officer):
    asked = ask(house, supervisor)
    assert asked.due_on > asked.received_on
    for _ in "twice":
        uphold_objection(actor=officer.actor, request=asked, decision="restriction")
    assert Restriction.objects.get().ground == "objected"
    entry = Event.objects.get(action="objection.decided", outcome="done")
    assert entry.told["facts"]["code"] == "restriction"


def test_upheld_a_request_to_forget_is_raised_once(house, supervisor, officer):
    asked = ask(house, supervisor, "marketing")
    with pytest.raises(Refused):
        uphold_objection(actor=officer.actor, request=asked, decision="erasure")
    for _ in "twice":
        done = uphold_objection(actor=supervisor.actor, request=asked, decision="erasure")
    assert (done.state, done.decision) == (State.COMPLETED, "erasure")
    assert Request.objects.get(asks=Asks.ERASURE).state == State.PLANNED


def test_it_is_refused_with_a_ground_that_fits_and_marketing_never_weighed(house, supervisor, stranger):
    asked = ask(house, supervisor)
    for ground in ("no_ground", "accurate"):
        with pytest.raises(NotPossible):
            refuse_request(actor=supervisor.actor, request=asked, ground=ground)
    with pytest.raises(Refused):
        uphold_objection(actor=stranger.actor, request=asked, decision="restriction")
    assert refuse_request(actor=supervisor.actor, request=asked, ground="compelling").state == State.REFUSED
    with pytest.raises(TooLate):
        uphold_objection(actor=supervisor.actor, request=asked, decision="restriction")
    with pytest.raises(NotPossible):
        refuse_request(actor=supervisor.actor, request=ask(house, supervisor, "marketing"), ground="compelling")
