"""Parts of buckets: named in the settings alone, fetched into memory alone, kept or removed like files."""

import os
from pathlib import Path

import pytest

from accounts.errors import NotPossible
from accounts.models import Account
from config import env
from customers.models import RegisterEntry
from interactions import tasks
from interactions.drop_folders import set_drop_folder
from interactions.drops import bucket as buckets
from interactions.drops.dropped import Dropped, PlaceProblem
from interactions.drops.spool import folder_in_memory, is_in_memory
from interactions.models import DropFolder, Interaction, Original, Voicemail
from jobs.errors import JobFailed
from jobs.runner import run_due
from privacy.erasure import erase
from tests.interactions.buckets import bucket
from tests.interactions.dropping import contact, look
from tests.interactions.sources.exports import SILENCE, cdr_line
from trail.actor import Actor

MEMORY = Path("/dev/shm")  # noqa: S108 - looked at before anything is put there
MESSAGE = "[message]\norigmailbox=2046\ncallerid=<2025550147>\norigtime=1584310249\nduration=3\nmsg_id=1-1\n"
assert tasks.COLLECT
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not is_in_memory(MEMORY), reason="this system keeps no folder in memory"),
]


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch):
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)


@pytest.fixture
def objects(settings):
    with bucket() as served:
        settings.DROP_BUCKETS = {"main": served.options}
        settings.SPOOL_DIRECTORY = MEMORY
        yield served


def watch(account: Account, place: str = "s3://main/exports", **options) -> DropFolder:
    return set_drop_folder(actor=Actor.shell("root"), account=account, place=place, **options)


def left_in_memory() -> list[str]:
    return [name for name in os.listdir(MEMORY) if name.startswith(f"lethe-drop-{os.getpid()}-")]


@pytest.mark.parametrize(
    "place",
    [
        "s3://other/x",
        "s3://main/../x",
        "s3://main//x",
        "s3://key:secret@main/x",
        "s3://main:99/x",
        "s3://main/x?a=1",
        "s3://",
    ],
)
def test_a_place_the_settings_do_not_name_is_refused(account, objects, place):
    with pytest.raises(NotPossible, match="Nothing was changed"):
        watch(account, place)
    assert objects.asked == []


def test_no_row_holds_an_address_or_a_credential(account, objects):
    folder = watch(account)
    stored = str(DropFolder.objects.filter(pk=folder.pk).values().get())
    assert "s3://main/exports/" in stored
    assert "hidden" not in stored
    assert "127.0.0.1" not in stored


def test_two_accounts_never_watch_the_same_keys(account, other_account, objects, settings):
    watch(account)
    settings.DROP_BUCKETS["again"] = objects.options
    with pytest.raises(NotPossible, match="already"):
        watch(other_account, "s3://again/exports/of-today")
    settings.DROP_BUCKETS["apart"] = {**objects.options, "prefix": "{account}/"}
    watch(account, "s3://apart")
    watch(other_account, "s3://apart")


def test_objects_are_imported_and_removed(account, objects):
    objects.held |= {
        "exports/a/Master.csv": cdr_line().encode(),
        "exports/contacts.csv": contact(1).encode(),
        "exports/vm/default/2046/INBOX/msg0000.txt": MESSAGE.encode(),
        "exports/vm/default/2046/INBOX/msg0000.wav": SILENCE,
        "exports/half.csv.part": b"x",
        "exports/folder/": b"",
        "exports/../climb.csv": contact(7).encode(),
        "elsewhere/contacts.csv": contact(8).encode(),
    }
    folder = watch(account, originals="remove")
    assert look(folder).counts["register_entries"] == 1
    assert (Interaction.objects.count(), Voicemail.objects.count()) == (2, 1)
    assert set(objects.held) == {
        "exports/half.csv.part", "exports/folder/", "exports/../climb.csv", "elsewhere/contacts.csv",
    }  # fmt: skip
    assert left_in_memory() == []


def test_kept_objects_go_with_whoever_is_in_them(account, supervisor, objects):
    objects.held = {"exports/a.csv": contact(1).encode(), "exports/b.csv": contact(2, "Bob", "2025550148").encode()}
    folder = watch(account)
    look(folder)
    assert look(folder) is None
    assert Original.objects.count() == 2
    entry = RegisterEntry.objects.order_by("created_at").first()
    erase([entry], actor=supervisor.actor, ground="right_to_erasure")
    run_due()
    assert len(objects.held) == Original.objects.count() == 1


def test_batches_that_do_not_fit_at_once_come_one_after_the_other(account, objects, monkeypatch):
    monkeypatch.setattr(buckets, "MOST_FETCHED", 400)
    text = '{{"call_id": "158431024{0}.1", "segments": [{{"start": 0, "end": 1, "text": "hello"}}]}}'
    for number in range(5):
        call = cdr_line(uniqueid=f"158431024{number}.1", channel=f"PJSIP/trunk-{number:08x}")
        objects.held[f"exports/{number}/Master.csv"] = call.encode()
        objects.held[f"exports/{number}/t.json"] = text.format(number).encode()
    folder = watch(account, originals="remove")
    report = look(folder)
    assert (report.counts["interactions"], report.counts["transcriptions"]) == (5, 5)
    assert objects.held == {}


