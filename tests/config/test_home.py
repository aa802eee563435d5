"""The home is claimed by one, keeps its secrets private, and finds sockets a path that fits."""

import os
import stat
from pathlib import Path

import pytest

from config import env
from config.embedded.home import SOCKET_PATH_BYTES, Home, blocks_others, fits
from config.embedded.refusal import StartRefused


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "a home")
    home.create()
    return home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_second_claim_is_refused_and_names_the_holder(home: Home) -> None:
    home.lock()
    home.sign("process 42, http://127.0.0.1:8000/")
    with pytest.raises(StartRefused, match=r"process 42, http://127\.0\.0\.1:8000/"):
        Home(home.path).lock()


def test_a_home_is_free_again_when_its_holder_is_gone(home: Home) -> None:
    pid = os.fork()
    if pid == 0:
        Home(home.path).lock()
        os._exit(0)
    os.waitpid(pid, 0)
    home.lock()
    assert str(os.getpid()) in (home.path / "lock").read_text()


def test_a_file_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(StartRefused, match="LETHE_HOME can't be"):
        Home(tmp_path / "home").create()


def test_a_secret_stays_the_same_and_is_private(home: Home) -> None:
    first = home.secret("passwords/alice")
    assert len(first) > 40
    assert Home(home.path).secret("passwords/alice") == first
    assert home.secret("passwords/bob") != first
    assert mode(home.path / "passwords" / "alice") == 0o600
    assert mode(home.path / "passwords") == 0o700


def test_what_an_interrupted_write_left_is_not_taken_for_a_secret(home: Home) -> None:
    (home.path / "secret-key.new").write_text("half")
    assert "half" not in home.secret("secret-key")
    assert not (home.path / "secret-key.new").exists()


def test_a_second_terminal_reads_what_the_supervisor_wrote(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LETHE_TRIAL", raising=False)
    monkeypatch.setenv("LETHE_TRIAL_GIVEN", "by hand")
    home.write_environment({"LETHE_TRIAL": "postgresql://a:b=c@/d?host=/e%20f", "LETHE_TRIAL_GIVEN": "by file"})
    assert mode(home.path / "lethe.env") == 0o600
    env.load_home_file(home.path)
    assert os.environ["LETHE_TRIAL"] == "postgresql://a:b=c@/d?host=/e%20f"
    assert os.environ["LETHE_TRIAL_GIVEN"] == "by hand"
    monkeypatch.delenv("LETHE_TRIAL")


def test_sockets_lie_in_the_home_when_their_path_fits() -> None:
    assert fits(Path("/srv/lethe/run"))
    longest = Path("/" + "x" * (SOCKET_PATH_BYTES - len("//pg/.s.PGSQL.5432")))
    assert fits(longest)
    assert not fits(Path(str(longest) + "x"))


def test_sockets_of_a_long_home_lie_in_a_short_folder_of_their_own(tmp_path: Path) -> None:
    homes = [Home(tmp_path / ("x" * 100) / name) for name in ("alice", "bob")]
    for home in homes:
        home.create()
    folders = [home.socket_folder() for home in homes]
    try:
        assert all(fits(folder) and not mode(folder) & 0o066 for folder in folders)
        assert folders[0] != folders[1]
        assert folders == [home.socket_folder() for home in homes]
    finally:
        for folder in folders:
            folder.rmdir()


def test_a_closed_folder_on_the_way_is_found(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert blocks_others(tmp_path / "home") is not None
    assert blocks_others(Path("/usr/bin")) is None
