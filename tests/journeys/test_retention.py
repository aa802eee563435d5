"""An officer tries a policy, proposes it, holds a call, watches a run, and explains what became of a recording."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

import retention.tasks  # noqa: F401 - registers the job
from accounts.models import Account
from interactions.models import Recording
from jobs.runner import run_due
from retention.models import DisposalRules
from tests.browsing import follow
from tests.conftest import Person
from tests.journeys.test_requests import Desk, desk
from tests.makers import make_interaction
from tests.rtbf.conftest import _no_bell

__all__ = ["_no_bell", "desk"]

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_officer_decides_how_long_things_are_kept(
    browser: Browser, live_server: LiveServer, desk: Desk, account: Account, officer: Person
) -> None:
    DisposalRules.objects.create(account=account, from_hour=0, to_hour=24, pending_days=0)
    long_ago = timezone.now() - timedelta(days=200)
    held, free = (make_interaction(account, started_at=long_ago, recording=b"RIFFold") for _ in range(2))
    make_interaction(account, started_at=timezone.now() - timedelta(days=20), recording=b"RIFFnew")
    recording, kept = free.recordings.get(), held.recordings.get()
    page = desk.of(officer)

    page.goto("/policies/propose/")
    page.get_by_label("Name", exact=True).fill("Recordings, 90 days")
    page.get_by_label("Recordings", exact=True).check()
    page.get_by_label("For how long, from the end of the call").fill("90 days")
    follow(page.get_by_role("button", name="Show the effect"))
    expect(page.get_by_text("2 records would go on the first night, instead of 0.")).to_be_visible()
    desk.look(page, "simulator")
    page.get_by_label("Type the term once more to propose it: 90 days").fill("90 days")
    follow(page.get_by_role("button", name="Propose the policy"))
    expect(page.get_by_role("heading", name="Recordings, 90 days")).to_be_visible()

    page.goto(f"/disposal/record/?id={kept.pk}")
    expect(page.get_by_text("The term of “Recordings, 90 days” decides: 90 days.")).to_be_visible()

    page.goto(f"/holds/place/?interaction={held.pk}")
    page.get_by_label("Matter").fill("Brown and the bank")
    page.get_by_label(re.compile("^Why")).first.fill("A suit was announced")
    follow(page.get_by_role("button", name="Place the hold"))
    expect(page.get_by_text(re.compile("HOLD-")).first).to_be_visible()

    page.goto("/disposal/")
    desk.look(page, "disposal-before")
    follow(page.get_by_role("button", name="Begin a run now"))
    expect(page.get_by_text("It is the first run of this account.")).to_be_visible()
    page.get_by_label("Type the number of records due to begin: 2").fill("2")
    follow(page.get_by_role("button", name="Begin the run"))
    expect(page.locator(".rtbf-state")).to_have_text("Running")
    run_due()
    page.reload()
    expect(page.locator(".rtbf-state")).to_have_text("Completed")
    page.locator("summary", has_text="Deferred").click()
    desk.look(page, "run")
    assert set(Recording.objects.filter(interaction__in=[held, free])) == {kept}

    follow(page.get_by_role("link", name=str(kept.pk)))
    expect(page.get_by_text("keeps it: it names this call.")).to_be_visible()
    desk.look(page, "fate-held")
    page.get_by_label("Id of a call").fill(str(recording.pk))
    follow(page.get_by_role("button", name="Explain"))
    expect(page.get_by_text("It went on")).to_be_visible()
    expect(page.get_by_text("DISP-")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    page.goto("/disposal/")
    desk.look(page, "disposal-dark")
