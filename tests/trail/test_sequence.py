import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from privacy.ids import new_id
from tests.trail.conftest import hear
from trail import sequence
from trail.checkpoint_file import CheckpointFile, KeyChanged
from trail.merkle import root_of
from trail.models import Checkpoint, Event, Position
from trail.sequence import LogCut, seal_pending, seal_recent
from trail.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)


def ordered_leaves() -> list[bytes]:
    return [bytes(place.event.leaf_hash) for place in Position.objects.select_related("event").order_by("seq")]


def test_entries_get_places_in_order_and_a_signed_head():
    events = hear(5)
    assert seal_pending() == 5
    assert list(Position.objects.order_by("seq").values_list("seq", "event_id")) == list(
        enumerate(event.pk for event in events)
    )
    head = sequence.signer().verifier.open(Checkpoint.objects.get().note)
    assert (head.size, head.root) == (5, root_of(ordered_leaves()))


def test_nothing_new_makes_no_checkpoint():
    hear()
    seal_pending()
    assert seal_pending() == 0
    assert Checkpoint.objects.count() == 1


def test_the_tree_grows_across_rounds_and_batches(monkeypatch):
    monkeypatch.setattr(sequence, "BATCH", 4)
    hear(9)
    assert seal_pending() == 9
    hear(2)
    assert seal_pending() == 2
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [4, 8, 9, 11]
    assert bytes(Checkpoint.objects.get(size=11).root) == root_of(ordered_leaves())


def test_an_entry_that_commits_late_gets_a_later_place():
    started, may_commit = threading.Event(), threading.Event()
    late: list[Event] = []

    def write_late() -> None:
        with transaction.atomic():
            late.extend(hear())
            started.set()
            may_commit.wait(10)
        connections.close_all()

    thread = threading.Thread(target=write_late)
    thread.start()
    started.wait(10)
    hear()
    assert seal_recent() == 1
    may_commit.set()
    thread.join()
    assert seal_recent() == 1
    assert Position.objects.get(event=late[0]).seq == 1
    assert verify().ok


def test_the_frequent_look_leaves_old_entries_to_the_thorough_one(monkeypatch):
    old = timezone.now() - timedelta(hours=1)
    monkeypatch.setattr("trail.append.new_id", lambda: old_id(old))
    hear()
    assert seal_recent() == 0
    assert sequence.seal_late() == 1


def old_id(moment):
    from uuid import UUID

    return UUID(int=int(moment.timestamp() * 1000) << 80 | new_id().int & (1 << 80) - 1)


def test_sequencers_and_writers_at_once_leave_one_whole_log():
    ended = threading.Event()

    def write() -> None:
        hear(40)
        connections.close_all()

    def seal() -> None:
        while not ended.is_set():
            seal_pending()
        connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(4)]
    sealers = [threading.Thread(target=seal) for _ in range(3)]
    for thread in writers + sealers:
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    for thread in sealers:
        thread.join()
    seal_pending()
    report = verify()
    assert report.ok, list(report.sentences())
    assert (report.entries, report.pending) == (160, 0)
    assert bytes(Checkpoint.objects.order_by("-size")[0].root) == root_of(ordered_leaves())


def test_a_crash_between_database_and_file_is_made_good(monkeypatch, checkpoints: Path):
    hear()
    with monkeypatch.context() as crash:
        crash.setattr(CheckpointFile, "append", fail_as_if_the_disk_were_full)
        with pytest.raises(OSError, match="full"):
            seal_pending()
    assert CheckpointFile().last_size() == 0
    assert seal_pending() == 0
    assert CheckpointFile().last_size() == 1
    assert verify().ok


def fail_as_if_the_disk_were_full(*_, **__):
    raise OSError("No space left: the disk is full")


def test_a_database_shorter_than_its_checkpoints_is_not_sealed_on(sealed_log, tamper):
    tamper("DELETE FROM trail_position WHERE seq >= 6")
    tamper("DELETE FROM trail_checkpoint WHERE size > 6")
    with pytest.raises(LogCut, match="9 entries, the database of 6"):
        seal_pending()
    assert not Position.objects.filter(seq__gte=6).exists()


def test_another_signing_key_stops_the_sequencer(sealed_log, monkeypatch):
    from trail.checkpoint import Signer

    monkeypatch.setattr(sequence, "signer", lambda: Signer(bytes(32)))
    hear()
    with pytest.raises(KeyChanged):
        seal_pending()
    assert Position.objects.count() == 9


def test_the_application_role_can_seal_and_verify(settings):
    hear(2)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.DATABASE_APP_ROLE}")
        try:
            assert seal_pending() == 2
            assert verify().ok
        finally:
            cursor.execute("RESET ROLE")
