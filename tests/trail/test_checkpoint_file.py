import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from trail.checkpoint import Signer
from trail.checkpoint_file import CheckpointFile, KeyChanged
from trail.merkle import leaf_hash

NOVEMBER = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
SIGNER = Signer(bytes(32))


def note(size: int) -> str:
    return SIGNER.sign(size, leaf_hash(b""))


def test_lines_come_back_in_order_across_months(tmp_path: Path):
    file = CheckpointFile(tmp_path / "outside")
    file.append(note=note(1), size=1, at=NOVEMBER)
    file.append(note=note(5), size=5, at=DECEMBER)
    assert list(file.lines()) == [(1, note(1)), (5, note(5))]
    assert file.last_size() == 5


def test_nobody_else_can_read_it(tmp_path: Path):
    file = CheckpointFile(tmp_path / "outside")
    file.append(note=note(1), size=1, at=NOVEMBER)
    file.publish_key(SIGNER.verifier.vkey())
    assert stat.S_IMODE(file.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.folder.iterdir()} == {0o600}


def test_a_checkpoint_that_was_overtaken_is_left_out(tmp_path: Path):
    file = CheckpointFile(tmp_path)
    file.append(note=note(5), size=5, at=NOVEMBER)
    file.append(note=note(3), size=3, at=NOVEMBER)
    assert [size for size, _ in file.lines()] == [5]


def test_a_line_torn_by_a_crash_costs_that_line_only(tmp_path: Path):
    file = CheckpointFile(tmp_path)
    file.append(note=note(1), size=1, at=NOVEMBER)
    with open(tmp_path / "2026-11.jsonl", "ab") as torn:
        torn.write(b'{"at": "2026-11-30T')
    assert file.last_size() == 1
    file.append(note=note(2), size=2, at=NOVEMBER)
    assert [size for size, _ in file.lines()] == [1, 2]


def test_another_signing_key_is_refused(tmp_path: Path):
    file = CheckpointFile(tmp_path)
    file.publish_key(SIGNER.verifier.vkey())
    file.publish_key(SIGNER.verifier.vkey())
    with pytest.raises(KeyChanged, match="another signing key"):
        file.publish_key(Signer(bytes([1] * 32)).verifier.vkey())
    assert file.public_key() == SIGNER.verifier.vkey()
