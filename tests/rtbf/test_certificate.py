"""A request ends with a certificate that tells the truth, and that nobody can change unnoticed."""

import base64
import copy
import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import roles
from config import checking
from jobs.key_care import renew, rotate_root
from jobs.models import Job
from privacy.keyring.models import Destroyed
from privacy.models import IndexKey
from rtbf.models import Certificate, Request, State
from rtbf.proof.certificate import issue, newest, unfinished
from rtbf.proof.certificate_picture import picture
from rtbf.proof.moments import moments_of
from rtbf.tasks import certify_when_due
from rtbf.verify_certificate import KIND, MOST_BYTES, PICTURE, NotGenuine, check, main
from tests.conftest import make_person
from tests.looking import ALICE, CANARIES
from tests.makers import make_customer
from tests.retention.test_holds import hold
from tests.rtbf.test_execution import run_all
from tests.rtbf.test_residue import forget
from tests.standing.source import ROOT
from trail.actor import Actor
from trail.checkpoint import Signer
from trail.models import Event
from trail.sequence import signer

pytestmark = pytest.mark.django_db(transaction=True)
SHELL = Actor.shell("root")


@pytest.fixture
def certified(house, supervisor, valkey):
    """The request that forgot Alice, its certificate issued."""
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    return request


def said(request):
    return json.loads(newest(request).document)["certificate"]


def index_key_rotated(request, *, switched):
    """Let a rotation have switched `switched` after the request ended, ten minutes ago, and be over since."""
    ended = timezone.now() - timedelta(minutes=10)
    Request.objects.filter(pk=request.pk).update(finished_at=ended)
    moments = {"switched_at": ended + switched, "settled_at": ended + timedelta(minutes=3)}
    IndexKey.objects.update_or_create(pk=request.account_id, defaults={"generation": 1, **moments})


def test_it_states_what_became_of_the_request(certified):
    told = said(certified)
    assert told["clean"] is True
    assert told["search"]["not_searched"] == []
    assert {"kind": "recording", "action": "delete", "outcome": "done", "number": 1} in told["records"]
    assert told["statistics"]["equal"] is True
    assert told["statistics"]["before_own"]["figures"]["calls"] == 2
    assert told["moments"]["unreadable_at"]
    assert told["moments"]["keys"] > 5
    assert told["final"] is False
    actions = {json.loads(each["text"])["action"] for each in told["log"]["entries"]}
    assert {"request.planned", "request.confirmed", "request.completed", "erasure.decided"} <= actions
    assert not any(canary in newest(certified).document for canary in CANARIES)
    assert check(newest(certified).document.encode(), key=signer().verifier.vkey()).entries == len(
        told["log"]["entries"]
    )


def test_it_is_issued_once_until_a_moment_becomes_known(certified, supervisor):
    assert issue(certified, actor=supervisor.actor).version == 1
    assert said(certified)["moments"]["keys_unrecoverable_at"] is None
    renew(actor=SHELL)
    Destroyed.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert issue(certified, actor=supervisor.actor).version == 2
    assert said(certified)["moments"]["keys_unrecoverable_at"]
    assert said(certified)["moments"]["root_rotated_at"] is None
    rotate_root(actor=SHELL)
    index_key_rotated(certified, switched=timedelta(minutes=1))
    assert certified in unfinished()
    certify_when_due()
    certify_when_due()
    assert Job.objects.filter(kind="rtbf.certify", status="queued").count() == 1
    run_all()
    last = newest(certified)
    assert (last.version, last.final) == (3, True)
    assert unfinished() == []
    assert json.loads(last.document)["certificate"]["replaces"]
    assert Event.objects.filter(action="certificate.issued").count() == 3


def test_a_rotation_before_the_keys_were_gone_does_not_count(certified, supervisor):
    rotate_root(actor=SHELL)
    renew(actor=SHELL)
    Destroyed.objects.update(at=timezone.now() + timedelta(minutes=5))
    issue(certified, actor=supervisor.actor)
    assert said(certified)["moments"]["root_rotated_at"] is None


@pytest.mark.parametrize(("minutes", "unlinkable"), [(-1, False), (1, True)])
def test_a_rotation_counts_that_switched_after_the_erasure(certified, supervisor, minutes, unlinkable):
    index_key_rotated(certified, switched=timedelta(minutes=minutes))
    certified.refresh_from_db()
    assert (moments_of(certified).unlinkable is not None) is unlinkable


