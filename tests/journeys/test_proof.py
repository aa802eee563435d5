"""A supervisor gives a customer a copy, forgets them, reads the certificate, keeps it, and has it checked."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from customers.models import Disclosure
from rtbf.models import Dossier, State
from tests import browsing
from tests.browsing import follow, violations
from tests.conftest import Person
from tests.looking import ALICE_MAIL, places_of
from tests.rtbf.conftest import House, _no_bell, house
from tests.rtbf.test_execution import run_all
from tests.rtbf.test_residue import forget
from tests.standing.source import ROOT
from trail.models import Event
from trail.sequence import signer

__all__ = ["_no_bell", "house"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("PICTURES", "")


def sign_in(page: Page, live_server: LiveServer, person: Person) -> None:
    page.set_viewport_size({"width": 1280, "height": 1000})
    browsing.sign_in(page, live_server.url, person.user.email)


def look(page: Page, name: str) -> None:
    """See that nothing stands in the way of anybody; keep a picture where PICTURES names a folder."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
    assert violations(page, "#main", ".rtbf") == []


def test_a_copy_for_a_customer(house: House, supervisor: Person, page: Page, live_server: LiveServer):
    sign_in(page, live_server, supervisor)
    page.goto(live_server.url + reverse("portal:dossiers"))
    look(page, "dossiers")
    page.get_by_label("Who? One identifier a line").fill("(202) 555-0147")
    follow(page.get_by_role("button", name="Put together"))
    expect(page.get_by_text("Being put together", exact=True)).to_be_visible()
    from jobs import runner

    runner.run_due()
    page.reload()
    look(page, "dossier")
    late = page.context.new_page()
    late.goto(page.url)
    with page.expect_download() as download:
        page.get_by_role("button", name="Fetch").click()
    archive = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert {"dossier.json", "dossier.xlsx", "LEFT-OUT.txt"} <= set(archive.namelist())
    assert ALICE_MAIL in archive.read("dossier.json").decode()
    assert "other people's identifiers" in archive.read("LEFT-OUT.txt").decode()
    follow(late.get_by_role("button", name="Fetch"))
    expect(late.get_by_text("This was fetched already")).to_be_visible()
    assert Disclosure.objects.get().customer == house.alice
    page.reload()
    expect(page.get_by_text("Fetched on")).to_be_visible()
    expect(page.get_by_role("button", name="Fetch")).to_have_count(0)
    run_all()
    assert Dossier.objects.get().blob is None


def test_the_certificate_of_a_request(house: House, supervisor: Person, page: Page, live_server: LiveServer, tmp_path):
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    assert request.state in (State.COMPLETED, State.EXCEPTIONS)
    assert places_of(ALICE_MAIL) == []
    sign_in(page, live_server, supervisor)
    page.goto(live_server.url + reverse("portal:request", args=[request.pk]))
    follow(page.get_by_role("link", name="Certificate", exact=True))
    expect(page.get_by_role("heading", name="From when on")).to_be_visible()
    look(page, "certificate")
    for form in ("PDF", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Download as {form}").click()
        kept = tmp_path / f"certificate.{form.lower()}"
        kept.write_bytes(Path(download.value.path()).read_bytes())
        command = [sys.executable, "-m", "rtbf.verify_certificate", str(kept), "--key", signer().verifier.vkey()]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (ended.returncode, request.reference in ended.stdout) == (0, True)
        page.goto(live_server.url + reverse("certificate-check"))
        page.get_by_label("Certificate, as JSON or PDF").set_input_files(kept)
        follow(page.get_by_role("button", name="Check"))
        expect(page.get_by_text("Genuine:")).to_be_visible()
        look(page, f"checked-{form}")
        page.goto(live_server.url + reverse("portal:certificate", args=[request.pk]))
    if PICTURES:
        (Path(PICTURES) / "certificate.pdf").write_bytes((tmp_path / "certificate.pdf").read_bytes())
    broken = tmp_path / "broken.json"
    broken.write_bytes(
        (tmp_path / "certificate.json").read_bytes().replace(b'"clean":', b'"clean" :', 1).replace(b"true", b"false", 1)
    )
    page.goto(live_server.url + reverse("certificate-check"))
    page.get_by_label("Certificate, as JSON or PDF").set_input_files(broken)
    follow(page.get_by_role("button", name="Check"))
    expect(page.get_by_role("alert")).to_contain_text("not as it was issued")
    look(page, "not-genuine")
    assert Event.objects.filter(action="certificate.downloaded").count() == 2
