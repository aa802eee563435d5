"""The pages around a request: evidence comes in and goes out safely, odd addresses break nothing."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import roles
from rtbf.cases.letters import prepare_letter, print_letter
from rtbf.models import Evidence, Request
from rtbf.requests.lifecycle import plan_request
from tests.conftest import make_person
from tests.looking import ALICE
from tests.makers import make_customer, make_interaction

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(house, supervisor) -> Request:
    return plan_request(actor=supervisor.actor, account=house.account, identifiers=[ALICE])


def attach(client, request, content, name="pass.pdf"):
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(f"/requests/{request.pk}/case/evidence/", {"file": file}, follow=True).content.decode()


def test_evidence_is_a_download_and_never_a_page(asked, supervisor, client_of):
    client = client_of(supervisor)
    page = attach(client, asked, b"%PDF-<script>alert(1)</script>", 'x"><script>.html')
    assert "<script>alert" not in page
    answer = client.get(f"/requests/{asked.pk}/case/evidence/{Evidence.objects.get().pk}/")
    assert answer.content == b"%PDF-<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert answer["Content-Disposition"].endswith('.pdf"')
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)
    assert client.get(f"/requests/{asked.pk}/case/evidence/{uuid.uuid4()}/").status_code == 404


def test_letters_and_certificates_stand_in_the_history_of_a_request(asked, supervisor, client_of):
    letter = prepare_letter(
        actor=supervisor.actor, request=asked, kind="acknowledge", to="", subject="canary", body="canary"
    )
    page = f"/requests/{asked.pk}/"
    assert "Letter: Acknowledgement" not in client_of(supervisor).get(page).content.decode()
    print_letter(actor=supervisor.actor, letter=letter)
    asked.certificates.create(version=1, issued_at=timezone.now(), is_clean=True, final=False, facts="", document="{}")
    shown = client_of(supervisor).get(page).content.decode()
    assert "Letter: Acknowledgement · Printed" in shown
    assert "Certificate, version 1" in shown
    assert "canary" not in shown


@pytest.mark.parametrize("content", [b"<html>", b"%PDF-" + b"0" * 6_000_000])
def test_odd_files_end_in_a_sentence(asked, supervisor, client_of, content):
    assert "Nothing was attached" in attach(client_of(supervisor), asked, content)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "query", ["page=0", "page=99999", "page=-1", "page=x", "kind='--", "action=<script>", "page=" + "9" * 50]
)
def test_odd_filters_show_a_page(asked, supervisor, client_of, query):
    answer = client_of(supervisor).get(f"/requests/{asked.pk}/plan/?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()


def test_the_form_offers_other_accounts_of_the_same_person(house, supervisor, other_account, client_of):
    make_person("Susan", other_account, roles.SUPERVISOR)
    make_interaction(other_account, make_customer(other_account, phone=ALICE), phone=ALICE)
    client = client_of(supervisor)
    client.get("/select/")
    client.post("/switch/", {"membership": str(supervisor.membership.pk)})
    form = {"identifiers": ALICE, "request_id": str(uuid.uuid4()), "accounts": [str(other_account.pk)]}
    page = client.post("/forget/", form, follow=True).content.decode()
    assert set(Request.objects.values_list("account__name", flat=True)) == {"Harper Valley", "Far Away"}
    assert "Also in Far Away" in page


def test_an_account_of_somebody_else_is_not_asked(house, supervisor, other_account, client_of):
    make_interaction(other_account, make_customer(other_account, phone=ALICE), phone=ALICE)
    form = {"identifiers": ALICE, "request_id": str(uuid.uuid4()), "accounts": [str(other_account.pk), "x"]}
    client_of(supervisor).post("/forget/", form)
    assert Request.objects.get().account == house.account


def test_a_changed_plan_says_so_on_its_page(house, asked, supervisor, client_of):
    make_interaction(house.account, house.alice, phone=ALICE)
    client = client_of(supervisor)
    assert "The plan has changed since it was made" in client.get(f"/requests/{asked.pk}/").content.decode()
    page = client.post(f"/requests/{asked.pk}/confirm/", {"word": "FORGET"}, follow=True).content.decode()
    assert "Look at the new plan and confirm it" in page
    assert "The plan has changed since it was made" not in client.get(f"/requests/{asked.pk}/").content.decode()