def test_with_a_hold_it_names_the_ground_and_is_not_clean(house, supervisor, officer):
    hold(officer, house.account, house.alices[0])
    request = forget(supervisor, house.account)
    run_all()
    request.refresh_from_db()
    assert request.state == State.EXCEPTIONS
    told = said(request)
    assert told["clean"] is False
    assert any(each["ground"].startswith("Art. 17(3)(e)") for each in told["kept"])
    assert told["search"]["left"] == 0
    assert told["search"]["kept"] > 0


def test_without_the_queue_it_is_not_clean(house, supervisor, monkeypatch):
    monkeypatch.setattr(settings, "BROKER_URL", "unix:///nowhere?db=0")
    request = forget(supervisor, house.account)
    run_all()
    told = said(request)
    assert told["clean"] is False
    assert told["search"]["not_searched"] == ["queue"]


def changed(document, change):
    whole = copy.deepcopy(json.loads(document))
    change(whole)
    return json.dumps(whole, ensure_ascii=False).encode()


def swap_path(whole):
    entry = whole["certificate"]["log"]["entries"][0]
    entry["position"] += 1


CHANGES = {
    "a claim": lambda whole: whole["certificate"].update(clean=not whole["certificate"]["clean"]),
    "a number": lambda whole: whole["certificate"]["records"][0].update(number=0),
    "an entry": lambda whole: whole["certificate"]["log"]["entries"].pop(),
    "a place": swap_path,
    "more": lambda whole: whole.update(more=1),
    "the signature": lambda whole: whole["signature"].update(ed25519="AAAA"),
    "no base64": lambda whole: whole["signature"].update(ed25519="%"),
    "the key": lambda whole: whole["signature"].update(key=Signer(b"x" * 32).verifier.vkey()),
    "no request": lambda whole: whole["certificate"].pop("request"),
    "a list": lambda whole: whole.update(certificate=[]),
}


def test_any_change_is_seen(certified):
    document = newest(certified).document
    assert check(changed(document, lambda whole: None))
    assert [name for name, change in CHANGES.items() if is_genuine(changed(document, change))] == []


def is_genuine(document):
    try:
        check(document)
    except NotGenuine:
        return False
    return True


def resigned(document, own, change):
    whole = json.loads(document)
    change(whole)
    from base64 import b64encode

    from rtbf.verify_certificate import KIND
    from trail.canonical import canonical

    signed = b64encode(own.sign_statement(KIND, canonical(whole["certificate"]))).decode()
    whole["signature"] = {"key": own.verifier.vkey(), "ed25519": signed}
    return json.dumps(whole).encode()


def test_an_entry_that_is_not_in_the_log_is_seen_even_when_signed(certified):
    def invent(whole):
        entry = whole["certificate"]["log"]["entries"][0]
        entry["text"] = entry["text"].replace("request.", "request_.")

    with pytest.raises(NotGenuine, match="does not stand"):
        check(resigned(newest(certified).document, signer(), invent))


def test_another_key_is_refused_when_the_right_one_is_given(certified):
    forged = resigned(newest(certified).document, Signer(b"y" * 32), lambda whole: whole["certificate"]["log"].update(
        checkpoints=[], entries=[]))  # fmt: skip
    assert check(forged).clean
    with pytest.raises(NotGenuine, match="not with the key given"):
        check(forged, key=signer().verifier.vkey())


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"%PDF-1.4 nothing", b'{"certificate":1}',
                                  b'{"a":1,"a":2}', b"[" * 100_000, b"x" * (MOST_BYTES + 1)])  # fmt: skip
def test_junk_is_no_certificate(junk):
    with pytest.raises(NotGenuine):
        check(junk)


def test_what_anybody_can_write_or_sign_ends_in_a_sentence():
    other = Signer(b"y" * 32)
    named = other.verifier.vkey()
    endless = f'{{"certificate":{{"type":"{KIND}","x":1e400}},"signature":{{"key":"{named}","ed25519":"AAAA"}}}}'
    drawn = b"%PDF-1.4 /Keywords (lethe RTBF-1 first now clean final)"
    signature = base64.b64encode(other.sign_statement(PICTURE, drawn))
    for odd in (endless.encode(), drawn + b"\n%lethe " + named.encode() + b" " + signature + b"\n"):
        with pytest.raises(NotGenuine, match="not a certificate"):
            check(odd)


def test_the_picture_is_signed_as_a_whole(certified):
    drawn = picture(newest(certified), check_url="https://lethe.example/certificates/check/")
    found = check(drawn, key=signer().verifier.vkey())
    assert (found.reference, found.version, found.clean, found.is_picture) == (certified.reference, 1, True, True)
    for broken in (drawn[:-40], drawn + b" ", drawn.replace(b"Certificate", b"Certificaat", 1)):
        with pytest.raises(NotGenuine):
            check(broken)


