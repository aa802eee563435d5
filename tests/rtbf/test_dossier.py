"""A person gets a copy of everything held about them, and nothing of others; it is fetched once and then gone."""

import io
import json
import struct
import tracemalloc
import wave
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

import retention.tasks  # noqa: F401 - registers the job
from accounts import roles
from customers.models import Disclosure
from interactions.models import Recording
from jobs.models import Job
from privacy import open as opening
from privacy.models import DoomedFile
from retention import nights
from rtbf.dossier.handing_out import build, fetch, raise_dossier, silence_first
from rtbf.dossier.spreadsheet import Sheet, workbook
from rtbf.dossier.streamed_zip import Entry, Source, zipped
from rtbf.dossier.terms import kept_until, until_from_now
from rtbf.errors import RequestError, TooLate
from rtbf.models import Dossier, DossierState, Right
from tests.conftest import make_person
from tests.looking import ALICE, ALICE_MAIL, BOB, places_of, without_ids
from tests.makers import make_customer, make_interaction, make_sound
from tests.rtbf.test_execution import run_all
from tests.rtbf.test_residue import forget
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = ["phone:(202) 555-0147"]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def built(supervisor, account, **how):
    dossier = raise_dossier(actor=supervisor.actor, account=account, identifiers=TYPED, **how)
    for _ in range(5):
        Job.objects.filter(kind="rtbf.dossier", status="queued").update(
            not_before=timezone.now() - timedelta(minutes=1)
        )
        from jobs import runner

        runner.run_due()
    dossier.refresh_from_db()
    return dossier


def unpacked(supervisor, dossier):
    return zipfile.ZipFile(io.BytesIO(b"".join(fetch(actor=supervisor.actor, dossier=dossier))))


def read(archive):
    return json.loads(archive.read("dossier.json"))


