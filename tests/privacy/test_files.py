"""Files that go after their keys: in one request where the store can, each failure looked at and tried again."""

import pytest
from django.core.files.storage import storages

from config import env
from privacy import files
from privacy.files import unlink_doomed
from privacy.models import DoomedFile
from privacy.object_store import AT_ONCE, ObjectStore
from tests.interactions.buckets import KEY, bucket
from vault.store import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def objects():
    with bucket() as held:
        yield held


@pytest.fixture
def remote(objects, monkeypatch):
    """Content on an object store, as STORE_URL asks for it."""
    settings = env.storage(f"s3://{KEY}:hidden@127.0.0.1:{objects.port}/calls?secure=0&region=us-east-1")
    assert settings["BACKEND"] == f"{ObjectStore.__module__}.{ObjectStore.__name__}"
    found = Store(ObjectStore(**settings["OPTIONS"]))
    monkeypatch.setattr(files, "store", lambda: found)
    return found


def doom(names):
    DoomedFile.objects.bulk_create([DoomedFile(name=name) for name in names])


def left():
    return set(DoomedFile.objects.filter(gone_at=None).values_list("name", flat=True))


def test_an_object_store_removes_a_thousand_in_one_request(objects, remote):
    names = [f"{number:032x}" for number in range(AT_ONCE + 1)]
    objects.held = dict.fromkeys(names, b"sealed")
    assert remote.delete_all(names) == {}
    assert objects.held == {}
    assert objects.asked == [f"POST {AT_ONCE}", "POST 1"]


def test_what_an_object_store_could_not_remove_is_tried_again_and_stops_no_other(objects, remote, caplog):
    objects.held, objects.stuck = dict.fromkeys(["a1", "a2", "a3"], b"sealed"), {"a2"}
    doom(["a1", "a2", "a3", "never-there"])
    assert unlink_doomed() == 3
    assert (set(objects.held), left()) == ({"a2"}, {"a2"})
    assert "1 sealed files could not be removed" in caplog.text
    objects.stuck = set()
    assert unlink_doomed() == 1
    assert (objects.held, left()) == ({}, set())


def test_a_store_that_refuses_or_does_not_answer_loses_nothing(objects, remote):
    doom(["a1", "a2"])
    objects.refuses = True
    assert unlink_doomed() == 0
    assert left() == {"a1", "a2"}


def test_a_thousand_that_fail_hide_no_other(objects, remote):
    objects.stuck = {"a1", "a2"}
    doom(["a1", "a2"])
    doom(["b1"])
    assert [unlink_doomed(limit=2), unlink_doomed(limit=1)] == [0, 1]
    assert left() == {"a1", "a2"}


def test_files_on_disk_are_marked_in_as_many_statements_as_one(django_assert_num_queries):
    names = [f"d{number}" for number in range(20)]
    for name in names:
        with storages["content"].writer(name) as file:
            file.write(b"sealed")
    doom(names)
    with django_assert_num_queries(2):
        assert unlink_doomed() == 20
    assert not any(storages["content"].exists(name) for name in names)


def test_a_disk_that_fails_for_one_file_removes_the_others(monkeypatch):
    real = storages["content"].delete

    def delete(name):
        if name == "d1":
            raise PermissionError(13, "Permission denied")
        real(name)

    monkeypatch.setattr(storages["content"], "delete", delete)
    assert Store(storages["content"]).delete_all(["d1", "d2"]) == {"d1": "Permission denied"}
