"""Saved searches: whose they are, what they refuse to keep, and the holds that are placed by one."""

from datetime import date
from uuid import uuid4

import pytest

from accounts import roles
from accounts.errors import NotPossible
from accounts.models import Team
from interactions import searches
from interactions.listing import Filters
from interactions.models import SavedSearch
from interactions.searches import change_search, remove_search, save_search
from retention.catching import calls_of
from retention.conditions import FIELDS, Condition
from retention.models import HoldCondition, LegalHold
from rtbf.staff.leavers import erase_leaver
from tests.conftest import make_person
from tests.makers import make_agent, make_interaction
from trail.models import Event
from trail.refusal import Refusal

pytestmark = pytest.mark.django_db
SERVICE = Filters(queue="Service")
EVERY = {"since": "2026-06-01", "until": "2026-06-30", "direction": "inbound", "kind": "recording", "queue": "Service",
         "length": "short"}  # fmt: skip


def saved(person, name="Spring", filters=SERVICE, **more):
    return save_search(
        actor=person.actor, account=person.membership.account, name=name, filters=filters, **more
    )  # fmt: skip


def placing(search, **more):
    return {
        "hold_id": str(uuid4()),
        "search": str(search),
        "matter": "M",
        "reason": "R",
        "ground": "litigation",
        **more,
    }


def test_a_search_is_saved_opened_renamed_and_removed(account, supervisor, client_of):
    linda, client = make_agent(account), client_of(supervisor)
    given = {**EVERY, "agent": str(linda.pk)}
    assert "Save these filters" in client.get("/interactions/", given).content.decode()
    client.post("/searches/save/", {**given, "name": " June <b>  calls</b> ", "is_offered": "on"})
    search = SavedSearch.objects.get()
    assert (search.name, search.is_offered, search.as_query) == ("June <b> calls</b>", True, given)
    answer = client.get("/searches/")
    assert "June &lt;b&gt; calls&lt;/b&gt;" in answer.content.decode()
    opened = client.get(answer.context["rows"][0]["link"])
    assert opened.context["filters"].as_query == given
    client.post(f"/searches/{search.pk}/change/", {"name": "July"})
    search.refresh_from_db()
    assert (search.name, search.is_offered) == ("July", False)
    client.post(f"/searches/{search.pk}/remove/")
    assert not SavedSearch.objects.exists()
    entries = Event.objects.filter(action__startswith="search.").order_by("at")
    assert [entry.action for entry in entries] == ["search.saved", "search.changed", "search.removed"]
    assert not any("June" in entry.text or "July" in entry.text for entry in entries)


def test_the_page_of_an_unfiltered_list_saves_nothing(supervisor, client_of):
    client = client_of(supervisor)
    assert "Save these filters" not in client.get("/interactions/").content.decode()
    assert client.post("/searches/save/", {"name": "All"}).status_code == 422
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("far", [False, True])
def test_a_search_of_somebody_else_is_not_there(far, account, other_account, supervisor, client_of):
    search = saved(supervisor, is_offered=True)
    eve = make_person("Eve", other_account if far else account, roles.SUPERVISOR)
    client = client_of(eve)
    assert "Spring" not in client.get("/searches/").content.decode()
    for act in ("change", "remove"):
        assert client.post(f"/searches/{search.pk}/{act}/", {"name": "Mine"}).status_code == 404
    for act in (change_search, remove_search):
        more = {"name": "Mine", "is_offered": False} if act is change_search else {}
        with pytest.raises(Refusal):
            act(actor=eve.actor, account=account, search_id=search.pk, **more)
    search.refresh_from_db()
    assert search.name == "Spring"


def test_a_name_is_given_once_by_each_member(account, supervisor):
    first, second = saved(supervisor), saved(supervisor, "Summer")
    with pytest.raises(NotPossible, match="already"):
        saved(supervisor, "SPRING ")
    with pytest.raises(NotPossible, match="already"):
        change_search(actor=supervisor.actor, account=account, search_id=second.pk, name="spring", is_offered=True)
    change_search(actor=supervisor.actor, account=account, search_id=first.pk, name="SPRING", is_offered=False)
    assert saved(make_person("Sven", account, roles.SUPERVISOR)).name == "Spring"


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 81, "a\x07b", "a\u202eb", "(202) 555-0147", "Complaint alice@example.com"]
)
def test_a_bad_name_is_refused(name, supervisor, client_of):
    answer = client_of(supervisor).post("/searches/save/", {**EVERY, "name": name})
    assert answer.status_code == 422
    assert "Nothing was saved" in answer.content.decode()
    assert not SavedSearch.objects.exists()
    assert not Event.objects.filter(action="search.saved").exists()


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(queue="+1 202 555 0147"),
        Filters(queue="alice@example.com"),
        Filters(queue="a\u202eb"),
        Filters(since=date(2026, 6, 2), until=date(2026, 6, 1)),
        Filters(agent=uuid4()),
    ],
)
def test_filters_that_are_nothing_or_name_a_customer_are_refused(filters, supervisor):
    with pytest.raises(NotPossible, match="Nothing was saved"):
        saved(supervisor, filters=filters)