def cells(archive, sheet):
    book = zipfile.ZipFile(io.BytesIO(archive.read("dossier.xlsx")))
    names = [each.get("name") for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")]  # noqa: S314 - our own
    root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"))  # noqa: S314 - our own
    return [["".join(cell.itertext()) for cell in row] for row in root.iter(f"{MAIN}row")], root


def test_everything_of_alice_is_in_it(house, supervisor):
    dossier = built(supervisor, house.account)
    assert dossier.state == DossierState.READY
    archive = unpacked(supervisor, dossier)
    assert archive.testzip() is None
    told = read(archive)
    assert {(each["kind"], each["value"]) for each in told["identifiers"]} >= {("phone", ALICE), ("email", ALICE_MAIL)}
    assert len(told["calls"]) == 2
    assert {each["agent"] for each in told["calls"]} == {"agent 1", "agent 2"}
    assert any("call me at 202 555 0147" in each["text"] for each in told["transcripts"])
    assert told["analyses"]
    assert told["values"]
    assert {archive.read(name) for name in archive.namelist() if name.startswith("audio/")} == {
        b"alice canary sound", b"alice canary voice",
    }  # fmt: skip
    assert dossier.counts["calls"] == 2
    rows, _ = cells(archive, "Identifiers")
    assert ["phone", ALICE] in rows


def test_nothing_of_bob_is_in_it(house, supervisor):
    make_interaction(
        house.account, house.alice, phone=ALICE, comment=f"her brother has {BOB} she says",
        transcript=[("customer", "my brother has 202 555 0148 you know"), ("Linda Miller", "thank you")],
    )  # fmt: skip
    archive = unpacked(supervisor, built(supervisor, house.account))
    whole = archive.read("dossier.json").decode()
    assert "my brother has ████████████ you know" in whole
    assert "0148" not in without_ids(whole)
    assert "wife" not in whole
    assert "Linda" not in whole
    assert "mention" in archive.read("LEFT-OUT.txt").decode()
    assert read(archive)["left_out"]


def test_portability_holds_what_the_person_gave(house, supervisor):
    told = read(unpacked(supervisor, built(supervisor, house.account, right=Right.PORTABILITY)))
    assert (told["analyses"], told["comments"]) == ([], [])
    assert any("Art. 20" in each["because"] for each in told["left_out"])


def test_agents_are_named_when_asked(house, supervisor):
    told = read(unpacked(supervisor, built(supervisor, house.account, name_agents=True)))
    assert any("Linda" in each["agent"] for each in told["calls"])


def test_it_is_fetched_once_by_whom_it_is_for(house, supervisor, account):
    other = make_person("Sarah", account, roles.SUPERVISOR)
    dossier = built(supervisor, house.account, for_email="Sarah@example.com")
    with pytest.raises(RequestError, match="somebody else"):
        fetch(actor=supervisor.actor, dossier=dossier)
    assert Event.objects.filter(action="dossier.downloaded", outcome="refused").count() == 1
    assert zipfile.is_zipfile(io.BytesIO(b"".join(fetch(actor=other.actor, dossier=dossier))))
    with pytest.raises(TooLate):
        fetch(actor=other.actor, dossier=dossier)
    assert Event.objects.filter(action="dossier.downloaded", outcome="done").count() == 1


def test_who_fetched_a_copy_stands_in_the_register_and_in_the_next_copy(house, supervisor):
    first = built(supervisor, house.account)
    assert [because for _, because, _ in first.left_out if "searched for" in because]
    assert not any(kind == "dossier" for kind, _, _ in first.left_out)
    unpacked(supervisor, first)
    line = Disclosure.objects.get()
    assert (line.customer_id, line.record_id, line.case) == (house.alice.pk, first.pk, first.reference)
    (told,) = read(unpacked(supervisor, built(supervisor, house.account, name_agents=True)))["recipients"]
    assert told == {
        "at": line.at.isoformat(), "what": "copy made for the customer", "to": "a member of staff",
        "purpose": "right_of_access",
    }  # fmt: skip
    assert set(Disclosure.objects.values_list("customer_id", flat=True)) == {house.alice.pk}


def test_it_is_destroyed_when_it_was_fetched(house, supervisor):
    dossier = built(supervisor, house.account)
    blob = dossier.blob
    unpacked(supervisor, dossier)
    run_all()
    dossier.refresh_from_db()
    assert (dossier.state, dossier.blob, dossier.digests) == (DossierState.FETCHED, None, None)
    assert not opening.store().exists(blob)
    assert "rtbf.Dossier.typed" not in places_of("(202) 555-0147")


def test_what_nobody_fetched_goes_by_policy(house, supervisor, officer):
    dossier = built(supervisor, house.account)
    assert "rtbf.Dossier.typed" in places_of("(202) 555-0147")
    assert kept_until(dossier) == until_from_now(house.account) != ""
    Dossier.objects.update(ended_at=timezone.now() - timedelta(days=16))
    dossier.refresh_from_db()
    with pytest.raises(TooLate):
        fetch(actor=supervisor.actor, dossier=dossier)
    run = nights.begin(house.account, actor=officer.actor)
    nights.confirm_run(actor=officer.actor, run=run, typed="1")
    run_all()
    dossier.refresh_from_db()
    run.refresh_from_db()
    assert (dossier.state, dossier.blob, dossier.digests) == (DossierState.EXPIRED, None, None)
    assert run.counts == {"dossier": {"due": 1, "disposed": 1, "deferred": 0}}
    assert Event.objects.filter(action="dossier.expired", record_id=str(dossier.pk)).count() == 1


def test_forgetting_takes_it_along(house, supervisor):
    dossier = built(supervisor, house.account)
    request = forget(supervisor, house.account)
    assert request.items.filter(label="rtbf.Dossier").exists()
    run_all()
    dossier.refresh_from_db()
    assert dossier.blob is None
    assert places_of(ALICE_MAIL) == []


def test_it_is_put_together_once(house, supervisor):
    dossier = built(supervisor, house.account)
    build(dossier, actor=supervisor.actor, progress=lambda done, total=None: None)
    assert Event.objects.filter(action="dossier.prepared").count() == 1


def test_a_damaged_record_stops_it(house, supervisor):
    sound = Recording.objects.get(interaction=house.alices[0])
    opening.store().delete(sound.blob)
    dossier = built(supervisor, house.account)
    assert dossier.state == DossierState.FAILED
    assert Event.objects.filter(action="dossier.prepared", outcome="failed").count() == 1


def test_who_has_no_right_gets_nothing(house, agent, auditor, stranger):
    for person in (agent, auditor, stranger):
        with pytest.raises(Refused):
            raise_dossier(actor=person.actor, account=house.account, identifiers=TYPED)


def test_shared_identifiers_name_nobody(house, supervisor):
    make_customer(house.account, phone=ALICE)
    with pytest.raises(RequestError, match="nobody for certain"):
        raise_dossier(actor=supervisor.actor, account=house.account, identifiers=TYPED)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "<b>&amp;", "a\x00b\ud800", "x" * 40_000])
