"""Somebody owns the tables, switches the triggers off and changes the log: the verifier says what and where."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from privacy import erasure, guards
from privacy.keyring import ring
from tests.trail.conftest import hear
from trail import sequence
from trail.actor import Actor
from trail.append import append
from trail.checkpoint import Signer
from trail.details import remove_detail
from trail.merkle import Frontier, leaf_hash
from trail.models import Checkpoint, Detail, Event, VerificationRun
from trail.report import Report
from trail.sequence import seal_pending
from trail.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)
Tamper = Callable[..., int]


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


def places(report: Report) -> list[int | None]:
    return [finding.position for finding in report.findings]


def test_an_untouched_log_is_found_whole(sealed_log):
    report = verify()
    assert report.ok, list(report.sentences())
    assert (report.entries, report.pending, report.checkpoints, report.outside) == (9, 0, 3, 3)


def test_an_empty_log_is_whole():
    assert verify().ok


def test_entries_waiting_for_their_place_are_counted(sealed_log):
    hear(2)
    report = verify()
    assert (report.ok, report.pending) == (True, 2)


def test_odd_but_honest_entries_pass(alice: Actor):
    append("recording.played", actor=alice, facts={"said": 'a "quoted" \\ back\\\\slash\tand\nlines é'})
    append("log.verified", actor=Actor.shell("jörg"))
    append("recording.played", actor=dataclasses.replace(alice, address="203.0.113.9"), record=("x.Y", "é-1"))
    seal_pending()
    report = verify(actor=alice)
    assert report.ok, list(report.sentences())
    assert report.details_opened == 1


def test_one_changed_byte_is_found(sealed_log, tamper: Tamper):
    victim = sealed_log[4]
    assert tamper("UPDATE trail_event SET text = replace(text, 'quality', 'qualitY') WHERE id = %s", victim.pk) == 1
    report = verify()
    assert [(each.code, each.position, each.event_id) for each in report.findings] == [("changed", 4, victim.pk)]
    assert str(victim.pk) in report.findings[0].sentence


def test_a_change_with_a_fitting_hash_is_found(sealed_log, tamper: Tamper):
    text = sealed_log[4].text.replace("supervisor", "auditor")
    assert tamper(
        "UPDATE trail_event SET text = %s, leaf_hash = %s WHERE id = %s",
        text,
        leaf_hash(text.encode()),
        sealed_log[4].pk,
    )
    report = verify()
    assert codes(report) == ["differs"]
    assert "Positions 3 to 5" in report.findings[0].sentence


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "recording.downloaded"),
        ("account_id", None),
        ("user_id", "00000000-0000-4000-8000-0000000000b0"),
        ("record_id", "17"),
        ("record_label", "x.Y"),
        ("purpose", "training"),
        ('"case"', "C-1"),
        ("outcome", "refused"),
        ("at", "2026-01-01T00:00:00Z"),
        ("detail_commitment", b"x" * 32),
    ],
)
def test_a_column_that_differs_from_the_text_is_found(sealed_log, tamper: Tamper, column: str, value: object):
    tamper(f"UPDATE trail_event SET {column} = %s WHERE id = %s", value, sealed_log[2].pk)
    report = verify()
    assert report.findings[0].code == "changed"
    assert report.findings[0].position == 2
    assert "columns" in report.findings[0].sentence


def test_a_missing_entry_is_found(sealed_log, tamper: Tamper):
    tamper("DELETE FROM trail_event WHERE id = %s", sealed_log[4].pk)
    report = verify()
    assert [(each.code, each.position) for each in report.findings] == [("missing", 4)]


def test_a_missing_entry_and_place_are_found(sealed_log, tamper: Tamper):
    tamper("DELETE FROM trail_position WHERE seq = 4")
    tamper("DELETE FROM trail_event WHERE id = %s", sealed_log[4].pk)
    report = verify()
    assert [(each.code, each.position) for each in report.findings] == [("missing", 4)]


def test_an_entry_taken_out_with_the_others_moved_up_is_found(sealed_log, tamper: Tamper):
    tamper("DELETE FROM trail_position WHERE seq = 4")
    tamper("UPDATE trail_position SET seq = seq - 1 WHERE seq > 4")
    report = verify()
    assert codes(report)[0] == "differs"
    assert "Positions 3 to 5" in report.findings[0].sentence
    assert "truncated" in codes(report)


def test_an_inserted_entry_is_found(sealed_log, tamper: Tamper):
    intruder = hear()[0]
    tamper("UPDATE trail_position SET seq = -seq WHERE seq >= 4")
    tamper("UPDATE trail_position SET seq = -seq + 1 WHERE seq < 0")
    tamper("INSERT INTO trail_position (seq, event_id) VALUES (4, %s)", intruder.pk)
    report = verify()
    assert codes(report)[0] == "differs"
    assert "Positions 3 to 5" in report.findings[0].sentence


def test_reordered_entries_are_found(sealed_log, tamper: Tamper):
    tamper("UPDATE trail_position SET seq = CASE seq WHEN 3 THEN -1 ELSE -2 END WHERE seq IN (3, 5)")
    tamper("UPDATE trail_position SET seq = CASE seq WHEN -1 THEN 5 ELSE 3 END WHERE seq < 0")
    report = verify()
    assert codes(report) == ["differs"]
    assert "Positions 3 to 5" in report.findings[0].sentence


def test_a_tail_cut_off_is_found_by_the_checkpoints_outside(sealed_log, tamper: Tamper):
    tamper("DELETE FROM trail_position WHERE seq >= 6")
    tamper("DELETE FROM trail_checkpoint WHERE size > 6")
    tamper("DELETE FROM trail_event WHERE id = ANY(%s)", [event.pk for event in sealed_log[6:]])
    report = verify()
    assert codes(report) == ["truncated"]
    assert "ends after 6 entries" in report.findings[0].sentence


def test_everything_deleted_is_found(sealed_log, tamper: Tamper):
    for table in ("position", "checkpoint", "event"):
        tamper(f"DELETE FROM trail_{table}")
    assert codes(verify()) == ["truncated"]


def test_a_log_written_anew_with_the_stolen_key_is_found_outside(sealed_log, tamper: Tamper):
    """Even whoever holds the signing key and the whole database meets the heads that lie outside."""
    text = sealed_log[8].text.replace("quality", "malice2")
    tamper(
        "UPDATE trail_event SET text = %s, leaf_hash = %s, purpose = 'malice2' WHERE id = %s",
        text,
        leaf_hash(text.encode()),
        sealed_log[8].pk,
    )
    tree = Frontier()
    for event in Event.objects.order_by("position__seq"):
        tree.add(bytes(event.leaf_hash))
    tamper(
        "UPDATE trail_checkpoint SET root = %s, frontier = %s, note = %s WHERE size = 9",
        tree.root(),
        tree.to_bytes(),
        sequence.signer().sign(9, tree.root()),
    )
    report = verify()
    assert codes(report) == ["differs"]
    assert "outside the database" in report.findings[0].sentence


def test_a_forged_signature_is_found(sealed_log, tamper: Tamper):
    last = Checkpoint.objects.get(size=9)
    forged = Signer(bytes(32)).sign(9, bytes(last.root))
    tamper("UPDATE trail_checkpoint SET note = %s WHERE size = 9", forged)
    assert codes(verify()) == ["signature"]


def test_a_removed_checkpoint_is_found(sealed_log, tamper: Tamper):
    tamper("DELETE FROM trail_checkpoint WHERE size = 6")
    report = verify()
    assert codes(report) == ["checkpoint"]
    assert "checkpoint of 6 entries" in report.findings[0].sentence


def test_two_changes_far_apart_are_both_found(sealed_log, tamper: Tamper):
    for victim in (sealed_log[1], sealed_log[7]):
        text = victim.text.replace("supervisor", "auditor")
        tamper(
            "UPDATE trail_event SET text = %s, leaf_hash = %s WHERE id = %s", text, leaf_hash(text.encode()), victim.pk
        )
    assert places(verify()) == [0, 6]


def test_an_auditors_copy_of_the_checkpoints_will_do(sealed_log, tamper: Tamper, checkpoints: Path, tmp_path: Path):
    copy = shutil.copytree(checkpoints, tmp_path / "copy")
    shutil.rmtree(checkpoints)
    tamper("DELETE FROM trail_position WHERE seq >= 6")
    tamper("DELETE FROM trail_checkpoint WHERE size > 6")
    assert codes(verify()) == []
    assert codes(verify(folder=copy)) == ["truncated"]


@pytest.fixture
def detailed(alice: Actor) -> Event:
    """An entry with a sealed detail, sealed into the tree."""
    event = append("recording.played", actor=dataclasses.replace(alice, address="203.0.113.9"))
    seal_pending()
    return event


@pytest.fixture
def no_holds(monkeypatch):
    monkeypatch.setattr(guards, "_guards", {"none": lambda targets: {}})


def test_a_detail_that_vanished_is_found(detailed: Event, tamper: Tamper):
    tamper("UPDATE trail_detail SET sealed = NULL WHERE id = %s", detailed.pk)
    report = verify()
    assert [(each.code, each.position, each.event_id) for each in report.findings] == [("detail_gone", 0, detailed.pk)]


def test_a_detail_row_that_vanished_is_found(detailed: Event, tamper: Tamper):
    tamper("DELETE FROM trail_detail WHERE id = %s", detailed.pk)
    assert codes(verify()) == ["detail_gone"]


def test_a_detail_removed_with_its_entry_leaves_the_proof_whole(detailed: Event, alice: Actor, no_holds):
    assert verify(actor=alice).details_opened == 1
    assert remove_detail(detailed.pk, actor=alice, ground="forgotten", case="R-1")
    seal_pending()
    detail = Detail.objects.get(pk=detailed.pk)
    assert (detail.sealed, detail.key_id) == (None, None)
    assert Event.objects.filter(action="detail.removed", record_id=str(detailed.pk)).count() == 1
    report = verify(actor=alice)
    assert report.ok, list(report.sentences())
    assert not remove_detail(detailed.pk, actor=alice, ground="forgotten", case="R-1")


def test_a_detail_condemned_but_not_yet_finished_is_no_finding(detailed: Event, alice: Actor, no_holds):
    erasure.condemn([Detail.objects.get(pk=detailed.pk)], actor=alice, ground="forgotten")
    assert verify(actor=alice).ok


def test_a_detail_whose_key_was_shredded_on_the_quiet_is_found(detailed: Event, alice: Actor):
    key_id = Detail.objects.get(pk=detailed.pk).key_id
    assert key_id
    ring.shred([key_id])
    report = verify(actor=alice)
    assert codes(report) == ["detail_differs"]
    assert "shredded" in report.findings[0].sentence


def test_a_changed_detail_is_found(detailed: Event, alice: Actor, tamper: Tamper):
    tamper("UPDATE trail_detail SET sealed = sealed || 'x'::bytea WHERE id = %s", detailed.pk)
    assert codes(verify()) == []
    assert codes(verify(actor=alice)) == ["detail_differs"]


def test_an_added_detail_is_found(sealed_log, tamper: Tamper):
    tamper(
        "INSERT INTO trail_detail (id, account_id, sealed, ended_at) VALUES (%s, %s, 'x', now())",
        sealed_log[0].pk,
        sealed_log[0].account_id,
    )
    assert codes(verify()) == ["detail_added"]


def test_opening_details_is_on_record(detailed: Event, alice: Actor):
    verify(actor=alice)
    assert Event.objects.filter(action="log.details_compared").count() == 1


def test_the_command_tells_and_remembers_that_all_is_well(sealed_log, capsys):
    call_command("verify_audit")
    assert "Everything is as it was sealed" in capsys.readouterr().out
    assert VerificationRun.objects.get().ok
    assert Event.objects.get(action="log.verified").outcome == "done"


def test_the_command_exits_with_1_and_says_where(sealed_log, tamper: Tamper, capsys):
    tamper("UPDATE trail_event SET text = replace(text, 'quality', 'qualitY') WHERE id = %s", sealed_log[4].pk)
    with pytest.raises(SystemExit) as left:
        call_command("verify_audit")
    assert left.value.code == 1
    assert f"Entry {sealed_log[4].pk} at position 4 was changed" in capsys.readouterr().err
    run = VerificationRun.objects.get()
    assert (run.ok, run.findings_count) == (False, 1)
