"""Exports that contradict themselves, through the door: nothing breaks, nothing doubles, nobody becomes unfindable."""

import pytest

from customers.models import Identifier
from interactions.imports import import_folder
from interactions.models import ImportReject, ImportRun, Interaction, RunState, SourceRecord
from tests.interactions.sources.exports import cdr_line
from tests.looking import places_of
from trail.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)


def take(account, folder):
    return import_folder(folder, account=account, actor=Actor.shell("root"))


def test_one_id_with_different_content_is_one_call_and_both_numbers_lead_to_it(account, tmp_path):
    other = cdr_line(src="2025550148", clid='"Bob Example" <2025550148>', duration="99", billsec="98")
    (tmp_path / "Master.csv").write_text(cdr_line() + other)
    take(account, tmp_path)
    assert Interaction.objects.count() == 1
    assert SourceRecord.objects.count() == 2
    phones = Identifier.objects.filter(kind="phone")
    assert phones.count() == 2
    again = take(account, tmp_path)
    assert "interactions" not in again.counts
    assert SourceRecord.objects.count() == 2


def test_one_id_at_two_times_keeps_the_first_and_goes_on(account, tmp_path):
    later = cdr_line(start="2019-01-01 00:00:00", answer="", end="2018-01-01 00:00:00", duration="5", billsec="0")
    (tmp_path / "Master.csv").write_text(cdr_line() + later + cdr_line(uniqueid="1.2", channel="SIP/x-00000001"))
    report = take(account, tmp_path)
    assert not report.rejected
    assert Interaction.objects.count() == 2
    assert all(each.ended_at >= each.started_at for each in Interaction.objects.all())


def test_names_of_rejects_stand_sealed_alone(account, tmp_path, caplog):
    caplog.set_level("DEBUG")
    (tmp_path / "out-912025550147.zip").write_bytes(b"PK\x03\x04" + bytes(9))
    report = take(account, tmp_path)
    assert report.rejected[0].file == "out-912025550147.zip"
    assert places_of("2025550147") == ["interactions.ImportReject.file"]
    assert "2025550147" not in caplog.text
    assert "1. was left out" in caplog.text


def test_a_run_that_breaks_says_so_and_keeps_what_it_had_left_out(account, tmp_path, monkeypatch):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(9))
    (tmp_path / "Master.csv").write_text(cdr_line())

    def fails(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("interactions.imports.Intake.settle", fails)
    with pytest.raises(ZeroDivisionError):
        take(account, tmp_path)
    run = ImportRun.objects.get()
    assert (run.state, run.problem, run.read) == (RunState.FAILED, "ZeroDivisionError", 1)
    assert ImportReject.objects.get().run == run
