"""Watched folders: proved, complete files alone, kept or removed, never lost, never double, gone with the person."""

import contextlib
import io
import os
import time
from pkgutil import resolve_name

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.errors import NotPossible
from customers.models import Customer, RegisterEntry
from interactions import collecting, drop_folders, tasks, unlinking
from interactions.drop_folders import set_drop_folder, stop_drop_folder
from interactions.models import DropFolder, ImportReject, ImportRun, Interaction, Original, OriginalOf, RunState
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.runner import run_due
from privacy import guards
from privacy.erasure import erase
from privacy.guards import Refusal
from tests.interactions.dropping import contact, look, watched
from tests.interactions.sources.exports import SILENCE, cdr_line
from trail.models import Event
from trail.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)
assert tasks.COLLECT, "loaded, so that the jobs are known"
FUTURE = 10_000


@pytest.fixture
def root(tmp_path, settings):
    folder = tmp_path.resolve() / "drop"
    folder.mkdir()
    settings.DROP_FOLDERS = [str(folder)]
    return folder


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


def put(root, name: str, content: str | bytes, *, age_s: float = 0) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    at = time.time() - age_s
    os.utime(path, (at, at))


def there(root) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


# What may be watched


def test_a_place_outside_what_is_allowed_is_refused(account, administrator, root, tmp_path):
    (tmp_path / "other").mkdir()
    (root / "link").symlink_to(tmp_path / "other")
    for place in (tmp_path / "other", root / ".." / "other", root / "link", root / "nowhere", "drop", "/", ""):
        with pytest.raises(NotPossible, match="Nothing was changed"):
            set_drop_folder(actor=administrator.actor, account=account, place=str(place))
    assert not DropFolder.objects.exists()


def test_without_the_setting_nothing_is_allowed(account, administrator, root, settings):
    settings.DROP_FOLDERS = []
    with pytest.raises(NotPossible, match="DROP_FOLDERS"):
        set_drop_folder(actor=administrator.actor, account=account, place=str(root))


def test_a_folder_of_our_own_is_refused(account, administrator, settings):
    settings.DROP_FOLDERS = [os.path.realpath(settings.LETHE_HOME)]
    with pytest.raises(NotPossible, match="Lethe's own"):
        set_drop_folder(actor=administrator.actor, account=account, place=settings.DROP_FOLDERS[0])


def test_each_account_keeps_to_its_own_part(account, other_account, administrator, root, settings):
    settings.DROP_FOLDERS = [f"{root}/{{account}}"]
    for each in (account, other_account):
        (root / str(each.pk)).mkdir()
    set_drop_folder(actor=administrator.actor, account=account, place=f"{root}/{account.pk}")
    with pytest.raises(NotPossible):
        set_drop_folder(actor=administrator.actor, account=account, place=f"{root}/{other_account.pk}")


def test_no_place_is_watched_twice(account, other_account, root):
    (root / "a" / "b").mkdir(parents=True)
    watched(account, root / "a")
    for place in (root, root / "a" / "b", root / "a"):
        with pytest.raises(NotPossible, match="already"):
            watched(other_account, place)
    watched(account, root / "a", originals="remove")
    assert DropFolder.objects.get().originals == "remove"


def test_setting_up_and_stopping_are_on_record(account, administrator, root):
    folder = set_drop_folder(actor=administrator.actor, account=account, place=str(root))
    set_drop_folder(actor=administrator.actor, account=account, place=str(root), every_s=600)
    stop_drop_folder(actor=administrator.actor, folder=folder)
    actions = list(
        Event.objects.filter(action__startswith="drop_folder").order_by("at").values_list("action", flat=True)
    )
    assert actions == [drop_folders.ADDED, drop_folders.CHANGED, drop_folders.STOPPED]
    assert not DropFolder.objects.get().is_active
    put(root, "contacts.csv", contact(1))
    assert look(folder) is None


@pytest.mark.parametrize("who", ["agent", "supervisor", "officer", "auditor"])
def test_others_may_not(who, request, account, root):
    with pytest.raises(Refused):
        set_drop_folder(actor=request.getfixturevalue(who).actor, account=account, place=str(root))


