"""A folder is gone through in order, without following links, and whatever cannot be read is said."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from interactions.drafts import Ignored, Rejected
from interactions.sources.found import FoundFile, open_plain
from interactions.sources.walk import walk


def put(path: Path, content: bytes = b"content") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_files_come_in_sorted_order_with_paths_relative_to_the_folder(tmp_path):
    for name in ("b/z.csv", "b/a.csv", "a.csv", "c.csv"):
        put(tmp_path / name)
    assert [found.relative for found in walk(tmp_path)] == ["a.csv", "b/a.csv", "b/z.csv", "c.csv"]


def test_a_single_file_is_relative_to_its_folder(tmp_path):
    put(tmp_path / "other.csv")
    assert [found.relative for found in walk(put(tmp_path / "one.csv"))] == ["one.csv"]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(walk(tmp_path / "nowhere"))


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    secret = put(tmp_path / "secret.csv")
    (tmp_path / "import").mkdir()
    (tmp_path / "import/file.csv").symlink_to(secret)
    (tmp_path / "import/folder").symlink_to(tmp_path)
    (tmp_path / "import/nowhere").symlink_to("missing")
    found = list(walk(tmp_path / "import"))
    assert [type(outcome) for outcome in found] == [Rejected] * 3
    assert "link" in found[0].reason


def test_a_link_inside_the_folder_is_not_read_twice(tmp_path):
    put(tmp_path / "a.csv")
    (tmp_path / "b.csv").symlink_to("a.csv")
    (tmp_path / "loop").symlink_to(".")
    assert [
        (type(outcome), outcome.file if isinstance(outcome, Ignored) else outcome.relative)
        for outcome in walk(tmp_path)
    ] == [
        (FoundFile, "a.csv"),
        (Ignored, "b.csv"),
        (Ignored, "loop"),
    ]


def test_a_file_that_becomes_a_link_after_it_was_found_is_not_opened(tmp_path):
    secret = put(tmp_path / "secret")
    (found,) = walk(put(tmp_path / "import/a.csv").parent)
    found.path.unlink()
    found.path.symlink_to(secret)
    with pytest.raises(OSError, match="link"):
        found.open()


def test_a_folder_that_becomes_a_link_after_it_was_found_is_not_entered(tmp_path):
    put(tmp_path / "elsewhere/a.csv")
    (found,) = walk(put(tmp_path / "import/day/a.csv").parent.parent)
    found.path.parent.rename(tmp_path / "moved")
    (tmp_path / "import/day").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="link"):
        found.open()


def test_a_pipe_is_reported_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (refused,) = walk(tmp_path)
    assert isinstance(refused, Rejected)
    with pytest.raises(OSError, match="regular"):
        open_plain(tmp_path / "pipe.csv")


@pytest.mark.parametrize("name", ["a\nb.csv", "a\x1b[31m.csv", "a\u202egnp.csv", "a\u2028b.csv", "a\x7f.csv"])
def test_a_name_with_control_characters_is_refused_and_printed_without_them(tmp_path, name):
    put(tmp_path / name)
    (refused,) = walk(tmp_path)
    assert isinstance(refused, Rejected)
    assert "control" in refused.reason
    assert refused.file.isprintable()


def test_a_name_that_is_not_utf8_is_refused(tmp_path):
    os.close(os.open(os.fsencode(tmp_path) + b"/Jos\xe9.csv", os.O_CREAT | os.O_WRONLY))
    (refused,) = walk(tmp_path)
    assert isinstance(refused, Rejected)
    assert "UTF-8" in refused.reason
    refused.file.encode()


def test_an_accent_in_a_name_is_fine(tmp_path):
    put(tmp_path / "José ÅÄÖ 東京.csv")
    assert [found.relative for found in walk(tmp_path)] == ["José ÅÄÖ 東京.csv"]


def test_an_empty_file_is_refused(tmp_path):
    put(tmp_path / "empty.wav", b"")
    (refused,) = walk(tmp_path)
    assert isinstance(refused, Rejected)
    assert "empty" in refused.reason


def test_a_folder_without_permission_is_reported_and_the_rest_read(ordinary_user):
    put(ordinary_user / "closed/a.csv")
    put(ordinary_user / "open/b.csv")
    (ordinary_user / "closed").chmod(0)
    closed, opened = walk(ordinary_user)
    assert isinstance(closed, Rejected)
    assert closed.file == "closed"
    assert "right to read" in closed.reason
    assert opened.relative == "open/b.csv"


@pytest.fixture
def deep_folder() -> Iterator[Path]:
    """Give a tree of more levels than Python has frames; it is removed from the outside, as pytest cannot."""
    folder, start = Path(tempfile.mkdtemp()), Path.cwd()
    try:
        os.chdir(folder)
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        Path("a.csv").write_bytes(b"x")
        os.chdir(start)
        yield folder
    finally:
        os.chdir(start)
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_folders_deeper_than_the_recursion_limit_are_gone_through(deep_folder):
    (outcome,) = walk(deep_folder)
    assert outcome.relative.count("/") == 1200
