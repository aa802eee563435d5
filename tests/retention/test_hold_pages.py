from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import roles
from accounts.days import today_in
from interactions.models import Interaction
from privacy import lineage
from retention import hold_preview
from retention.conditions import Condition
from retention.guard import legal_holds
from retention.hold_reminders import queue_hold_reminders, remind_of_holds
from retention.holds import Covered, place_hold
from retention.models import HoldRules, LegalHold
from retention.views import holds as hold_views
from tests.conftest import make_person
from tests.makers import make_agent, make_interaction
from trail.actor import Actor
from trail.models import Event

pytestmark = pytest.mark.django_db


def form(call, **more):
    given = {"hold_id": str(uuid4()), "interaction": str(call.pk), "matter": "M", "reason": "R", "ground": "litigation"}
    return {**given, **more}


def test_an_officer_places_sees_and_releases_a_hold(client_of, officer, call):
    client = client_of(officer)
    assert client.get("/holds/place/", {"interaction": str(call.pk)}).context["form"]["interaction"] == str(call.pk)
    sent = form(call, matter="Brown <b>against</b> Bank")
    client.post("/holds/place/", sent)
    page = client.post("/holds/place/", sent, follow=True).content.decode()
    assert "Brown &lt;b&gt;against&lt;/b&gt; Bank" in page
    placed = LegalHold.objects.get()
    assert "Brown" in client.get("/holds/").content.decode()
    client.post(f"/holds/{placed.pk}/release/", {"reason": "Settled"})
    placed.refresh_from_db()
    assert not placed.is_active
    assert "Settled" in client.get(f"/holds/{placed.pk}/").content.decode()
    assert Event.objects.filter(action="hold.opened", record_id=str(placed.pk)).count() == 2


@pytest.mark.parametrize("typed", ["(202) 555-0148", "phone:+1 202 555 0148"])
def test_a_customer_is_held_by_any_spelling(client_of, officer, call, typed):
    client_of(officer).post("/holds/place/", form(call, interaction="", identifier=typed))
    assert LegalHold.objects.get().scopes.get(label="customers.Customer").record_id == call.customer_id


@pytest.mark.parametrize(
    "wrong",
    [
        {"interaction": "' OR 1=1 --"},
        {"interaction": str(uuid4())},
        {"interaction": ""},
        {"identifier": "<script>alert(1)</script>"},
        {"identifier": "9" * 10_000},
        {"review_on": "tomorrow"},
        {"reason": ""},
        {"ground": "x"},
        {"agent": "<script>alert(1)</script>"},
        {"since": "2026-06-31"},
        {"queue": "x" * 65},
        {"owner": str(uuid4())},
    ],
)
def test_bad_input_says_what_was_not_done(client_of, officer, call, wrong):
    answer = client_of(officer).post("/holds/place/", form(call, **wrong))
    assert answer.status_code == 422
    assert "Nothing is held" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert not LegalHold.objects.exists()


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "administrator"])
def test_others_get_403_and_an_entry(role, request, client_of, call):
    client = client_of(request.getfixturevalue(role))
    for path in ("/holds/", "/holds/place/", f"/holds/{uuid4()}/"):
        assert client.get(path).status_code == 403
    assert client.post("/holds/place/", form(call)).status_code == 403
    assert Event.objects.filter(outcome="refused").count() == 4


def test_another_accounts_hold_is_not_there(client_of, officer, call, other_account):
    client_of(officer).post("/holds/place/", form(call))
    foreign = client_of(make_person("Olaf", other_account, roles.OFFICER))
    placed = LegalHold.objects.get()
    assert foreign.get(f"/holds/{placed.pk}/").status_code == 404
    assert foreign.post(f"/holds/{placed.pk}/release/", {"reason": "x"}).status_code == 404
    assert placed.is_active


def test_an_officer_sees_what_a_hold_would_cover_and_holds_what_comes_later(client_of, officer, account, call):
    client = client_of(officer)
    linda = make_agent(account)
    calls = [make_interaction(account, agent=linda, queue="Service") for _ in range(2)]
    asked = form(call, interaction="", agent=str(linda.pk), queue="Service", since="2026-06-02")
    page = client.post("/holds/place/", {**asked, "step": "preview", "matter": "", "reason": ""})
    (caught,) = page.context["preview"]
    assert (page.status_code, caught.in_words, [length for _, length in caught.lines]) == (
        200,
        "2 calls",
        ["4:07", "4:07"],
    )
    assert page.content.decode().count("<td>4:07</td>") == 2
    assert 'value="2026-06-02"' in page.content.decode()
    assert not LegalHold.objects.exists()
    page = client.post("/holds/place/", asked, follow=True).content.decode()
    assert "Calls of Linda (2046), queue Service, from 2 Jun 2026 on" in page
    assert {*calls, make_interaction(account, agent=linda, queue="Service")} == set(
        Interaction.objects.filter(pk__in=legal_holds(lineage.targets(Interaction.objects.all())))
    )


def test_a_call_that_has_not_ended_has_no_length_yet(client_of, officer, account):
    running = make_interaction(account, started_at=timezone.now() - timedelta(seconds=9))
    page = client_of(officer).post("/holds/place/", form(running, step="preview"))
    assert "<td>still running</td>" in page.content.decode()


