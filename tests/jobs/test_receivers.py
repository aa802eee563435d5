"""An erasure whose process dies between its steps is finished by the queue."""

import dataclasses
from pathlib import Path

import pytest
from django.utils import timezone

from jobs import runner
from jobs.models import Job, Status
from privacy import erasure, guards
from privacy.models import Condemnation
from tests.jobs.conftest import ALICE
from trail.append import append
from trail.models import Detail, Event

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_condemned_detail_is_finished_by_its_job(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(guards, "_guards", {"none": lambda targets: {}})
    import jobs.tasks  # noqa: F401 - the worker's job kinds

    append("recording.played", actor=dataclasses.replace(ALICE, address="203.0.113.9"))
    erasure.condemn(Detail.objects.all(), actor=ALICE, ground="forgotten")
    assert Detail.objects.get().sealed is not None
    assert runner.run_due() == 0
    Job.objects.update(not_before=timezone.now())
    assert runner.run_due() == 1
    assert Detail.objects.get().sealed is None
    assert Condemnation.objects.get().done_at
    assert Job.objects.get().status == Status.DONE
    assert Event.objects.filter(action="record.erased").get().told["how"]["via"] == "job"
