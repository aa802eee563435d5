"""Files that stay in drop folders: told before, gone when their customer is forgotten, searched afterwards."""

import io
import json

import pytest
from django.core.management import call_command

from interactions import tasks
from interactions.drops.spool import is_in_memory
from interactions.models import Original
from rtbf.models import Action, Outcome, Request, State, Weight
from rtbf.residue.scanning import search_for_residue
from tests.interactions.buckets import bucket
from tests.interactions.dropping import contact, look, watched
from tests.interactions.test_drop_buckets import MEMORY, watch
from tests.rtbf.test_execution import forget, plan, run_all
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
assert tasks.COLLECT, "loaded, so that the jobs are known"
ALICE, BOB = "phone:(202) 555-0147", "phone:(202) 555-0148"


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


@pytest.fixture
def root(tmp_path, settings):
    folder = tmp_path.resolve() / "drop"
    folder.mkdir()
    settings.DROP_FOLDERS = [str(folder)]
    return folder


@pytest.fixture
def both(account, root):
    """Alice and Bob in a file each, and both of them in a third."""
    account.grace_hours = 0
    account.save()
    (root / "alice.csv").write_text(contact(1))
    (root / "bob.csv").write_text(contact(2, name="Bob", phone="2025550148"))
    (root / "both.csv").write_text(contact(1) + contact(2, name="Bob", phone="2025550148").split("\n")[1])
    look(watched(account, root))
    assert Original.objects.count() == 3
    return root


def shown(account, identifier):
    out = io.StringIO()
    call_command("find_customer", account=account.name, identifier=[identifier], json=True, stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return {(each["file"], each["action"]) for each in lines if each["kind"] == "original"}


def test_files_that_stay_are_told_with_what_becomes_of_them(both, account, supervisor):
    assert shown(account, ALICE) == {("alice.csv", "delete"), ("both.csv", "delete")}
    request = plan(supervisor, account, ALICE)
    items = request.items.filter(kind="original")
    assert [each.action for each in items] == [Action.DELETE] * 2
    assert request.counts["kinds"]["original"] == {"delete": 2}


def test_they_are_gone_when_the_request_has_run_and_the_search_looks_into_those_left(both, account, supervisor):
    request = forget(supervisor, account, ALICE)
    run_all()
    request = Request.objects.get(pk=request.pk)
    assert request.state == State.COMPLETED
    assert {each.name for each in both.iterdir()} == {"bob.csv"}
    assert set(request.items.filter(kind="original").values_list("outcome", flat=True)) == {Outcome.DONE}
    assert shown(account, BOB) == {("bob.csv", "delete")}


def test_a_place_that_does_not_answer_leaves_the_request_with_an_exception(root, both, account, supervisor):
    request = forget(supervisor, account, ALICE)
    root.rename(root.with_name("away"))
    run_all()
    request = Request.objects.get(pk=request.pk)
    assert request.state == State.EXCEPTIONS
    assert set(request.items.filter(kind="original").values_list("outcome", flat=True)) == {Outcome.FAILED}
    assert Event.objects.filter(action="request.item_failed", outcome="failed").exists()


def findings(supervisor, account):
    scan = search_for_residue(actor=supervisor.actor, account=account, identifiers=[ALICE])
    return {(each.kind, each.what) for each in scan.findings.filter(weight=Weight.LEFT, kind="file")}, scan


def test_an_accounts_own_part_is_searched(account, supervisor, root, settings):
    settings.DROP_FOLDERS = [f"{root}/{{account}}"]
    part = root / str(account.pk)
    part.mkdir()
    (part / "alice.csv").write_text(contact(1))
    look(watched(account, part))
    assert findings(supervisor, account)[0] == {("file", "phone")}


@pytest.mark.skipif(not is_in_memory(MEMORY), reason="this system keeps no folder in memory")
def test_what_stays_in_a_bucket_is_fetched_and_searched(account, supervisor, settings):
    with bucket() as served:
        settings.DROP_BUCKETS, settings.SPOOL_DIRECTORY = {"main": served.options}, MEMORY
        served.held = {
            "exports/alice.csv": contact(1).encode(),
            "exports/bob.csv": contact(2, "Bob", "2025550148").encode(),
        }
        look(watch(account))
        assert findings(supervisor, account)[0] == {("file", "phone")}
        served.refuses = True
        left, scan = findings(supervisor, account)
    assert left == set()
    assert "drop folder unreadable" in scan.not_searched
