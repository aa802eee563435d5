"""A restore is noticed by the clock and put on record; replaying is on record too."""

from datetime import timedelta

import pytest
from django.utils import timezone

import jobs.tasks
from jobs import clock, restores
from privacy import restored
from privacy.keyring.models import Epoch as KeyringEpoch
from privacy.models import Epoch, Restoration
from tests.jobs.conftest import ALICE
from trail.actor import NoActor
from trail.append import append
from trail.models import Event
from trail.sequence import seal_pending

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_clock_moves_the_mark_on_every_minute():
    assert 60 in [seconds for seconds, call in clock._periodic if call is jobs.tasks.look_for_restores]
    jobs.tasks.look_for_restores()
    jobs.tasks.look_for_restores()
    assert (Epoch.objects.get().number, KeyringEpoch.objects.get().number) == (2, 2)
    assert not Restoration.objects.exists()
    assert not Event.objects.exists()


def test_old_data_is_noticed_once_and_on_record():
    restores.look()
    copy = Epoch.objects.values().get()
    restores.look()
    restores.look()
    Epoch.objects.update(**copy)

    assert restores.look().lost == restored.DATA
    assert restores.look() is None

    entry = Event.objects.get(action="restore.noticed")
    assert '"facts":{"data":1,"keyring":3,"lost":"data"}' in entry.text


def test_a_log_shorter_than_its_checkpoints_is_noticed_once_where_both_marks_match(settings, tmp_path):
    """Both databases were put back from one moment: the marks match, the checkpoints outside know better."""
    for _ in range(3):
        append("test.done", actor=ALICE)
    seal_pending()
    settings.CHECKPOINT_DIRECTORY, kept = tmp_path / "other", settings.CHECKPOINT_DIRECTORY
    assert restores.look() is None
    settings.CHECKPOINT_DIRECTORY = kept
    longer = kept / "2030-01.jsonl"
    (month,) = kept.glob("*.jsonl")
    longer.write_text(month.read_text().replace("\\n3\\n", "\\n9\\n"))

    assert restores.look().lost == restored.LOG
    assert restores.look() is None
    assert Restoration.objects.count() == 1
    Restoration.objects.update(noticed_at=timezone.now() - timedelta(days=1))
    assert restores.look() is not None, "a restore from long ago is not this one"


def test_replaying_is_on_record_and_nobody_does_it_without_an_actor():
    with pytest.raises(NoActor):
        restores.replay_erasures(actor=None)
    done = restores.replay_erasures(actor=ALICE)
    assert (done.shredded, done.resumed, done.erased) == (0, 0, 0)
    assert Event.objects.get(action="erasures.replayed").outcome == "done"