def test_no_cell_is_a_formula(text):
    data = b"".join(workbook([Sheet("One", ["=head"], [[text]])]))
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    root = ElementTree.fromstring(sheet)  # noqa: S314 - our own
    assert {cell.get("t") for cell in root.iter(f"{MAIN}c")} == {"inlineStr"}
    assert not list(root.iter(f"{MAIN}f"))
    values = ["".join(cell.itertext()) for cell in root.iter(f"{MAIN}c")]
    assert len(values[1]) <= 32_767
    assert values[1][:2] == text[:2].replace("\x00", "\ufffd")


def test_the_agents_side_is_silenced(house, supervisor):
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((2, 2, 8_000, 0, "NONE", ""))
        sound.writeframes(struct.pack("<4h", 100, 200, 300, 400) * 1_000)
    Recording.objects.filter(interaction=house.alices[0]).delete()
    row = make_sound(house.alices[0], Recording, out.getvalue())
    Recording.objects.filter(pk=row.pk).update(audio={**row.audio, "channels": 2, "frames": 2_000})
    archive = unpacked(supervisor, built(supervisor, house.account, silence_others=True))
    (name,) = [name for name in archive.namelist() if "recording" in name]
    with wave.open(io.BytesIO(archive.read(name))) as sound:
        assert sound.getnframes() == 2_000
        assert struct.unpack("<4h", sound.readframes(2)) == (0, 200, 0, 400)


@pytest.mark.parametrize("size", [1, 3, 44, 45, 46, 47, 4096])
def test_silencing_holds_however_the_sound_is_cut(size):
    data = bytes(range(44)) + struct.pack("<6h", 1, 2, 3, 4, 5, 6)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(silence_first(iter(pieces))) == data[:44] + struct.pack("<6h", 0, 2, 0, 4, 0, 6)


def test_one_voice_in_one_channel_is_left_out_when_the_other_is_to_be_silent(house, supervisor):
    archive = unpacked(supervisor, built(supervisor, house.account, silence_others=True))
    assert not any("recording" in name for name in archive.namelist())
    assert any("one channel" in each["note"] for each in read(archive)["audio"])
    assert "- recording (1): both voices stand in one channel" in archive.read("LEFT-OUT.txt").decode()
    made = Dossier.objects.get()
    assert made.counts["audio"] == 1, "the voicemail alone"
    assert any("one channel" in because for _, because, _ in made.left_out)


def test_packing_takes_no_more_memory_than_a_piece():
    piece = b"\x5a" * (1 << 20)
    source = Source(zipped([Entry("a.wav", (piece for _ in range(200)), packed=False)]))
    tracemalloc.start()
    total = 0
    while data := source.read(1 << 16):
        total += len(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > 200 << 20
    assert peak < 16 << 20


def test_a_copy_with_much_sound_takes_no_more_memory_than_a_few_pieces(house, supervisor, client_of):
    """From the sealed recordings to the browser: put together by the job, fetched through the page."""
    for _ in range(3):
        make_interaction(house.account, house.alice, phone=ALICE, recording=bytes(8 << 20))
    dossier = raise_dossier(actor=supervisor.actor, account=house.account, identifiers=TYPED)
    tracemalloc.start()
    build(dossier, actor=supervisor.actor, progress=lambda *_: None)
    answer = client_of(supervisor).post(f"/dossiers/{dossier.pk}/fetch/")
    size = sum(len(piece) for piece in answer.streaming_content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 24 << 20
    assert peak < 16 << 20


def test_the_pages(house, supervisor, client_of, stranger):
    client = client_of(supervisor)
    assert client.post("/dossiers/", {"identifiers": "name:Alice"}).status_code == 422
    answer = client.post("/dossiers/", {"identifiers": TYPED[0], "right": "access"})
    dossier = Dossier.objects.get()
    assert answer.url == f"/dossiers/{dossier.pk}/"
    assert b"being put together" in client.get(answer.url).content
    run_all_but_end()
    assert b"Fetch (" in client.get(answer.url).content
    assert client_of(stranger).get(answer.url).status_code == 404
    fetched = client.post(f"/dossiers/{dossier.pk}/fetch/")
    assert zipfile.is_zipfile(io.BytesIO(b"".join(fetched.streaming_content)))
    assert client.post(f"/dossiers/{dossier.pk}/fetch/").status_code == 302
    assert dossier.reference.encode() in client.get("/dossiers/").content
    assert DoomedFile.objects.count() == 0


def run_all_but_end():
    from jobs import runner

    Job.objects.filter(kind="rtbf.dossier").update(not_before=timezone.now() - timedelta(minutes=1))
    runner.run_due()