@pytest.mark.parametrize("wrong", [{"settle_s": 0}, {"every_s": 1}, {"originals": "burn"}])
def test_values_are_proved(wrong, account, administrator, root):
    with pytest.raises(NotPossible):
        set_drop_folder(actor=administrator.actor, account=account, place=str(root), **wrong)


# What is complete


def test_a_file_that_is_still_written_waits(account, root):
    folder = watched(account, root, settle_s=60)
    put(root, "contacts.csv", contact(1), age_s=3_600)
    assert look(folder) is None, "its time is old, but it came a moment ago"
    folder.settle_s = 0
    folder.save()
    assert look(folder).counts["register_entries"] == 1


def test_unfinished_and_hidden_files_are_left_alone(account, root):
    folder = watched(account, root, originals="remove")
    names = {"a.csv.part", "a.csv.tmp", ".hidden.csv", ".upload/a.csv", "a.csv~", "a.filepart", "a.CSV.TMP"}
    for name in names:
        put(root, name, contact(1))
    assert look(folder) is None
    assert there(root) == names


def test_a_file_just_begun_is_not_told(account, root):
    folder = watched(account, root)
    put(root, "b.csv", "")
    put(root, "a.csv", contact(1))
    assert look(folder).rejected == []


def test_a_message_waits_for_its_sound(account, root, monkeypatch):
    folder = watched(account, root)
    text = "[message]\norigmailbox=2046\ncallerid=<2025550147>\norigtime=1584310249\nduration=3\nmsg_id=1-1\n"
    put(root, "vm/default/2046/INBOX/msg0000.txt", text)
    put(root, "vm/default/2046/INBOX/msg0000.wav", SILENCE)
    seen = list(collecting.open_place(folder).look())
    unready = [collecting.Dropped(e.relative, e.size, e.version, e.relative.endswith("txt")) for e in seen]
    assert list(collecting._chosen(folder, unready, {})) == []
    assert look(folder).counts["voicemails"] == 1


def test_a_clock_that_was_set_back_does_not_stop_the_look(account, root, monkeypatch):
    folder = watched(account, root, settle_s=30)
    put(root, "contacts.csv", contact(1), age_s=-FUTURE)
    waited = []
    monkeypatch.setattr("interactions.drops.folder.time.sleep", waited.append)
    monkeypatch.setattr("interactions.drops.folder.Folder.__init__.__defaults__", (waited.append,))
    assert look(folder).counts["register_entries"] == 1
    assert waited == [30]


def test_a_link_in_the_folder_leads_nowhere(account, root, tmp_path):
    folder = watched(account, root, originals="remove")
    put(tmp_path, "secret.csv", contact(9, "Mallory"))
    (root / "contacts.csv").symlink_to(tmp_path / "secret.csv")
    (root / "in").symlink_to(tmp_path)
    put(root, "other.csv", contact(1))
    look(folder)
    assert RegisterEntry.objects.count() == 1
    assert (tmp_path / "secret.csv").exists()


def test_a_folder_that_became_a_link_is_not_read(account, root, tmp_path):
    (root / "a").mkdir()
    folder = watched(account, root / "a")
    (root / "a").rmdir()
    (tmp_path / "b").mkdir()
    put(tmp_path / "b", "contacts.csv", contact(1))
    (root / "a").symlink_to(tmp_path / "b")
    with pytest.raises(JobFailed, match=r"place\.not_allowed"):
        look(folder)
    folder.refresh_from_db()
    assert folder.problem == "not_allowed"
    assert look(folder) is None, "told once"


# Kept or removed


def test_originals_are_removed_where_the_account_says_so(account, root):
    folder = watched(account, root, originals="remove")
    put(root, "contacts.csv", contact(1))
    put(root, "calls/Master.csv", cdr_line())
    look(folder)
    assert there(root) == set()
    assert (RegisterEntry.objects.count(), Interaction.objects.count()) == (1, 1)
    assert not Original.objects.exists()


