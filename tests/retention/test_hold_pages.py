from uuid import uuid4

import pytest

from retention.models import LegalHold
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
    from accounts import roles
    from tests.conftest import make_person

    client_of(officer).post("/holds/place/", form(call))
    foreign = client_of(make_person("Olaf", other_account, roles.OFFICER))
    placed = LegalHold.objects.get()
    assert foreign.get(f"/holds/{placed.pk}/").status_code == 404
    assert foreign.post(f"/holds/{placed.pk}/release/", {"reason": "x"}).status_code == 404
    assert placed.is_active
