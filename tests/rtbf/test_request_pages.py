from unittest.mock import Mock
from uuid import uuid4

import pytest

from accounts import roles
from interactions.models import Mention
from interactions.scanning import run_scan, start_scan
from jobs import runner
from rtbf.models import Request, State
from tests.conftest import make_person
from tests.looking import ALICE, CANARIES, places_of
from tests.retention.test_holds import hold
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def search(client, typed=ALICE, request_id=None):
    return client.post("/forget/", {"identifiers": typed, "request_id": str(request_id or uuid4())}, follow=True)


def test_from_search_to_done(house, supervisor, client_of):
    client = client_of(supervisor)
    page = search(client, "(202) 555-0147").content.decode()
    assert "+1 202-555-0147" in page
    assert "1 recording, 1 voicemail, 1 transcript, 1 comment, 1 analysis, 1 data value" in page
    assert "2 calls, 5:07 talk time, 1 caller" in page
    request = Request.objects.get()
    asked = client.get(f"/requests/{request.pk}/confirm/").content.decode()
    assert "can&#x27;t be undone" in asked or "can't be undone" in asked
    client.post(f"/requests/{request.pk}/confirm/", {"word": "FORGET"})
    assert "Pending (1)" in client.get("/requests/").content.decode()
    runner.run_due()
    done = client.get(f"/requests/{request.pk}/").content.decode()
    assert "Completed" in done
    assert "<li>Done: 1 analysis, 2 calls, " in done
    assert "202-555" not in done
    assert request.reference in client.get("/requests/?tab=completed").content.decode()
    assert places_of(*CANARIES) == []


def test_a_held_call_shows_its_matter_first(house, supervisor, officer, client_of):
    hold(officer, house.account, house.alices[0], matter="Brown <i>against</i> Bank")
    page = search(client_of(supervisor)).content.decode()
    assert "Brown &lt;i&gt;against&lt;/i&gt; Bank" in page
    assert "a legal hold covers it (Art. 17(3)(e))." in page
    assert page.index("Stays") < page.index("Voicemail")


def test_a_sound_of_the_plan_leads_to_its_player_and_what_says_nothing_says_so(house, supervisor, client_of):
    client = client_of(supervisor)
    search(client)
    request = Request.objects.get()
    sound, index = (request.items.filter(kind=kind).first() for kind in ("recording", "mention"))
    page = client.get(f"/requests/{request.pk}/rows/{sound.pk}/").content.decode()
    assert f'href="/interactions/{sound.unit}/"' in page
    page = client.get(f"/requests/{request.pk}/rows/{index.pk}/").content.decode()
    assert "This record holds no text of its own." in page


def test_a_double_click_makes_one_request(house, supervisor, client_of):
    client, form = client_of(supervisor), uuid4()
    search(client, request_id=form)
    search(client, request_id=form)
    assert [each.pk for each in Request.objects.all()] == [form]


def test_cancelled_in_the_grace_period_by_another_supervisor(house, supervisor, client_of):
    house.account.grace_hours = 180
    house.account.save()
    client = client_of(supervisor)
    search(client)
    request = Request.objects.get()
    client.post(f"/requests/{request.pk}/confirm/", {"word": "FORGET"})
    page = client.get(f"/requests/{request.pk}/").content.decode()
    assert "in 7 days 11 hours" in page
    assert "Cancel the request" in page
    other = client_of(make_person("Simon", house.account, roles.SUPERVISOR))
    other.post(f"/requests/{request.pk}/cancel/")
    request.refresh_from_db()
    assert request.state == State.CANCELLED
    assert "Simon" in client.get(f"/requests/{request.pk}/").content.decode()
    assert "Cancelled (1)" in client.get("/requests/?tab=cancelled").content.decode()


def test_the_wrong_word_confirms_nothing(house, supervisor, client_of):
    client = client_of(supervisor)
    search(client)
    answer = client.post(f"/requests/{Request.objects.get().pk}/confirm/", {"word": "yes"})
    assert answer.status_code == 422
    assert "Nothing was confirmed" in answer.content.decode()
    assert Request.objects.get().state == State.PLANNED


@pytest.mark.parametrize("odd", ["", "9" * 10_240, "'; DROP TABLE x", "<script>alert(1)</script>", "=1", "5305550100"])
def test_odd_input_says_that_nothing_was_searched(house, supervisor, client_of, odd):
    answer = search(client_of(supervisor), odd)
    assert answer.status_code == 422
    assert "Nothing was searched" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert not Request.objects.exists()


def test_progress_is_told_without_names(house, supervisor, client_of):
    client = client_of(supervisor)
    search(client)
    request = Request.objects.get()
    answer = client.get(f"/requests/{request.pk}/progress/")
    assert answer.json()["total"] == request.items.count()
    assert "no-store" in answer["Cache-Control"]
    assert not any(canary in answer.content.decode() for canary in CANARIES)


def test_forms_are_protected_from_other_sites(house, supervisor):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(supervisor.user, backend="accounts.backends.EmailBackend")
    assert client.post("/forget/", {"identifiers": ALICE}).status_code == 403
    assert not Request.objects.exists()


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator", "officer"])
def test_others_get_403_and_an_entry(role, request, house, supervisor, client_of):
    search(client_of(supervisor))
    pk = Request.objects.get().pk
    client = client_of(request.getfixturevalue(role))
    refused = [client.get("/forget/"), client.post("/forget/", {"identifiers": ALICE})]
    refused += [client.post(f"/requests/{pk}/{act}/", {"word": "FORGET"}) for act in ("confirm", "cancel", "resume")]
    assert {answer.status_code for answer in refused} == {403}
    seen = [client.get(path).status_code for path in ("/requests/", f"/requests/{pk}/", f"/requests/{pk}/progress/")]
    assert set(seen) == ({200} if role == "officer" else {403})
    assert Event.objects.filter(outcome="refused").count() == len(refused) + (0 if role == "officer" else 3)
    assert Request.objects.get().state == State.PLANNED


def test_a_stranger_sees_no_request(house, supervisor, stranger, client_of):
    search(client_of(supervisor))
    pk = Request.objects.get().pk
    client = client_of(stranger)
    assert client.get(f"/requests/{pk}/").status_code == 404
    assert client.post(f"/requests/{pk}/confirm/", {"word": "FORGET"}).status_code == 404
    assert client.post(f"/requests/{pk}/cancel/").status_code == 404
    assert str(pk) not in client.get("/requests/").content.decode()


def test_what_a_deep_scan_found_since_is_said_on_the_page(house, supervisor, client_of):
    Mention.objects.filter(comment__interaction=house.bobs[0]).delete()
    client = client_of(supervisor)
    search(client)
    request = Request.objects.get()
    assert "deep scans found" not in client.get(f"/requests/{request.pk}/").content.decode()
    run_scan(start_scan(actor=supervisor.actor, account=house.account).pk, actor=supervisor.actor, progress=Mock())
    page = client.get(f"/requests/{request.pk}/").content.decode()
    assert "deep scans found this customer in 1 more place." in page
    assert "1 record came in" in page
