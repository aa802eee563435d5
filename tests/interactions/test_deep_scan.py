"""A deep scan finds what the index lacks, adds it once, and can be killed, cancelled and refused."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from customers.effort import MOST_READINGS
from customers.identifiers import Kind
from interactions import rereading, scanning
from interactions.models import Comment, DeepScan, Mention, ScanFinding, Transcription
from interactions.redaction import redact_passages
from interactions.scanning import cancel_scan, found_since, job_of, run_scan, start_scan
from jobs import runner
from jobs.errors import Cancelled
from jobs.models import Status
from privacy.erasure import erase
from privacy.keyring.ring import KeyLost
from tests.looking import ALICE, BOB, without_ids
from tests.makers import give_identifier, make_agent, make_customer, make_interaction
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
SPOKEN = "it is two oh two five five five oh one four seven"


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    """No queue runs here; the rows alone decide what is done."""
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)
    import interactions.tasks  # noqa: F401 - registers the job


@pytest.fixture
def bobs(account):
    """A call of Bob's in which Alice's number is said, written and noted."""
    make_customer(account, phone=ALICE, name="Alice Brown", customer_id="CUST-1001")
    bob = make_customer(account, phone=BOB, name="Bob Stone")
    return make_interaction(
        account, bob, agent=make_agent(account), transcript=[("agent", "whose number"), ("customer", SPOKEN)],
        comment="neighbour has 202-555-0147", values={"other": "CUST-1001"},
    )  # fmt: skip


def scan(actor, account) -> DeepScan:
    begun = start_scan(actor=actor, account=account)
    assert begun.job_id
    assert runner.run(begun.job_id)
    begun.refresh_from_db()
    return begun


def marks() -> list[tuple]:
    rows = Mention.objects.values_list("transcription_id", "comment_id", "value_id", "kind", "digest", "parts")
    return sorted((str(a), str(b), str(c), kind, bytes(index), str(parts)) for a, b, c, kind, index, parts in rows)


def test_what_the_index_lacks_is_added_once_and_told_by_ids(account, bobs, officer):
    whole = marks()
    assert len(whole) >= 4
    Mention.objects.exclude(value=None).delete()
    Mention.objects.exclude(transcription=None).delete()
    lost = len(whole) - Mention.objects.count()
    found = scan(officer.actor, account)
    assert set(whole) <= set(marks())
    assert sum(found.found.values()) == found.findings.count() >= lost
    assert {each.label for each in found.findings.all()} == {
        "interactions.Transcription", "interactions.DataSourceValue",
    }  # fmt: skip
    assert (found.texts_read, found.texts_total, job_of(found).status) == (3, 3, Status.DONE)
    again = scan(officer.actor, account)
    assert (again.found, again.texts_read) == ({}, 3)


def test_a_find_has_its_time_in_the_sound(account, bobs, officer):
    Mention.objects.exclude(transcription=None).delete()
    scan(officer.actor, account)
    assert Mention.objects.filter(kind=Kind.PHONE).exclude(transcription=None).get().start_ms == 4_000


def test_a_name_learned_later_counts_where_another_sign_stands(account, officer):
    bob = make_customer(account, phone=BOB, name="Bob Stone")
    agent = make_agent(account)
    near = make_interaction(account, bob, agent=agent, transcript=[("customer", "ask for will hope " + SPOKEN)])
    far = make_interaction(account, bob, agent=agent, transcript=[("customer", "ask for will hope")])
    will = make_customer(account, phone=ALICE, name="Will Hope")
    index = bytes(will.identifiers.get(kind=Kind.NAME).digest)
    assert not Mention.objects.filter(digest=index, transcription__interaction=far).exists()
    scan(officer.actor, account)
    named = Mention.objects.filter(kind=Kind.NAME, digest=index)
    assert {each.transcription.interaction_id for each in named} == {near.pk}
    assert [0, 8, 17] in [part for each in named for part in each.parts]
    assert far.transcriptions.exists()


def test_two_people_of_one_name_stay_two(account, officer):
    other = make_customer(account, phone=BOB, name="Alice Brown")
    make_customer(account, phone=ALICE, name="Alice Brown")
    make_interaction(account, other, transcript=[("customer", "alice brown here, my namesake has " + SPOKEN)])
    before = Mention.objects.filter(kind=Kind.NAME).count()
    assert "name" not in scan(officer.actor, account).found
    assert Mention.objects.filter(kind=Kind.NAME).count() == before


def test_numbers_left_out_at_the_door_are_read(account, officer, monkeypatch):
    monkeypatch.setattr(rereading.Effort.__init__, "__defaults__", (5,))
    text = "\n".join(f"202-555-01{number:02}" for number in range(40))
    make_interaction(account, make_customer(account, phone=BOB), comment=text)
    assert Mention.objects.filter(kind=Kind.PHONE).count() == 5
    assert MOST_READINGS > 40
    assert scan(officer.actor, account).found["phone"] == 35


def test_a_scan_that_is_killed_goes_on_and_doubles_nothing(account, bobs, officer, monkeypatch):
    whole = set(marks())
    Mention.objects.all().delete()
    monkeypatch.setattr(scanning, "AT_ONCE", 1)
    begun = start_scan(actor=officer.actor, account=account)
    steps = []

    def die(done, total=None):
        steps.append(done)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scan(begun.pk, actor=officer.actor, progress=die)
    begun.refresh_from_db()
    assert (begun.texts_read, begun.finished_at) == (1, None)
    run_scan(begun.pk, actor=officer.actor, progress=lambda done, total=None: None)
    begun.refresh_from_db()
    assert begun.texts_read == 3
    assert whole <= set(marks())
    assert len(marks()) == len(set(marks())) == ScanFinding.objects.count()
    run_scan(begun.pk, actor=officer.actor, progress=lambda done, total=None: None)
    assert ScanFinding.objects.count() == len(marks())


def test_a_scan_can_be_cancelled_and_another_begins(account, bobs, officer):
    begun = start_scan(actor=officer.actor, account=account)
    assert start_scan(actor=officer.actor, account=account) == begun
    assert cancel_scan(actor=officer.actor, scan=begun)
    assert not cancel_scan(actor=officer.actor, scan=begun)
    assert job_of(begun).status == Status.CANCELLED
    assert start_scan(actor=officer.actor, account=account) != begun


def test_what_was_found_until_a_cancellation_stays(account, bobs, officer, monkeypatch):
    Mention.objects.all().delete()
    monkeypatch.setattr(scanning, "AT_ONCE", 1)
    begun = start_scan(actor=officer.actor, account=account)

    def stop(done, total=None):
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_scan(begun.pk, actor=officer.actor, progress=stop)
    assert Mention.objects.count() == ScanFinding.objects.count() > 0


def test_what_was_redacted_does_not_come_back(account, bobs, officer, monkeypatch):
    Mention.objects.all().delete()
    comment = Comment.objects.get()
    genuine = rereading.Reader.read

    def redacted_meanwhile(self, rows):
        reading = genuine(self, rows)
        if rows and isinstance(rows[0], Comment):
            redact_passages(comment, [[0, 14, 26]], actor=officer.actor, ground="test")
        return reading

    monkeypatch.setattr(rereading.Reader, "read", redacted_meanwhile)
    scan(officer.actor, account)
    assert not Mention.objects.exclude(comment=None).exists()
    assert Mention.objects.exclude(transcription=None).exists()


def test_what_was_erased_meanwhile_gets_no_mention(account, bobs, officer, monkeypatch):
    Mention.objects.all().delete()
    transcript = Transcription.objects.get()
    genuine = rereading.Reader.read

    def erased_meanwhile(self, rows):
        reading = genuine(self, rows)
        if rows and isinstance(rows[0], Transcription):
            erase([transcript], actor=officer.actor, ground="test")
        return reading

    monkeypatch.setattr(rereading.Reader, "read", erased_meanwhile)
    scan(officer.actor, account)
    assert not Mention.objects.exclude(transcription=None).exists()
    assert Mention.objects.exclude(comment=None).exists()


def test_a_text_nobody_can_open_is_counted_and_stops_nothing(account, bobs, officer, monkeypatch):
    Mention.objects.all().delete()
    genuine, broken = rereading.open_rows, Comment.objects.get().pk

    def open_rows(rows, *names, warrant):
        if any(row.pk == broken for row in rows):
            raise KeyLost("gone")
        return genuine(rows, *names, warrant=warrant)

    monkeypatch.setattr(rereading, "open_rows", open_rows)
    found = scan(officer.actor, account)
    assert (found.unreadable, found.texts_read) == (1, 3)
    assert Mention.objects.exclude(transcription=None).exists()


def test_a_plan_made_before_can_be_told_what_it_lacks(account, bobs, officer):
    Mention.objects.exclude(comment=None).delete()
    found = scan(officer.actor, account)
    assert found_since(account.pk, found.asked_at).filter(kind=Kind.PHONE).get().comment == Comment.objects.get()
    assert not found_since(account.pk, found.finished_at).exists()


def test_each_run_is_on_record_and_holds_nobody(account, bobs, officer):
    found = scan(officer.actor, account)
    actions = list(Event.objects.filter(record_id=str(found.pk)).values_list("action", "purpose"))
    assert {("scan.started", ""), ("texts.scanned", "deep_scan"), ("scan.completed", "")} <= set(actions)


def test_another_account_is_not_read(account, other_account, bobs, officer):
    make_interaction(other_account, make_customer(other_account, phone=BOB), comment="call +12025550147")
    Mention.objects.all().delete()
    assert scan(officer.actor, account).texts_read == 3
    assert set(Mention.objects.values_list("account_id", flat=True)) == {account.pk}


def test_only_officers_and_supervisors_may(account, bobs, agent, auditor, administrator, stranger, supervisor):
    for person in (agent, auditor, administrator, stranger):
        with pytest.raises(Refused):
            start_scan(actor=person.actor, account=account)
    begun = start_scan(actor=supervisor.actor, account=account)
    supervisor.membership.active = False
    supervisor.membership.save()
    runner.run(begun.job_id)
    assert (job_of(begun).status, DeepScan.objects.get().finished_at) == (Status.FAILED, None)


class TestPages:
    def test_start_look_and_cancel(self, account, bobs, officer, client_of):
        client = client_of(officer)
        Mention.objects.exclude(comment=None).delete()
        assert "No deep scan yet" in client.get(reverse("portal:scans")).content.decode()
        answer = client.post(reverse("portal:scan-start"), follow=True)
        assert "Waiting for a worker" in answer.content.decode()
        begun = DeepScan.objects.get()
        assert client.get(reverse("portal:scan-progress", args=[begun.pk])).json()["running"] is True
        runner.run(begun.job_id)
        shown = client.get(reverse("portal:scan", args=[begun.pk])).content.decode()
        assert "1 × phone" in shown
        assert str(Comment.objects.get().pk) in shown
        assert "202-555" not in shown
        assert client.post(reverse("portal:scan-cancel", args=[begun.pk])).status_code == 302

    def test_a_supervisor_is_led_to_the_call(self, account, bobs, supervisor, officer, client_of):
        Mention.objects.exclude(comment=None).delete()
        begun = scan(supervisor.actor, account)
        address = reverse("portal:interaction", args=[bobs.pk])
        page = reverse("portal:scan", args=[begun.pk])
        assert address in client_of(supervisor).get(page).content.decode()
        assert address not in client_of(officer).get(page).content.decode()


class TestCommand:
    def told(self, *arguments, **options):
        out = io.StringIO()
        call_command("deep_scan", *arguments, stdout=out, **options)
        return out.getvalue()

    def test_counts_and_ids_as_json(self, account, bobs, officer):
        Mention.objects.exclude(comment=None).delete()
        said = self.told("--json", "--wait", account=account.name, actor=officer.user.email)
        report = json.loads(said)
        assert report["finished"] is True
        assert report["found"]["phone"] == 1
        assert {row["id"] for row in report["rows"]} == {str(Comment.objects.get().pk)}
        assert "0147" not in without_ids(said)

    def test_in_words(self, account, bobs, officer):
        assert "queued" in self.told(account=account.name, actor=officer.user.email)
        assert "3 texts read" in self.told("--wait", account=account.name, actor=officer.user.email)

    def test_who_may_not_is_told(self, account, agent):
        with pytest.raises(CommandError, match="Nothing was done"):
            self.told(account=account.name, actor=agent.user.email)


def test_an_identifier_given_later_leads_to_a_name(account, officer):
    """A name is looked for by whoever carries the sign now, not by whoever did when the text came in."""
    bob = make_customer(account, phone=BOB)
    make_interaction(account, bob, comment="may grant: 202-555-0147")
    late = make_customer(account, name="May Grant")
    give_identifier(late, Kind.PHONE, ALICE)
    scan(officer.actor, account)
    assert Mention.objects.filter(kind=Kind.NAME, digest=late.identifiers.get(kind=Kind.NAME).digest).exists()


def test_part_of_a_name_counts_only_beside_the_sign(account, officer):
    bob = make_customer(account, phone=BOB)
    wilma = make_customer(account, phone=ALICE, name="Wilma Hope")
    make_interaction(
        account, bob, comment="wilma: 202-555-0147",
        transcript=[("customer", "so wilma hope told me"), ("agent", "another wilma works here")],
    )  # fmt: skip
    scan(officer.actor, account)
    named = Mention.objects.filter(kind=Kind.NAME, digest=wilma.identifiers.get(kind=Kind.NAME).digest)
    assert [each.parts for each in named.exclude(transcription=None)] == [[[0, 3, 13]]]
    assert [each.parts for each in named.exclude(comment=None)] == [[[0, 0, 5]]]
