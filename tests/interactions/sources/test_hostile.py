"""Exports made to break the import: each is refused or read in part, with a reason, in little memory and time."""

import gzip
import io
import json
import resource
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from interactions.drafts import ContactDraft, NoteDraft
from interactions.sources.left_out import ARCHIVE

from .exports import cdr_line

MIB = 1 << 20
SECONDS = 20
HARPER = '{"sid": "%s", "metadata": {"start_time_ms": %s}, "segments": []}'


@contextmanager
def bounded(mib: int) -> Iterator[None]:
    """Fail when what happens inside takes more than so much memory, or far too long."""
    begun = time.process_time()
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < mib * MIB, f"{peak / MIB:.0f} MiB"
    assert time.process_time() - begun < SECONDS


def test_the_bound_itself_bounds():
    with pytest.raises(AssertionError, match="MiB"), bounded(1):
        assert bytes(2 * MIB)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_json(read, opening):
    deep = HARPER % ("a" * 16, opening * 500_000)
    marks = '{"ContactId": "1", "CustomerEndpoint": {}, "InitiationTimestamp": "x", "y": '
    with bounded(128):
        answer = read({"a.json": deep, "contacts.json": marks + opening * 100_000})
    assert all("nested too deep" in each.reason for each in answer.rejected)
    assert len(answer.rejected) == 2
    assert not answer.calls


@pytest.mark.parametrize("number", ["9" * 10_000_000, "-" + "9" * 10_000_000, "9" * 10_000_000 + ".5", "1e999999999"])
def test_numbers_of_ten_million_digits(read, number):
    with bounded(96):
        answer = read({"a.json": HARPER % ("a" * 16, number), "Master.csv": cdr_line(duration=number) + cdr_line()})
    assert {each.file for each in answer.rejected} == {"a.json", "Master.csv"}
    assert len(answer.calls) == 1


def test_a_number_of_a_million_digits_in_a_column_that_wants_one(read):
    with bounded(64):
        answer = read({"Master.csv": cdr_line(duration="9" * 100_000, billsec="1" * 20_000) + cdr_line()})
    assert "whole number" in answer.refusal.reason
    assert len(answer.calls) == 1


def test_millions_of_columns(read):
    wide = "," * 5_000_000 + "\n"
    files = {
        "contacts.csv": "Name,Email,Phone\n" + wide + "Alice,a@example.com,2025550147\n",
        "header.csv": "Name,Email,Phone" + wide,
        "few.csv": "Name,Email,Phone" + "," * 900_000 + "\nAlice,a@example.com,2025550147\n",
        "Master.csv": wide + cdr_line(),
    }
    with bounded(64):
        answer = read(files)
    assert len([each for each in answer.outcomes if isinstance(each, ContactDraft)]) == 1
    assert len(answer.calls) == 1
    assert {each.file for each in answer.rejected} == set(files)


def test_huge_fields(read):
    files = {
        "contacts.csv": f'Name,Email,Phone\n"{"a" * 200_000}",x,y\n"{"b" * (3 * MIB)}",x,y\nAlice,a@example.com,1\n',
        "notes.csv": "note_id,author,body\n1,linda," + "9" * 130_000 + "\n2,linda,hello\n",
    }
    with bounded(64):
        answer = read(files)
    assert len([each for each in answer.outcomes if isinstance(each, ContactDraft)]) == 1
    assert len([each for each in answer.outcomes if isinstance(each, NoteDraft)]) == 2
    assert [each.line for each in answer.rejected] == [2, 3]


def test_quotes_that_never_close(read):
    rows = "Name,Email,Phone\n" + '"open,a@example.com,1\n' * 30_000
    with bounded(64):
        answer = read({"contacts.csv": rows})
    assert 0 < len(answer.rejected) <= 10_001


def a_zip(size: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Master.csv", bytes(size))
    return made.getvalue()


def a_tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../etc/passwd"))
    return made.getvalue()


def test_archives_are_refused_unopened(read):
    bomb = a_zip(200 * MIB)
    assert len(bomb) < MIB
    files = {
        "calls.zip": bomb,
        "contacts.csv": bomb,
        "Master.csv.gz": gzip.compress(bytes(50 * MIB)),
        "calls.json": gzip.compress(b'{"sid": 1}'),
        "x.tar": a_tar(),
        "x.7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
        "x.xz": b"\xfd7zXZ\x00" + bytes(100),
    }
    with bounded(16):
        answer = read(files)
    assert {each.file: each.reason for each in answer.rejected} == dict.fromkeys(files, ARCHIVE)


def test_mixed_line_ends_and_encodings_in_one_file(read):
    rows = [
        b"\xef\xbb\xbfName;Email;Phone\r",
        "Jürgen;j@example.com;2025550147\r\n".encode("cp1252"),
        "Zoë;z@example.com;2025550148\n".encode(),
        b"\x81\x8d;x@example.com;2025550149\n",
        b"Nul\x00;n@example.com;2025550150\r\n",
        b"Bob;b@example.com;2025550151",
    ]
    answer = read({"contacts.csv": b"".join(rows)})
    contacts = [each for each in answer.outcomes if isinstance(each, ContactDraft)]
    assert [dict(each.values)["Name"] for each in contacts] == ["Jürgen", "Zoë", "Bob"]
    assert [each.line for each in answer.rejected] == [4, 5]
    assert [each.line for each in answer.noted] == [2]


def test_a_clock_that_went_backwards(read):
    answer = read({
        "Master.csv": cdr_line(start="2020-03-15 15:10:49", answer="2020-03-15 15:10:20", end="2020-03-15 15:10:40")
        + cdr_line(duration="-5") + cdr_line(start="2120-03-15 15:10:49") + cdr_line(start="0000-00-00 00:00:00"),
    })  # fmt: skip
    call = answer.call
    assert call.started_at is not None
    assert call.ended_at is not None
    assert call.ended_at >= call.started_at
    assert [each.line for each in answer.rejected] == [2, 3, 4]


def test_the_spreadsheet_says_its_mark(read):
    answer = read({"contacts.csv": 'sep=|\r\nName|"Email"|Phone\r\nAlice|a@example.com|"1; 2, 3"\r\n'})
    (contact,) = [each for each in answer.outcomes if isinstance(each, ContactDraft)]
    assert contact.place.record["row"] == 1
    assert dict(contact.values) == {"Name": "Alice", "Email": "a@example.com", "Phone": "1; 2, 3"}
    assert not answer.rejected


def test_unknown_columns_are_told_and_those_the_account_spoke_of_are_not(read):
    rows = "Name,Email,Phone,Klantnr,5305550100 x\nAlice,a@example.com,1,7,8\n"
    (note,) = read({"contacts.csv": rows}).noted
    assert "“Klantnr”, “a column”" in note.remark
    assert "530" not in note.remark
    (note,) = read({"contacts.csv": rows}, meanings={"klantnr": "customer-id"}).noted
    assert "Klantnr" not in note.remark


def test_a_million_records_take_no_more_memory_than_a_thousand(tmp_path):
    from interactions.sources.reader import read_all

    from .exports import LOS_ANGELES

    line = cdr_line().encode()
    (tmp_path / "Master.csv").write_bytes(line * 20_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in read_all(tmp_path, zone=LOS_ANGELES)) == 20_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_json_with_too_many_values(read):
    with bounded(128):
        answer = read({"a.json": HARPER % ("a" * 16, json.dumps([0] * 1_500_000))})
    assert "million values" in answer.refusal.reason
