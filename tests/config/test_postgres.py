"""The embedded PostgreSQL keeps values out of its log, tables out of the application's hands, and mends leftovers."""

import os
import stat
from pathlib import Path

import psycopg
import pytest

from config.embedded import roles
from config.embedded.home import Home
from config.embedded.postgres import PostgreSQL
from config.embedded.refusal import StartRefused
from tests.services import Services

CANARY = "alice.canary@example.org"
FAILING = [
    f"INSERT INTO persons (name) VALUES ('{CANARY}')",
    f"SELECT '{CANARY}'::int",
    f"SELCT '{CANARY}'",
    f"DO $$BEGIN RAISE EXCEPTION '{CANARY}'; END$$",
    f"SELECT pg_input_is_valid('{CANARY}', 'no such type')",
]


@pytest.fixture
def server(services: Services) -> PostgreSQL:
    services.start_postgres()
    return services.postgres


@pytest.fixture
def unused(tmp_path: Path) -> PostgreSQL:
    """Return a server that was never prepared, with a data folder that looks as if it had been."""
    home = Home(tmp_path / "home")
    home.create()
    server = PostgreSQL(home)
    server.data.mkdir(parents=True)
    return server


def test_the_log_holds_no_value_of_a_statement_that_failed(server: PostgreSQL) -> None:
    with roles.connect(server, "lethe") as connection:
        connection.execute("CREATE TABLE persons (name text UNIQUE)")
        connection.execute("INSERT INTO persons (name) VALUES (%s)", [CANARY])
        for statement in FAILING:
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT %s::int", [CANARY])
        connection.execute("DROP TABLE persons")
    log = (server.home.logs / "postgres.log").read_text()
    assert "database system is ready" in log
    assert CANARY not in log


def test_the_application_role_changes_no_table(server: PostgreSQL) -> None:
    with psycopg.connect(server.url(roles.OWNER, "lethe"), autocommit=True) as owner:
        owner.execute("CREATE TABLE made_by_owner (id int)")
        try:
            with psycopg.connect(server.url(roles.APPLICATION, "lethe"), autocommit=True) as application:
                for statement in (
                    "CREATE TABLE mine (id int)",
                    "DROP TABLE made_by_owner",
                    "SELECT * FROM made_by_owner",
                ):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        application.execute(statement)
        finally:
            owner.execute("DROP TABLE made_by_owner")


def test_provisioning_again_changes_nothing_but_mends_a_password(server: PostgreSQL) -> None:
    with roles.connect(server) as connection:
        connection.execute("ALTER ROLE lethe_app PASSWORD 'forgotten'")
    roles.provision(server)
    with psycopg.connect(server.url(roles.APPLICATION, "keyring")) as application:
        assert application.execute("SELECT current_user").fetchone() == ("lethe_app",)


def test_the_server_listens_on_a_private_socket_only(server: PostgreSQL) -> None:
    assert stat.S_IMODE((server.sockets / ".s.PGSQL.5432").stat().st_mode) == 0o700
    with roles.connect(server) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        passwords = "SELECT count(*) FROM pg_authid WHERE rolpassword NOT LIKE 'SCRAM%'"
        assert connection.execute(passwords).fetchone() == (0,)


@pytest.mark.parametrize("pid", ["own", "999999999", "", "nonsense"])
def test_a_pid_file_that_means_nobody_is_removed(unused: PostgreSQL, pid: str) -> None:
    (unused.data / "PG_VERSION").write_text("18\n")
    number = str(os.getpid()) if pid == "own" else pid
    (unused.data / "postmaster.pid").write_text(f"{number}\n{unused.data}\n")
    unused._settle_leftover()
    assert not (unused.data / "postmaster.pid").exists()


def test_data_of_another_version_is_left_alone(unused: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.embedded.postgres.blocks_others", lambda path: None)
    (unused.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(StartRefused, match="written by PostgreSQL 17"):
        unused.prepare()
    assert (unused.data / "PG_VERSION").read_text() == "17\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL to another user")
def test_a_home_that_nobody_can_reach_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    home = Home(tmp_path / "home")
    home.create()
    with pytest.raises(StartRefused, match=r"chmod o\+x"):
        PostgreSQL(home).prepare()
