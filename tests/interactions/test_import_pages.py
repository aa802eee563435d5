"""The pages of imports: who sees them, names opened on record, forms that go through the flows."""

import pytest

from customers.models import FieldMeaning
from interactions.imports import import_folder
from interactions.models import DropFolder, ImportReject, ImportRun, RunState
from trail.actor import Actor
from trail.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "in-2025550147.zip"


@pytest.fixture
def run(account, tmp_path):
    (tmp_path / NAME).write_bytes(b"PK\x03\x04" + bytes(30))
    import_folder(tmp_path, account=account, actor=Actor.shell("root"))
    return ImportRun.objects.get()


@pytest.mark.parametrize("who", ["supervisor", "administrator"])
def test_a_run_shows_what_it_left_out_and_is_on_record(who, request, run, client_of):
    person = request.getfixturevalue(who)
    client = client_of(person)
    listed = client.get("/imports/").content.decode()
    assert "1 left out" in listed
    assert NAME not in listed
    shown = client.get(f"/imports/{run.pk}/").content.decode()
    assert NAME in shown
    assert "It was not opened" in shown
    entry = Event.objects.get(action="import.opened")
    assert (entry.user_id, entry.purpose) == (person.user.pk, "import")


def test_a_name_that_was_forgotten_is_not_shown(run, supervisor, client_of):
    from interactions import unlinking

    unlinking.forget_names(run.account_id, actor=supervisor.actor, ground=unlinking.RIGHT_TO_ERASURE)
    assert not ImportReject.objects.exists()
    shown = client_of(supervisor).get(f"/imports/{run.pk}/").content.decode()
    assert "no longer kept" in shown


def test_a_run_under_way_shows_how_far_it_is_and_a_dead_one_that_it_is(run, supervisor, client_of):
    ImportRun.objects.update(state=RunState.RUNNING, read=12_345)
    assert "12,345 records read · 1 left out so far" in client_of(supervisor).get("/imports/").content.decode()
    ImportRun.objects.update(beat_at="2020-01-01T00:00Z")
    assert "interrupted" in client_of(supervisor).get("/imports/").content.decode()


def test_an_administrator_has_a_folder_watched_and_stops_it(account, administrator, client_of, tmp_path, settings):
    settings.DROP_FOLDERS = [str(tmp_path.resolve())]
    client = client_of(administrator)
    wrong = client.post("/imports/folders/", {"place": "/etc", "originals": "keep"})
    assert wrong.status_code == 422
    assert "none of the places" in wrong.content.decode()
    form = {"place": str(tmp_path.resolve()), "originals": "remove", "settle_s": "30", "every_s": "120"}
    assert client.post("/imports/folders/", form).status_code == 302
    folder = DropFolder.objects.get()
    assert (folder.originals, folder.settle_s, folder.every_s) == ("remove", 30, 120)
    DropFolder.objects.update(problem="bucket")
    assert "does not answer" in client.get("/imports/").content.decode()
    client.post(f"/imports/folders/{folder.pk}/stop/")
    assert not DropFolder.objects.get().is_active


@pytest.mark.parametrize("wrong", [{"settle_s": "x"}, {"every_s": "-1"}, {"originals": ""}])
def test_wrong_numbers_are_told(wrong, administrator, client_of, tmp_path, settings):
    settings.DROP_FOLDERS = [str(tmp_path.resolve())]
    form = {"place": str(tmp_path.resolve()), "originals": "keep", **wrong}
    assert client_of(administrator).post("/imports/folders/", form).status_code == 422
    assert not DropFolder.objects.exists()


def test_a_supervisor_sees_no_forms(supervisor, client_of):
    page = client_of(supervisor).get("/imports/").content.decode()
    assert "Have a place watched" not in page


def test_columns_are_said_and_taken_back(account, administrator, client_of):
    client = client_of(administrator)
    assert client.post("/imports/columns/", {"field": "Rufnummer", "means": "phone"}).status_code == 302
    assert client.post("/imports/columns/", {"field": "Kunde", "means": "", "common": "Customer"}).status_code == 302
    page = client.get("/imports/columns/").content.decode()
    assert "Telephone number" in page
    assert "kept under “Customer”" in page
    assert client.post("/imports/columns/", {"field": "5305550100", "means": "phone"}).status_code == 422
    client.post("/imports/columns/forget/", {"field": "rufnummer"})
    assert FieldMeaning.objects.get().field == "kunde"


def test_a_run_of_another_account_is_not_there(run, stranger, client_of):
    assert client_of(stranger).get(f"/imports/{run.pk}/").status_code == 404