def test_an_agent_of_another_account_or_team_is_refused(account, other_account):
    late = make_agent(account, "2058", "Michael")
    tina = make_person("Tina", account, roles.SUPERVISOR, whole_account=False)
    night = Team.objects.create(account=account, name="Night")
    tina.membership.supervisor.teams.add(night)
    for agent in (late, make_agent(other_account, "1", "Tom")):
        with pytest.raises(NotPossible, match="not among"):
            saved(tina, filters=Filters(agent=agent.pk))
    late.team = night
    late.save()
    assert saved(tina, filters=Filters(agent=late.pk)).agent == late


def test_what_an_agent_saves_is_of_their_own_calls(account, agent, officer, client_of):
    search = saved(agent, filters=Filters(queue="Service"), is_offered=True)
    assert search.agent_id == agent.membership.agent_id
    make_interaction(account, agent=make_agent(account, "2058", "Michael"), queue="Service")
    own = make_interaction(account, agent=agent.membership.agent, queue="Service")
    client_of(officer).post("/holds/place/", placing(search.pk))
    assert set(calls_of(HoldCondition.objects.get())) == {own}


def test_there_is_a_bound(supervisor, monkeypatch):
    monkeypatch.setattr(searches, "MOST", 1)
    saved(supervisor)
    with pytest.raises(NotPossible, match="at most 1"):
        saved(supervisor, "Summer")


def test_what_a_list_can_be_narrowed_to_a_hold_can_be_placed_by(account, supervisor):
    linda = make_agent(account)
    filters = Filters.read({**EVERY, "agent": str(linda.pk)})
    assert set(filters.as_query) == set(FIELDS)
    condition = Condition.read(saved(supervisor, filters=filters).as_query)
    assert condition.checked(account) == Condition.read(filters.as_query)


def test_an_officer_holds_by_an_offered_search_and_the_hold_keeps_its_copy(account, supervisor, officer, client_of):
    search = saved(supervisor, is_offered=True)
    saved(supervisor, "Private")
    call, client = make_interaction(account, queue="Service"), client_of(officer)
    page = client.get("/holds/place/", {"search": str(search.pk)}).content.decode()
    assert f'value="{search.pk}" selected' in page
    assert "Private" not in page
    preview = client.post("/holds/place/", placing(search.pk, step="preview"))
    assert [each.number for each in preview.context["preview"]] == [1]
    client.post("/holds/place/", placing(search.pk))
    remove_search(actor=supervisor.actor, account=account, search_id=search.pk)
    assert set(calls_of(HoldCondition.objects.get())) == {call}


@pytest.mark.parametrize("which", ["private", "far", "nobody's", "nonsense"])
def test_a_search_that_is_not_offered_here_holds_nothing(which, supervisor, stranger, officer, client_of):
    chosen = {"private": saved(supervisor).pk, "far": saved(stranger, is_offered=True).pk, "nobody's": uuid4(),
              "nonsense": "' OR 1=1 --"}[which]  # fmt: skip
    answer = client_of(officer).post("/holds/place/", placing(chosen))
    assert answer.status_code == 422
    assert "Nothing is held" in answer.content.decode()
    assert not LegalHold.objects.exists()


def test_who_sees_the_list_and_places_holds_is_led_from_one_to_the_other(account, supervisor, client_of, monkeypatch):
    both = roles.TABLE[roles.SUPERVISOR] | {"retention.place_hold"}
    assert "Hold these" not in client_of(supervisor).get("/interactions/", EVERY).content.decode()
    monkeypatch.setitem(roles.TABLE, roles.SUPERVISOR, both)
    client = client_of(supervisor)
    assert "Hold these" not in client.get("/interactions/").content.decode()
    page = client.get("/interactions/", EVERY)
    assert "Hold these" in page.content.decode()
    form = client.get(f"/holds/place/?{page.context['hold_these']}").context["form"]
    assert {name: form[name] for name in EVERY} == EVERY


def test_the_searches_of_a_leaver_go_with_the_name(account, supervisor, officer):
    saved(supervisor)
    type(supervisor.membership).objects.filter(pk=supervisor.membership.pk).update(active=False)
    erase_leaver(actor=officer.actor, membership=supervisor.membership, typed="ERASE")
    assert not SavedSearch.objects.exists()
