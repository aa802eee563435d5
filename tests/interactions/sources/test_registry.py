"""Every format is found by being a file in its folder."""

import sys
import types

import pytest

from interactions.sources import registry
from interactions.sources.found import FoundFile
from interactions.sources.reader import read_all
from interactions.sources.walk import walk

from .exports import LOS_ANGELES, SILENCE, Answer, cdr_line


def test_every_format_has_a_name_of_its_own():
    names = [source.name for source in registry.sources()]
    assert len(set(names)) == len(names) > 7


def test_a_module_without_a_source_is_an_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "interactions.sources.formats.broken", types.ModuleType("broken"))
    with pytest.raises(TypeError, match=r"formats\.broken must define SOURCE"):
        registry._source("interactions.sources.formats.broken")


def test_no_file_of_the_samples_is_claimed_by_two_formats(samples):
    for file in walk(samples):
        if isinstance(file, FoundFile):
            assert sum(source.recognises(file) for source in registry.sources()) <= 1, file.relative


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "LICENSE.txt", "debian-copyright.txt", "notes.rst", ".DS_Store", "Thumbs.db"]
)
def test_documentation_and_system_files_are_left_out_without_complaint(read, name):
    answer = read({name: "Some words"})
    assert [outcome.file for outcome in answer.outcomes] == [name]
    assert answer.ignored


def test_a_licence_is_known_by_its_text_too(read):
    assert read({"APACHE-2.0.txt": "\n      Apache License\n  Version 2.0"}).ignored


@pytest.mark.parametrize(
    "name", ["calls.json", "people.csv", "readme.csv", "archive.zip", "licence.wav.json", "audio/notes.json"]
)
def test_a_format_of_the_future_is_rejected_with_a_reason(read, name):
    assert "not a format Lethe can read yet" in read({name: '{"calls": [], "contacts": []}'}).refusal.reason


def test_text_named_as_sound_is_rejected(read):
    answer = read({"0002f70f7386445b.wav": "Alice", "in-400-1-20200315-151049-1584310249.4083.mp3": "Alice"})
    assert [("no WAV" in refusal.reason) for refusal in answer.rejected] == [True, True]
    assert not answer.calls


def test_sound_without_a_call_is_rejected(read):
    assert "which call" in read({"song.wav": SILENCE}).refusal.reason


def test_files_of_one_name_in_two_folders_are_two_files(read):
    answer = read({"a/0002f70f7386445b.wav": SILENCE, "b/0002f70f7386445b.wav": SILENCE})
    assert [call.audio[0].place.file for call in answer.calls] == ["a/0002f70f7386445b.wav", "b/0002f70f7386445b.wav"]
    assert len({call.audio[0].path for call in answer.calls}) == 2


def test_a_file_without_permission_is_reported_and_the_next_read(ordinary_user):
    for folder in ("a", "b"):
        (ordinary_user / folder).mkdir()
        (ordinary_user / folder / "Master.csv").write_text(cdr_line())
    (ordinary_user / "a/Master.csv").chmod(0)
    (ordinary_user / "a.json").write_text("{}")
    (ordinary_user / "a.json").chmod(0)
    answer = Answer(read_all(ordinary_user, zone=LOS_ANGELES))
    assert [refusal.file for refusal in answer.rejected] == ["a/Master.csv", "a.json"]
    assert all("Permission denied" in refusal.reason for refusal in answer.rejected)
    assert answer.call.place.file == "b/Master.csv"