def test_an_object_replaced_meanwhile_is_not_removed(account, objects, monkeypatch):
    objects.held["exports/a.csv"] = contact(1).encode()
    folder = watch(account, originals="remove")
    real = buckets.Bucket.remove

    def replaced(self, relative, version=""):
        objects.held["exports/a.csv"] = contact(1).encode() + contact(2).splitlines()[1].encode() + b"\n"
        return real(self, relative, version)

    with monkeypatch.context() as patched:
        patched.setattr(buckets.Bucket, "remove", replaced)
        look(folder)
    assert set(objects.held) == {"exports/a.csv"}
    look(folder)
    assert RegisterEntry.objects.count() == 2
    assert objects.held == {}


def test_a_bucket_that_refuses_stops_the_look(account, objects):
    folder = watch(account)
    objects.refuses = True
    with pytest.raises(JobFailed, match=r"place\.bucket"):
        look(folder)
    assert left_in_memory() == []


def test_a_bucket_that_is_no_longer_named_is_not_asked(account, objects, settings):
    folder = watch(account)
    settings.DROP_BUCKETS = {}
    with pytest.raises(JobFailed, match=r"place\.not_allowed"):
        look(folder)
    assert objects.asked == []


def test_nothing_is_fetched_onto_a_disk(account, objects, settings, tmp_path):
    objects.held["exports/a.csv"] = contact(1).encode()
    folder = watch(account)
    settings.SPOOL_DIRECTORY = tmp_path
    if is_in_memory(tmp_path):
        pytest.skip("the folder of tests lies in memory here")
    with pytest.raises(JobFailed, match="no_memory_folder"):
        look(folder)
    assert not [asked for asked in objects.asked if asked.startswith("GET exports")]
    assert list(tmp_path.glob("lethe-drop*")) == []


def test_what_a_killed_worker_left_in_memory_is_removed():
    left = MEMORY / "lethe-drop-4194303-x"
    left.mkdir()
    (left / "a.wav").write_bytes(b"sound")
    with folder_in_memory(MEMORY) as folder:
        assert not left.exists()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_what_belongs_together_is_fetched_together():
    files = [Dropped(f"{n}/msg0000.{end}", 10, "v") for n in range(3) for end in ("wav", "txt")] + [
        Dropped("m.csv", 5, "v")
    ]
    portions = list(buckets._portions(files, 25))
    assert [sorted(each.relative for each in portion) for portion in portions] == [
        ["0/msg0000.txt", "0/msg0000.wav", "m.csv"], ["1/msg0000.txt", "1/msg0000.wav"],
        ["2/msg0000.txt", "2/msg0000.wav"],
    ]  # fmt: skip


def test_the_errors_of_a_place_hold_no_name(objects):
    objects.refuses = True
    place = buckets.Bucket(objects.options, "exports/in-2025550147/", MEMORY)
    with pytest.raises(PlaceProblem) as problem:
        place.remove("2025550147.csv")
    assert "2025550147" not in str(problem.value)


def test_the_settings_name_buckets_and_folders(monkeypatch):
    monkeypatch.setenv("DROP_BUCKETS", "main")
    monkeypatch.setenv("DROP_BUCKET_MAIN", "s3://key:s%2Fecret@minio:9000/calls/of/{account}?secure=0&region=eu-west-1")
    assert env.buckets("DROP_BUCKETS") == {
        "main": {
            "bucket": "calls", "prefix": "of/{account}/", "access_key": "key", "secret_key": "s/ecret",
            "region": "eu-west-1", "endpoint": "http://minio:9000",
        }
    }  # fmt: skip
    monkeypatch.setenv("DROP_FOLDERS", "/srv/drop:/mnt/with a blank")
    assert env.folders("DROP_FOLDERS") == ["/srv/drop", "/mnt/with a blank"]


@pytest.mark.parametrize(("name", "value"), [("DROP_BUCKET_MAIN", "http://x/y"), ("DROP_BUCKET_MAIN", "s3://host/"),
                                             ("DROP_FOLDERS", "drop"), ("DROP_FOLDERS", "/srv/../etc")])  # fmt: skip
def test_wrong_settings_stop_the_start(monkeypatch, name, value):
    monkeypatch.setenv("DROP_BUCKETS", "main")
    monkeypatch.setenv(name, value)
    with pytest.raises(env.BadSetting):
        env.folders("DROP_FOLDERS") if name == "DROP_FOLDERS" else env.buckets("DROP_BUCKETS")


def test_the_clock_looks_into_buckets_too(account, objects):
    objects.held["exports/a.csv"] = contact(1).encode()
    watch(account)
    tasks.look_when_due()
    run_due()
    assert RegisterEntry.objects.count() == 1