def test_kept_originals_are_in_the_map_and_read_once(account, root):
    folder = watched(account, root)
    put(root, "contacts.csv", contact(1))
    put(root, "Master.csv", cdr_line())
    look(folder)
    assert there(root) == {"contacts.csv", "Master.csv"}
    assert set(Original.objects.values_list("state", flat=True)) == {"taken"}
    records = {RegisterEntry.objects.get().pk, Interaction.objects.get().pk}
    assert set(OriginalOf.objects.values_list("record_id", flat=True)) == records
    assert look(folder) is None
    put(root, "Master.csv", cdr_line() + cdr_line(uniqueid="1584310250.1", channel="PJSIP/trunk-us-00000ff9"))
    assert look(folder).counts["interactions"] == 1


def test_what_is_not_wholly_taken_in_is_never_removed(account, root):
    folder = watched(account, root, originals="remove")
    put(root, "Master.csv", cdr_line() + "broken\n")
    put(root, "calls.zip", b"PK\x03\x04" + bytes(30))
    put(root, "good.csv", contact(1))
    report = look(folder)
    assert there(root) == {"Master.csv", "calls.zip"}
    assert report.counts["rejected"] == 2
    assert set(Original.objects.values_list("state", flat=True)) == {"refused"}
    assert OriginalOf.objects.get().record_id == Interaction.objects.get().pk
    assert look(folder) is None
    put(root, "Master.csv", cdr_line())
    look(folder)
    assert there(root) == {"calls.zip"}


def test_what_waits_for_its_call_is_read_again_when_that_comes(account, root):
    folder = watched(account, root, originals="remove")
    segments = '{"call_id": "1584310249.4083", "segments": [{"start": 0, "end": 1, "text": "hello"}]}'
    put(root, "t.json", segments)
    look(folder)
    assert (there(root), Original.objects.get().state) == ({"t.json"}, "waiting")
    assert look(folder) is None, "nothing new, so nothing is read again"
    put(root, "Master.csv", cdr_line())
    look(folder)
    assert there(root) == set()
    assert Interaction.objects.get().transcriptions.count() == 1


def test_keeping_no_more_removes_what_was_kept(account, root):
    folder = watched(account, root)
    put(root, "contacts.csv", contact(1))
    look(folder)
    watched(account, root, originals="remove")
    look(folder)
    look(folder)
    assert there(root) == set()
    assert not Original.objects.filter(condemned_at=None).exists()
    assert RegisterEntry.objects.count() == 1


def test_a_file_somebody_took_away_is_no_longer_in_the_map(account, root):
    folder = watched(account, root)
    put(root, "contacts.csv", contact(1))
    look(folder)
    (root / "contacts.csv").unlink()
    look(folder)
    assert not Original.objects.exists()
    assert not OriginalOf.objects.exists()


# A crash loses nothing and doubles nothing


