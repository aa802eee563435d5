"""A hold on a request keeps its case file, what proves it was met, and the log's details of what was done about it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

import retention.tasks  # noqa: F401 - registers the job
from accounts.models import Account
from jobs import runner
from privacy import erasure
from privacy.models import SealedModel
from retention import nights
from retention.case_files import left_of
from retention.errors import AlreadyCondemned, NotCoverable
from retention.fate import explain_record
from retention.holds import place_hold, release_hold
from retention.models import Deferral, LegalHold, Policy
from retention.recognition import case_by
from rtbf.cases import reminders
from rtbf.cases.evidence import attach_evidence
from rtbf.cases.intake import Intake
from rtbf.dossier.handing_out import end, fetch
from rtbf.models import (
    CaseFile,
    DossierState,
    Letter,
    Request,
    RequestedIdentifier,
    SearchSample,
    State,
)
from rtbf.requests.raising import raise_request
from rtbf.requests.refusing import refuse_request
from tests.conftest import Person
from tests.looking import ALICE, BOB, CANARIES, places_of
from tests.makers import seal_row
from tests.rtbf.conftest import House
from tests.rtbf.test_dossier import built
from tests.rtbf.test_execution import forget, run_all
from trail.models import Detail, Event

pytestmark = pytest.mark.django_db(transaction=True)


def refused(house: House, supervisor: Person, number: str) -> Request:
    """Take a request in with a case file, an attachment and a letter, and refuse it."""
    intake = Intake(name="Canary", contact="canary@example.com", note="came in person")
    request = raise_request(actor=supervisor.actor, account=house.account, identifiers=[number], intake=intake)
    attach_evidence(actor=supervisor.actor, request=request, name="a.pdf", content=b"%PDF-1")
    seal_row(Letter(account=house.account, case=CaseFile.objects.get(request=request), kind="done"), {"to": "x"})
    return refuse_request(actor=supervisor.actor, request=request, ground="claims")


def papers(request: Request) -> list[SealedModel]:
    case = CaseFile.objects.get(request=request)
    return [case, *case.letters.all(), *case.evidence.all(), *request.identifiers.all()]


def details(request: Request) -> list[Detail]:
    acts = Event.objects.filter(record_label="rtbf.Request", record_id=str(request.pk))
    return list(Detail.objects.filter(pk__in=acts.values("pk")))


def hold(officer: Person, account: Account, *references: str, **more: Any) -> LegalHold:
    covers = [case_by(account, each) for each in references]
    return place_hold(actor=officer.actor, account=account, covers=covers, **{"matter": "M", "reason": "R", **more})


def erase(officer: Person, rows: list[Any]) -> dict[Any, str]:
    kept = erasure.erase(rows, actor=officer.actor, ground="test").kept
    return {ref.id: refusal.ground for ref, refusal in kept.items()}


def test_all_of_a_case_stays_until_the_release_and_nothing_of_another(
    house: House, supervisor: Person, officer: Person
) -> None:
    held, other = refused(house, supervisor, ALICE), refused(house, supervisor, BOB)
    placed = hold(officer, house.account, f" {held.reference.lower()} ")
    rows = [*papers(held), *details(held)]
    assert len(papers(held)) == 4
    assert details(held)
    assert erase(officer, rows) == dict.fromkeys([row.pk for row in rows], "legal_hold")
    assert erase(officer, [*papers(other), *details(other)]) == {}
    release_hold(actor=officer.actor, hold=placed, reason="over")
    assert erase(officer, rows) == {}
    assert left_of(held.pk) == []
    with pytest.raises(AlreadyCondemned):
        hold(officer, house.account, held.reference)


def test_what_comes_later_is_held_as_well(house: House, supervisor: Person, officer: Person) -> None:
    request = refused(house, supervisor, ALICE)
    hold(officer, house.account, request.reference)
    late = attach_evidence(actor=supervisor.actor, request=request, name="b.pdf", content=b"%PDF-2")
    assert erase(officer, [late]) == {late.pk: "legal_hold"}


def test_a_hold_says_what_it_came_too_late_for(house: House, supervisor: Person, officer: Person) -> None:
    request = refused(house, supervisor, ALICE)
    erasure.condemn(CaseFile.objects.get().letters.all(), actor=officer.actor, ground="test")
    assert hold(officer, house.account, request.reference).too_late == 1


def test_age_defers_it_with_its_ground_and_takes_it_after_the_release(
    house: House, supervisor: Person, officer: Person
) -> None:
    request = refused(house, supervisor, ALICE)
    placed = hold(officer, house.account, request.reference)
    reminders.note_ends(house.account)
    CaseFile.objects.update(ended_at=timezone.now() - timedelta(days=3 * 366))
    run = nights.begin(house.account, actor=officer.actor)
    nights.confirm_run(actor=officer.actor, run=run, typed="1")
    runner.run_due()
    case = CaseFile.objects.get()
    stays = Deferral.objects.get(record_id=case.pk)
    assert (stays.ground, stays.held_by, stays.resolved_at) == ("legal_hold", str(placed.pk), None)
    said = explain_record(house.account, str(case.pk))
    assert said is not None
    assert [each.because for each in said.held] == [f"it names the request {request.reference}"]
    release_hold(actor=officer.actor, hold=placed, reason="over")
    run = nights.begin_now(house.account, actor=officer.actor)
    runner.run_due()
    run.refresh_from_db()
    assert not CaseFile.objects.exists()
    assert Deferral.objects.get(pk=stays.pk).resolved_at is not None


def test_a_detail_of_the_log_says_which_hold_keeps_it(house: House, supervisor: Person, officer: Person) -> None:
    request = refused(house, supervisor, ALICE)
    placed = hold(officer, house.account, request.reference)
    Policy.objects.filter(account=house.account, kinds=["detail"]).update(keep="1 day")
    said = explain_record(house.account, str(details(request)[0].pk))
    assert said is not None
    assert [(each.hold_id, each.because) for each in said.held] == [
        (placed.pk, f"it names the request {request.reference}")
    ]


def test_a_hold_on_the_customer_keeps_the_case_file_but_not_what_was_typed(
    house: House, supervisor: Person, officer: Person
) -> None:
    about_alice, about_bob = refused(house, supervisor, ALICE), refused(house, supervisor, BOB)
    from retention.recognition import customers_by

    covers = customers_by(house.account, ALICE)
    place_hold(actor=officer.actor, account=house.account, covers=covers, matter="M", reason="R")
    written = papers(about_alice)[:3]
    assert set(erase(officer, papers(about_alice))) == {row.pk for row in written}
    assert erase(officer, papers(about_bob)) == {}


def test_a_request_under_hold_runs_and_ends_when_the_hold_is_released(
    house: House, supervisor: Person, officer: Person
) -> None:
    request = forget(supervisor, house.account)
    placed = hold(officer, house.account, request.reference)
    run_all()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    typed = RequestedIdentifier.objects.get(request=request)
    assert typed.is_living
    assert set(places_of(*CANARIES)) <= {"rtbf.RequestedIdentifier.typed", "rtbf.RequestedIdentifier.shown"}
    assert not SearchSample.objects.filter(condemned_at=None).exists()
    assert request.items.get(record_id=typed.pk).held_by == placed.pk
    assert Deferral.objects.filter(record_id=typed.pk, ground="legal_hold", resolved_at=None).exists()
    release_hold(actor=officer.actor, hold=placed, reason="over")
    run_all()
    request.refresh_from_db()
    assert request.state == State.COMPLETED
    assert places_of(*CANARIES) == []
    assert not Deferral.objects.filter(resolved_at=None).exists()


def test_what_was_written_about_a_released_hold_goes_with_the_customer(
    house: House, supervisor: Person, officer: Person
) -> None:
    placed = hold(officer, house.account, refused(house, supervisor, ALICE).reference, matter="Alice against Bank")
    of_bob = hold(officer, house.account, refused(house, supervisor, BOB).reference)
    for each in (placed, of_bob):
        release_hold(actor=officer.actor, hold=each, reason="over")
    forget(supervisor, house.account)
    run_all()
    assert [LegalHold.objects.get(pk=each.pk).matter is None for each in (placed, of_bob)] == [True, False]


def test_a_copy_that_was_fetched_stays_while_it_is_held(house: House, supervisor: Person, officer: Person) -> None:
    copy = built(supervisor, house.account)
    placed = hold(officer, house.account, copy.reference)
    b"".join(fetch(actor=supervisor.actor, dossier=copy))
    copy.refresh_from_db()
    end(copy, actor=officer.actor)
    copy.refresh_from_db()
    assert copy.is_living
    assert copy.state == DossierState.FETCHED
    assert Deferral.objects.get(record_id=copy.pk).held_by == str(placed.pk)
    release_hold(actor=officer.actor, hold=placed, reason="over")
    end(copy, actor=officer.actor)
    copy.refresh_from_db()
    assert not copy.is_living


def test_another_accounts_request_is_not_there(
    house: House, other_account: Account, supervisor: Person, officer: Person
) -> None:
    request = refused(house, supervisor, ALICE)
    for reference in (request.reference + "0", "", "' OR 1=1 --", "x\0"):
        with pytest.raises(NotCoverable):
            case_by(house.account, reference)
    with pytest.raises(NotCoverable):
        case_by(other_account, request.reference)
    assert not LegalHold.objects.exists()
    assert officer.user.is_active


def test_the_pages_say_what_a_hold_on_a_request_covers(
    house: House, supervisor: Person, officer: Person, client_of: Any
) -> None:
    request = refused(house, supervisor, ALICE)
    client = client_of(officer)
    asked = {"case": request.reference, "matter": "M", "reason": "R", "ground": "litigation"}
    page = client.post("/holds/place/", {**asked, "step": "preview"})
    (caught,) = page.context["preview"]
    assert caught.says == f"request {request.reference}"
    acts = len(details(request))
    assert caught.in_words == f"1 case file, 1 letter, 1 attachment, 1 identifier as typed, {acts} details of the log"
    assert not LegalHold.objects.exists()
    page = client.post("/holds/place/", asked, follow=True).content.decode()
    assert f"The request {request.reference}, with all parts" in page
    assert f"request {request.reference}" in client.get("/holds/").content.decode()
    placed = LegalHold.objects.get()
    assert placed.reference in client_of(supervisor).get(f"/requests/{request.pk}/").content.decode()
    answer = client.post("/holds/place/", {**asked, "case": "RTBF-1"})
    assert (answer.status_code, "no request" in answer.content.decode()) == (422, True)
