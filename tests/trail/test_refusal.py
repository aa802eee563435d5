import pytest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path

from tests.trail.conftest import ALICE
from trail.actor import Actor, NoActor
from trail.models import Event
from trail.refusal import NotVisible, Refused, record_refusal, recording_refusals


def refused() -> Refused:
    return Refused(
        "You may not hear this.", actor=ALICE, action="recording.played", code="not_own", record=("x.Y", "7")
    )


def refusing_view(request) -> HttpResponse:
    with transaction.atomic():
        raise refused()


def hiding_view(request) -> HttpResponse:
    raise NotVisible("There is no such recording.", actor=ALICE, action="recording.played", code="other_account")


def answer_403(request, exception) -> HttpResponse:
    return HttpResponse("no", status=403)


def answer_404(request, exception) -> HttpResponse:
    return HttpResponse("nothing here", status=404)


urlpatterns = [path("refused/", refusing_view), path("hidden/", hiding_view)]
handler403 = answer_403
handler404 = answer_404


@pytest.mark.django_db(transaction=True)
def test_a_refusal_outlives_the_rollback():
    with pytest.raises(Refused), recording_refusals(), transaction.atomic():
        raise refused()
    event = Event.objects.get()
    assert (event.action, event.outcome, event.record_id) == ("recording.played", "refused", "7")
    assert event.told["facts"] == {"code": "not_own"}


@pytest.mark.django_db(transaction=True)
def test_it_is_written_once_however_many_faces_it_passes():
    with pytest.raises(Refused), recording_refusals(), recording_refusals():
        raise refused()
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_recording_inside_the_transaction_that_will_roll_back_is_an_error():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        record_refusal(refused())


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.trail.test_refusal")
def test_the_portal_answers_403_and_writes_it_down():
    assert Client().get("/refused/").status_code == 403
    assert Event.objects.get().outcome == "refused"


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.trail.test_refusal")
def test_a_row_of_others_looks_like_no_row_and_is_written_down():
    hidden, missing = Client().get("/hidden/"), Client().get("/nowhere/")
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert hidden.status_code == 404
    assert Event.objects.get().told["facts"] == {"code": "other_account"}


def test_nobody_cannot_be_refused():
    with pytest.raises(NoActor):
        Refused("No.", actor=None, action="recording.played", code="x")


def test_not_visible_is_a_missing_row_to_django():
    assert issubclass(NotVisible, Http404)
    assert isinstance(ALICE, Actor)