def test_the_verifier_needs_no_house(certified, tmp_path):
    (tmp_path / "c.json").write_text(newest(certified).document)
    (tmp_path / "key").write_text(signer().verifier.vkey())
    command = [sys.executable, "-m", "rtbf.verify_certificate", str(tmp_path / "c.json")]
    bare = {"PATH": os.environ["PATH"]}
    ended = subprocess.run(
        [*command, "--key", str(tmp_path / "key")], cwd=ROOT, env=bare, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Genuine" in ended.stdout
    assert (
        "Compare this key"
        in subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False).stdout
    )


def test_the_verifier_ends_with_1(tmp_path, capsys):
    (tmp_path / "c.json").write_text("{}")
    assert main([str(tmp_path / "c.json")]) == 1
    assert main([str(tmp_path / "nothing")]) == 1
    assert "Not genuine" in capsys.readouterr().out


def test_the_pages(certified, supervisor, client_of, account):
    client = client_of(supervisor)
    shown = client.get(f"/requests/{certified.pk}/certificate/")
    assert b"equal to the last digit" in shown.content
    found = {form: client.get(f"/requests/{certified.pk}/certificate/1.{form}") for form in ("json", "pdf")}
    assert check(found["json"].content).clean
    assert check(found["pdf"].content).is_picture
    assert "attachment" in found["pdf"]["Content-Disposition"]
    assert client.get(f"/requests/{certified.pk}/certificate/9.json").status_code == 404
    assert client.get(f"/requests/{certified.pk}/certificate/1.exe").status_code == 404
    assert Event.objects.filter(action="certificate.downloaded").count() == 2
    for name, content, status in (("c.json", found["json"].content, 200), ("c.pdf", found["pdf"].content, 200),
                                  ("x.json", b"{}", 422)):  # fmt: skip
        answer = client.post("/certificates/check/", {"certificate": SimpleUploadedFile(name, content)})
        assert answer.status_code == status
    assert client.post("/certificates/check/").status_code == 422
    agent = make_person("Pat", account, roles.AGENT, extension="2046")
    assert client_of(agent).get(f"/requests/{certified.pk}/certificate/1.json").status_code == 403


def test_the_page_says_in_words_what_a_hold_kept(house, supervisor, officer, valkey, client_of):
    hold(officer, house.account, house.alices[0])
    request = forget(supervisor, house.account)
    run_all()
    page = client_of(supervisor).get(f"/requests/{request.pk}/certificate/").content.decode()
    assert "1 data value: Art. 17(3)(e)" in page
    assert " × " not in page


def test_whoever_holds_a_certificate_checks_it_without_a_sign_in_and_leaves_nothing(certified, client, caplog):
    """A QR code on the paper leads here: who was forgotten, or their lawyer, is no member."""
    document = newest(certified).document.encode()
    other = document.replace(b'"clean":true', b'"clean":false')
    before = Event.objects.count()
    for content, status, says in ((document, 200, "Genuine"), (other, 422, "not as it was issued"), (b"x", 422, "")):
        answer = client.post("/certificates/check/", {"certificate": SimpleUploadedFile("c.json", content)})
        assert (answer.status_code, says in answer.content.decode()) == (status, True)
    assert "sessionid" not in client.cookies
    assert Event.objects.count() == before
    assert certified.reference not in caplog.text


def test_a_large_file_is_refused_and_too_many_wait(certified, client, monkeypatch):
    large = SimpleUploadedFile("c.json", b"{" * (MOST_BYTES + 1))
    assert client.post("/certificates/check/", {"certificate": large}).status_code == 422
    monkeypatch.setattr(checking, "CHECKS", 2)
    assert [client.post("/certificates/check/").status_code for _ in range(2)] == [422, 429]
    assert client.get("/certificates/check/").status_code == 200
    assert client.post("/certificates/check/", REMOTE_ADDR="203.0.113.9").status_code == 422


def test_a_stranger_sees_no_certificate(certified, stranger, client_of):
    client = client_of(stranger)
    for path in ("certificate/", "certificate/1.json", "certificate/1.pdf"):
        assert client.get(f"/requests/{certified.pk}/{path}").status_code == 404


def test_an_open_request_has_none(house, supervisor, client_of):
    request = forget(supervisor, house.account)
    assert issue(request, actor=supervisor.actor) is None
    assert b"There is no certificate yet" in client_of(supervisor).get(f"/requests/{request.pk}/certificate/").content
    assert not Certificate.objects.exists()
    assert make_customer(house.account, phone=ALICE).pk
