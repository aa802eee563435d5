"""The pages on which customers are merged and split."""

import pytest

from customers.models import Customer, Merge
from retention.models import HoldScope
from rtbf.requests.lifecycle import plan_request
from tests.customers.test_merging import hold
from tests.looking import ALICE
from tests.makers import make_customer, make_interaction
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two(account):
    alice = make_customer(account, phone=ALICE, name="Alice Brown")
    other = make_customer(account, email="alice@example.com")
    make_interaction(account, alice, transcript=[("customer", "my secret canary")])
    make_interaction(account, other)
    return alice, other


def ids(two):
    return {"customer": [each.pk for each in two]}


def test_found_compared_merged_and_undone(account, supervisor, client_of, two):
    client, (alice, other) = client_of(supervisor), two
    answer = client.post("/customers/", {"identifiers": "(202) 555-0147\nalice@example.com"})
    page = answer.content.decode()
    assert str(alice.pk) in page
    assert str(other.pk) in page
    assert "alice@example.com" not in page.split("</textarea>")[1]
    preview = client.get("/customers/merge/", ids(two)).content.decode()
    assert "alice@example.com" in preview
    assert "1 identifier," in preview
    assert "secret canary" not in preview
    assert Customer.objects.count() == 2
    assert client.post("/customers/merge/", ids(two))["Location"] == f"/customers/{alice.pk}/"
    assert Customer.objects.count() == 1
    merge = Merge.objects.get()
    assert f"/merges/{merge.pk}/undo/" in client.get(f"/customers/{alice.pk}/").content.decode()
    assert client.post(f"/merges/{merge.pk}/undo/")["Location"] == f"/customers/{other.pk}/"
    assert Customer.objects.count() == 2


def test_an_open_request_is_named_on_the_preview_and_stops_the_merge(account, supervisor, client_of, two):
    asked = plan_request(actor=supervisor.actor, account=account, identifiers=[ALICE])
    client = client_of(supervisor)
    page = client.get("/customers/merge/", ids(two)).content.decode()
    assert asked.reference in page
    assert "merge them" not in page
    assert client.post("/customers/merge/", ids(two)).status_code == 422
    assert Customer.objects.count() == 2


@pytest.mark.parametrize("wrong", [{}, {"customer": "x"}, {"customer": ["1", "2"]}])
def test_not_two_customers(supervisor, client_of, wrong):
    assert client_of(supervisor).get("/customers/merge/", wrong)["Location"] == "/customers/"


def test_customers_of_another_account_are_not_there(supervisor, stranger, client_of, two):
    assert client_of(stranger).get("/customers/merge/", ids(two)).status_code == 404
    assert client_of(stranger).post("/customers/merge/", ids(two)).status_code == 404
    assert Customer.objects.count() == 2
    assert not Event.objects.filter(action="customer.opened", user_id=stranger.user.pk, outcome="done").exists()


def test_a_split_shows_what_moves_before_it_moves(supervisor, officer, client_of, two):
    client, (alice, _) = client_of(supervisor), two
    hold(officer, alice)
    call, phone = alice.interactions.get(), alice.identifiers.get(kind="phone")
    page = client.get(f"/customers/{alice.pk}/").content.decode()
    assert str(call.pk) in page
    assert "secret canary" not in page
    form = {"move": f"interactions.Interaction:{call.pk}", f"identifier-{phone.pk}": "both"}
    preview = client.post(f"/customers/{alice.pk}/split/", form)
    assert b"1 interaction</li>" in preview.content
    assert alice.interactions.count() == 1
    sent = {"move": f"interactions.Interaction:{call.pk}", "both": str(phone.pk), "confirmed": "yes"}
    sent["new_customer_id"] = preview.context["new_customer_id"]
    first, second = (client.post(f"/customers/{alice.pk}/split/", sent)["Location"] for _ in range(2))
    assert first == second
    person = Customer.objects.get(pk=first.strip("/").split("/")[-1])
    assert [each.pk for each in person.interactions.all()] == [call.pk]
    assert person.identifiers.get().kind == "phone"
    assert HoldScope.objects.filter(record_id=person.pk).count() == 1


@pytest.mark.parametrize("form", [{}, {"move": "nonsense"}, {"move": "interactions.Interaction:nonsense"}])
def test_nothing_chosen_is_said(supervisor, client_of, two, form):
    answer = client_of(supervisor).post(f"/customers/{two[0].pk}/split/", {**form, "confirmed": "yes"})
    assert answer.status_code == 422
    assert b"Choose what goes" in answer.content


def test_records_of_others_are_not_taken(supervisor, client_of, two):
    alice, other = two
    form = {"move": f"interactions.Interaction:{other.interactions.get().pk}", "confirmed": "yes"}
    assert client_of(supervisor).post(f"/customers/{alice.pk}/split/", form).status_code == 422
    assert other.interactions.count() == 1


def test_what_a_register_says_is_shown_and_escaped(account, supervisor, client_of):
    from tests.interactions.test_registers import contact, take

    take(account, contact("", name="<b>Alice</b> Brown", phone=ALICE))
    page = client_of(supervisor).get(f"/customers/{Customer.objects.get().pk}/").content.decode()
    assert "opt_in: yes" in page
    assert "<b>Alice" not in page