REMOVING = "interactions.drops.folder.Folder.remove"
STEPS = [
    "interactions.imports.Intake.flush",
    "interactions.imports.Intake.finish",
    "interactions.originals.Keeping.begin",
    "interactions.originals.Keeping.end",
    REMOVING,
    "interactions.runs.RunRecord.end",
    "interactions.collecting._forget_gone",
]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("originals", ["keep", "remove"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_look_goes_on(step, when, originals, account, root, monkeypatch):
    folder = watched(account, root, originals=originals)
    put(root, "contacts.csv", contact(1))
    put(root, "Master.csv", cdr_line() + "broken\n")
    real = resolve_name(step)

    def dies(*args, **kwargs):
        if when == "after":
            real(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(step, dies)
        # Where originals are kept, no step removes one.
        with contextlib.nullcontext() if (step, originals) == (REMOVING, "keep") else pytest.raises(Killed):
            look(folder)
    look(folder)
    assert (RegisterEntry.objects.count(), Interaction.objects.count(), Customer.objects.count()) == (1, 1, 1)
    kept = {"contacts.csv", "Master.csv"} if originals == "keep" else {"Master.csv"}
    assert there(root) == kept
    known = {original.state for original in Original.objects.filter(condemned_at=None)}
    assert known == ({"taken", "refused"} if originals == "keep" else {"refused"})


def test_a_file_that_grows_while_it_is_read_is_read_again(account, root, monkeypatch):
    folder = watched(account, root, originals="remove")
    put(root, "Master.csv", cdr_line())
    real = collecting._Look._settle

    def grow(self, report):
        put(root, "Master.csv", cdr_line() + cdr_line(uniqueid="1584310250.1", channel="PJSIP/trunk-us-00000ff9"))
        real(self, report)

    with monkeypatch.context() as patched:
        patched.setattr(collecting._Look, "_settle", grow)
        look(folder)
    assert there(root) == {"Master.csv"}
    look(folder)
    assert there(root) == set()
    assert Interaction.objects.count() == 2


# Forgotten with the person


def test_a_kept_original_goes_with_whoever_is_in_it(account, supervisor, root):
    folder = watched(account, root)
    put(root, "alice.csv", contact(1))
    put(root, "both.csv", contact(2, "Bob", "2025550148") + contact(1).splitlines()[1] + "\n")
    put(root, "bob.csv", contact(3, "Carol", "2025550149"))
    look(folder)
    alice = RegisterEntry.objects.filter(customer__in=_customers("C-1"))
    erase(list(alice), actor=supervisor.actor, ground="right_to_erasure")
    assert Original.objects.exclude(doomed_at=None).count() == 2
    assert Job.objects.filter(kind="interactions.unlink_originals").count() == 1
    run_due()
    assert there(root) == {"bob.csv"}
    assert Original.objects.count() == 1
    entry = Event.objects.filter(action="original.removed").latest("at")
    assert (entry.outcome, entry.account_id) == ("done", account.pk)


def _customers(customer_id: str):
    from customers.identifiers import candidates
    from customers.kinds import Kind
    from customers.models import Identifier
    from privacy.blind_index import digest

    row = Identifier.objects.filter(kind=Kind.CUSTOMER_ID)[0]
    value = candidates(Kind.CUSTOMER_ID, customer_id, regions=("US",))[0].value
    index = digest(row.account_id, Kind.CUSTOMER_ID, value)
    return Identifier.objects.filter(digest=index).values("customer_id")


def test_a_redaction_takes_the_original_too(account, supervisor, root):
    from interactions.redaction import redact_passages

    folder = watched(account, root)
    put(root, "Master.csv", cdr_line(userfield="call 202 555 0199"))
    look(folder)
    comment = Interaction.objects.get().comments.get()
    redact_passages(comment, [[0, 5, 17]], actor=supervisor.actor, ground="right_to_erasure")
    run_due()
    assert there(root) == set()


def test_a_place_that_lets_nothing_go_is_tried_again(account, supervisor, root, monkeypatch):
    folder = watched(account, root)
    put(root, "alice.csv", contact(1))
    look(folder)
    erase(list(RegisterEntry.objects.all()), actor=supervisor.actor, ground="age")
    with monkeypatch.context() as patched:
        patched.setattr("interactions.drops.folder.os.unlink", _denied)
        run_due()
    job = Job.objects.get(kind="interactions.unlink_originals")
    assert (job.status, job.error_code) == ("queued", "place.closed")
    assert Original.objects.filter(condemned_at=None).exists(), "its path is still known"
    Job.objects.update(not_before=job.queued_at)
    run_due()
    assert there(root) == set()
    assert not Original.objects.exists()


def _denied(path):
    raise PermissionError(13, "Permission denied")


def test_names_of_rejects_go_with_whoever_is_forgotten(account, supervisor, root):
    folder = watched(account, root)
    put(root, "patricia-2025550147.zip", b"PK\x03\x04" + bytes(30))
    put(root, "alice.csv", contact(1))
    look(folder)
    assert ImportReject.objects.count() == 1
    erase(list(RegisterEntry.objects.all()), actor=supervisor.actor, ground="right_to_erasure")
    run_due()
    assert not ImportReject.objects.exists()
    assert ImportRun.objects.get().rejected == 1


def test_names_of_rejects_are_forgotten_by_age_and_others_stay(account, supervisor, root):
    folder = watched(account, root)
    put(root, "a.zip", b"PK\x03\x04" + bytes(30))
    look(folder)
    actor = supervisor.actor
    month = unlinking.KEEP_REJECTS
    assert unlinking.forget_names(account.pk, actor=actor, ground=unlinking.AGE, older_than=month) == 0
    assert unlinking.accounts_with_old_names() == set()
    ImportReject.objects.update(created_at=timezone.now() - month)
    assert unlinking.accounts_with_old_names() == {account.pk}
    assert unlinking.forget_names(account.pk, actor=actor, ground=unlinking.AGE, older_than=month) == 1


def test_a_guard_that_keeps_a_row_ends_the_work(account, supervisor, root, monkeypatch):
    """Neither `forget_originals` nor `unlink_doomed` nor `forget_names` goes round for ever."""
    folder = watched(account, root)
    put(root, "alice.csv", contact(1))
    put(root, "a.zip", b"PK\x03\x04" + bytes(30))
    look(folder)
    erase(list(RegisterEntry.objects.all()), actor=supervisor.actor, ground="age")

    def keep(targets):
        return {each.record.id: Refusal("paused", "Nothing is erased now.") for each in targets}

    monkeypatch.setitem(guards._guards, "paused", keep)
    actor = supervisor.actor
    assert unlinking.unlink_doomed(account.pk, actor=actor, progress=lambda done, total=None: None) == 0
    assert unlinking.forget_names(account.pk, actor=actor, ground=unlinking.AGE) == 0
    assert there(root) == {"a.zip"}


# The clock


def test_the_clock_queues_a_look_and_the_job_does_it(account, root):
    folder = watched(account, root)
    put(root, "contacts.csv", contact(1))
    assert drop_folders.enqueue_due() == 1
    assert drop_folders.enqueue_due() == 0, "one is queued already"
    run_due()
    assert RegisterEntry.objects.count() == 1
    assert Job.objects.get().status == "done"
    run = ImportRun.objects.get()
    assert (run.state, run.folder, run.read, run.user) == (RunState.DONE, folder, 1, None)
    assert drop_folders.enqueue_due() == 0, "its turn comes later"
    DropFolder.objects.update(looked_at=None)
    assert drop_folders.enqueue_due() == 1


def test_a_job_of_another_role_may_not_collect(account, root, supervisor):
    from trail.actor import Actor

    folder = watched(account, root)
    actor = Actor.job(on_behalf_of=supervisor.user.pk, account_id=account.pk, role="supervisor")
    with pytest.raises(Refused):
        collecting.collect(folder.pk, actor=actor, progress=lambda read: None)


# The command


def command(account, **options) -> str:
    said = io.StringIO()
    call_command("drop_folder", account=account.name, stdout=said, **options)
    return said.getvalue()


def test_the_command_sets_up_looks_lists_and_stops(account, administrator, root):
    put(root, "contacts.csv", contact(1))
    put(root, "broken.csv", "x")
    assert "every 60 seconds" in command(account, path=str(root), keep=True, every=60, settle=5)
    DropFolder.objects.update(settle_s=0)
    said = command(account, path=str(root), now=True)
    assert "1  register_entries" in said
    assert "broken.csv: " in said
    assert "nothing new" in command(account, path=str(root), now=True)
    assert f"{root}  watched, originals: keep, last look" in command(account)
    assert "no more" in command(account, path=str(root), stop=True, actor=administrator.user.email)
    assert f"{root}  stopped" in command(account)


@pytest.mark.parametrize(
    "options", [{"path": "/etc", "keep": True}, {"path": "/nowhere", "stop": True}, {"s3": "s3://a"}]
)
def test_the_command_refuses_in_a_sentence(account, root, options):
    with pytest.raises(CommandError):
        command(account, **options)