def test_whoever_places_a_hold_is_offered_once_as_its_owner(client_of, officer, account):
    other = make_person("Otto", account, roles.OFFICER)
    page = client_of(officer).get("/holds/place/")
    assert str(other.user.pk) in dict(page.context["owners"])
    assert str(officer.user.pk) not in dict(page.context["owners"])
    assert page.content.decode().count("I myself") == 1


def test_an_estimate_says_that_it_is_one(account, monkeypatch, call):
    assert hold_preview.caught("calls", Interaction.objects.all()).in_words == "1 call"
    monkeypatch.setattr(hold_preview, "PATIENCE_MS", 1)
    slow = Interaction.objects.extra(where=["pg_sleep(0.05) IS NOT NULL"])
    assert "estimated" in hold_preview.caught("calls", slow).in_words


def test_the_list_narrows_by_matter_owner_and_review(client_of, officer, account, call, monkeypatch):
    other = make_person("Oscar", account, roles.OFFICER)
    today = today_in(account)
    for number, (person, day) in enumerate([(officer, today), (other, today), (other, today + timedelta(days=9))]):
        place_hold(
            actor=officer.actor, account=account, covers=[Condition(queue="x")], matter=f"Matter {number} <b>",
            reason="r", owner_id=person.user.pk, review_on=day,
        )  # fmt: skip
    client = client_of(officer)

    def shown(**asked):
        return [row["matter"] for row in client.get("/holds/", asked).context["rows"]]

    assert shown(matter="mAtTeR 1 <B>") == ["Matter 1 <b>"]
    assert shown(owner=str(other.user.pk)) == ["Matter 2 <b>", "Matter 1 <b>"]
    assert shown(due="1", owner=str(other.user.pk)) == ["Matter 1 <b>"]
    assert len(shown(owner="' OR 1=1", matter="%", tab="x", after="~")) == 0
    monkeypatch.setattr(hold_views, "SHOWN", 2)
    first = client.get("/holds/", {"owner": str(other.user.pk)})
    assert first.context["older"] == ""
    second = client.get("/holds/?" + client.get("/holds/").context["older"])
    assert [row["matter"] for row in second.context["rows"]] == ["Matter 0 <b>"]


def test_where_the_account_asks_a_second_person_releases(client_of, officer, administrator, account, call):
    client_of(administrator).post("/holds/rules/", {"four_eyes": "on"})
    asker, other = client_of(officer), client_of(make_person("Oscar", account, roles.OFFICER))
    asker.post("/holds/place/", form(call))
    placed = LegalHold.objects.get()
    asker.post(f"/holds/{placed.pk}/release/", {"reason": "Settled"})
    for client, words in ((asker, "Somebody else who may release holds must agree"), (other, "Agree and release")):
        assert words in client.get(f"/holds/{placed.pk}/").content.decode()
    asker.post(f"/holds/{placed.pk}/agree/")
    assert legal_holds(lineage.targets([call]))
    other.post(f"/holds/{placed.pk}/decline/")
    assert LegalHold.objects.get().release_reason is None
    asker.post(f"/holds/{placed.pk}/release/", {"reason": "Settled at last"})
    assert "Release asked for (1)" in other.get("/holds/", {"tab": "asked"}).content.decode()
    other.post(f"/holds/{placed.pk}/agree/")
    released = LegalHold.objects.get()
    assert (released.is_active, released.release_asked_by, released.released_by.name) == (False, officer.user, "Oscar")
    assert not legal_holds(lineage.targets([call]))


def test_an_officer_can_not_change_the_rule(client_of, officer):
    assert client_of(officer).post("/holds/rules/", {}).status_code == 403
    assert not HoldRules.objects.exists()


def test_owner_and_review_day_change_and_the_owner_is_reminded(
    client_of, officer, supervisor, account, call, mailoutbox
):
    other = make_person("Oscar", account, roles.OFFICER)
    client = client_of(officer)
    client.post("/holds/place/", form(call, review_on=str(today_in(account))))
    placed = LegalHold.objects.get()
    for wrong in ({"owner": str(supervisor.user.pk)}, {"owner": ""}, {"owner": str(other.user.pk), "review_on": "x"}):
        client.post(f"/holds/{placed.pk}/change/", wrong)
        assert LegalHold.objects.get().owner == officer.user
    day = str(today_in(account) + timedelta(days=1))
    client.post(f"/holds/{placed.pk}/change/", {"owner": str(other.user.pk), "review_on": day})
    LegalHold.objects.update(review_on=today_in(account) - timedelta(days=1))
    assert (queue_hold_reminders(), queue_hold_reminders()) == (1, 0)
    actor = Actor.job(on_behalf_of=None, account_id=account.pk)
    assert (remind_of_holds(account.pk, actor=actor), remind_of_holds(account.pk, actor=actor)) == (1, 0)
    (message,) = mailoutbox
    assert (message.to, placed.reference in message.body, "Bob" in message.body) == ([other.user.email], True, False)


def test_the_page_of_a_call_says_which_hold_covers_it_and_why(client_of, officer, supervisor, account, call):
    for covers in ([Covered("customers.Customer", call.customer_id)], [Condition(direction="inbound")]):
        place_hold(actor=officer.actor, account=account, covers=covers, matter="Brown", reason="Claim")
    page = client_of(supervisor).get(f"/interactions/{call.pk}/").content.decode()
    assert "000001 (Lawsuit or claim): it covers the customer." in page
    assert "000002 (Lawsuit or claim): it covers inbound calls." in page
    assert "Brown" not in page.replace("Bob Brown", "")
