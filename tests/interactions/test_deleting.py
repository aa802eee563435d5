"""Deleting content by hand: what goes with what, what keeps it, what a kill, a second click, a stranger come to."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

import jobs.tasks  # noqa: F401 - registers the job
from accounts.models import Account
from interactions.deleting import AlreadyDeleted, NotDeletable, Wanted, delete_content, foresee
from interactions.models import Analysis, Comment, Interaction, Mention, Recording, Transcription, Voicemail
from jobs.models import Job
from jobs.runner import run_due
from privacy.keyring import ring
from privacy.keyring.models import Key
from retention.holds import Covered, place_hold, release_hold
from retention.models import Deferral, Policy
from rtbf.proof.statistics import measure
from rtbf.requests.lifecycle import plan_request
from tests.conftest import Person
from tests.makers import make_agent, make_customer, make_interaction, make_sound
from trail.models import Event
from trail.refusal import NotVisible, Refused

pytestmark = pytest.mark.django_db(databases="__all__")
ALICE = "+12025550147"
WORDS = [("customer", "call me at 415 555 0199"), ("agent", "I will")]
BY_HAND = "by_hand_mistake"
EVERYTHING = Wanted()


@pytest.fixture
def call(account: Account) -> Interaction:
    return make_interaction(
        account, make_customer(account, phone=ALICE), agent=make_agent(account), phone=ALICE, recording=b"RIFFsound",
        transcript=WORDS, comment="called back", analysis={"segments": []}, values={"order": "17"},
        started_at=timezone.now() - timedelta(days=3),
    )  # fmt: skip


def only(row) -> Wanted:
    return Wanted({"transcription": "transcript"}.get(row._meta.model_name, row._meta.model_name), row.pk)


def delete(person: Person, call: Interaction, wanted: Wanted = EVERYTHING, **more):
    return delete_content(actor=person.actor, call_id=call.pk, wanted=wanted, reason=BY_HAND, **more)


def left(call: Interaction) -> list[str]:
    models = (Recording, Voicemail, Transcription, Analysis, Comment)
    return [str(each._meta.model_name) for each in models if each.objects.filter(interaction=call).exists()]


def test_the_only_recording_takes_its_words_analysis_and_comments(supervisor, call) -> None:
    keys = [call.recordings.get().content_key_id, call.transcriptions.get().key_id]
    plan = foresee(actor=supervisor.actor, call_id=call.pk, wanted=only(call.recordings.get()))
    assert {type(row) for row in plan.going} == {Recording, Transcription, Analysis, Comment}

    assert delete(supervisor, call, plan.wanted, seen=plan.seen).number == 4

    assert left(call) == []
    assert not Mention.objects.exists()
    assert not Key.objects.filter(pk__in=keys).exists()
    assert call.datasourcevalues.exists()


def test_figures_number_and_name_stay_and_the_log_says_who_and_why(supervisor, account, call) -> None:
    before = measure(account, until=timezone.now())
    delete(supervisor, call)
    call.refresh_from_db()
    assert measure(account, until=timezone.now()) == before
    assert call.is_living
    assert call.content_deleted_at
    entry = Event.objects.get(action="content.deleted")
    assert (entry.user_id, entry.purpose, entry.record_id) == (supervisor.user.pk, BY_HAND, str(call.pk))
    assert Event.objects.filter(action="record.erased", purpose=BY_HAND, record_label="interactions.Recording").exists()


def test_of_two_sounds_one_takes_only_its_own_words(supervisor, call) -> None:
    voicemail = make_sound(call, Voicemail, b"RIFFleft")
    delete(supervisor, call, only(voicemail))
    assert left(call) == ["recording", "transcription", "analysis", "comment"]


def test_a_transcript_takes_what_was_concluded_from_it(supervisor, call) -> None:
    delete(supervisor, call, only(call.transcriptions.get()))
    assert left(call) == ["recording", "comment"]


def test_a_second_time_nothing_happens(supervisor, call) -> None:
    delete(supervisor, call)
    entries = Event.objects.count()
    with pytest.raises(AlreadyDeleted):
        delete(supervisor, call)
    assert Event.objects.count() == entries


def test_who_may_not_or_may_not_see_it_deletes_nothing(agent, officer, auditor, stranger, supervisor, call) -> None:
    for person in (agent, officer, auditor):
        with pytest.raises(Refused):
            delete(person, call)
    with pytest.raises(NotVisible):
        delete(stranger, call)
    with pytest.raises(Http404):
        delete_content(actor=supervisor.actor, call_id=uuid4(), wanted=Wanted(), reason=BY_HAND)
    assert len(left(call)) == 4


def test_guessed_contents_unknown_kinds_and_reasons_delete_nothing(supervisor, account, call) -> None:
    other = make_interaction(account, recording=b"RIFFother")
    for wanted in (only(other.recordings.get()), Wanted("recording", uuid4()), Wanted("datasourcevalue")):
        with pytest.raises(NotDeletable):
            delete(supervisor, call, wanted)
    with pytest.raises(NotDeletable, match="why"):
        delete_content(actor=supervisor.actor, call_id=call.pk, wanted=Wanted(), reason="because")
    assert other.recordings.exists()
    assert len(left(call)) == 4


def test_what_came_in_since_it_was_shown_is_not_deleted_unseen(supervisor, call) -> None:
    seen = foresee(actor=supervisor.actor, call_id=call.pk, wanted=Wanted()).seen
    make_sound(call, Voicemail, b"RIFFlate")
    with pytest.raises(NotDeletable, match="changed"):
        delete(supervisor, call, seen=seen)
    assert "voicemail" in left(call)


def test_a_hold_keeps_it_as_a_row_with_its_ground_until_it_goes(supervisor, officer, account, call) -> None:
    hold = place_hold(
        actor=officer.actor, account=account, covers=[Covered(call._meta.label, call.pk)], matter="m", reason="r"
    )
    assert foresee(actor=supervisor.actor, call_id=call.pk, wanted=Wanted()).going == []
    assert delete(supervisor, call).number == 0
    assert len(left(call)) == 4
    row = Deferral.objects.get(label="interactions.Recording")
    assert (row.ground, row.held_by, row.run) == ("legal_hold", str(hold.pk), None)
    assert Event.objects.get(action="content.deleted").outcome == "refused"

    release_hold(actor=officer.actor, hold=hold, reason="Settled")
    delete(supervisor, call)
    assert not Deferral.objects.filter(resolved_at=None).exists()


def test_an_open_request_keeps_it(supervisor, account, call) -> None:
    request = plan_request(actor=supervisor.actor, account=account, identifiers=[ALICE])
    kept = delete(supervisor, call).kept
    assert {refusal.ground for refusal in kept.values()} == {"open_request"}
    assert request.reference in next(iter(kept.values())).says


def test_a_duty_keeps_what_it_names_and_what_goes_only_with_that(supervisor, account, call) -> None:
    Policy.objects.create(account=account, name="MiFID", kinds=["recording"], keep="7 years", minimum="5 years",
                          effective_at=timezone.now() - timedelta(days=1))  # fmt: skip
    plan = foresee(actor=supervisor.actor, call_id=call.pk, wanted=only(call.recordings.get()))
    assert plan.going == []
    assert "MiFID" in plan.refused[call.recordings.get().pk].says
    assert delete(supervisor, call, plan.wanted).number == 0
    assert len(left(call)) == 4
    assert delete(supervisor, call, only(call.transcriptions.get())).number == 2
    assert Deferral.objects.get().ground == "duty_to_keep"


def test_a_duty_that_is_over_keeps_nothing(supervisor, account, call) -> None:
    Policy.objects.create(account=account, name="Short", kinds=["recording"], keep="7 years", minimum="1 day",
                          effective_at=timezone.now() - timedelta(days=1))  # fmt: skip
    assert delete(supervisor, call, only(call.recordings.get())).number == 4


def test_killed_after_the_decision_it_is_finished_by_itself(supervisor, call, monkeypatch) -> None:
    real = ring.shred

    def dies(*_args, **_more):
        raise OperationalError("the keyring is gone")

    monkeypatch.setattr(ring, "shred", dies)
    with pytest.raises(OperationalError):
        delete(supervisor, call)
    with pytest.raises(AlreadyDeleted):
        delete(supervisor, call)
    monkeypatch.setattr(ring, "shred", real)
    Job.objects.update(not_before=timezone.now())
    run_due()
    assert left(call) == []
    assert Event.objects.filter(action="content.deleted").count() == 1


def test_the_page_shows_asks_why_and_deletes(supervisor, client_of, call) -> None:
    client, url = client_of(supervisor), reverse("portal:interaction-delete", args=[call.pk])
    shown = client.get(f"{url}?what=recording:{call.recordings.get().pk}")
    assert [row["name"] for row in shown.context["going"]] == ["Recording", "Transcript", "Analysis", "Comment"]
    told = {"what": "all", "reason": BY_HAND, "seen": client.get(url).context["seen"]}
    assert client.post(url, told).status_code == 422
    assert client.post(url, {**told, "confirmed": "yes", "reason": ""}).status_code == 422
    assert client.post(url, {**told, "confirmed": "yes", "what": "recording:../etc"}).status_code == 422
    assert len(left(call)) == 4
    answer = client.post(url, {**told, "confirmed": "yes"}, follow=True)
    assert "Deleted by hand" in answer.content.decode()
    assert "deleted on" in client.get(reverse("portal:interactions")).content.decode()
    assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("duration_ms", "says"),
    [
        (48_900, " of 0:48"),
        (1_000, " of 0:01"),
        (999, " of less than a second"),
        (0, ""),
    ],
)
def test_a_sound_shows_its_length_and_none_that_is_not_so(supervisor, client_of, call, duration_ms, says) -> None:
    Recording.objects.filter(interaction=call).update(duration_ms=duration_ms)
    shown = client_of(supervisor).get(reverse("portal:interaction-delete", args=[call.pk]))
    assert [row["size"] for row in shown.context["going"] if row["name"] == "Recording"] == [says]
    assert f"Only the recording{says}" in [title for *_, title in shown.context["choices"]]


def test_a_part_asked_for_while_it_is_deleted_is_not_sent(supervisor, client_of, call) -> None:
    client = client_of(supervisor)
    client.post(reverse("portal:interaction-purpose", args=[call.pk]), {"purpose": "quality"})
    url = reverse("portal:recording-audio", args=[call.pk, call.recordings.get().pk])
    assert client.get(url, headers={"range": "bytes=0-3"}).content == b"RIFF"
    delete(supervisor, call)
    answer = client.get(url, headers={"range": "bytes=4-7"})
    assert answer.status_code == 404
    assert b"soun" not in answer.content
