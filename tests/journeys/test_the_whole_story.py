"""The main job, end to end, in a real house: import, hear, forget, read the log, prove it.

Plant, see, erase, look everywhere: the customer is seen in every place first, and then looked for in both databases
raw, in every sealed value that any living key opens, in the store, the queue and the log files.
"""

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from playwright.sync_api import Browser, Page, expect

from tests import browsing
from tests.browsing import follow
from tests.house import CHECKOUT, Running, running_house, soon

pytestmark = [pytest.mark.journey, pytest.mark.house]

ACCOUNT = "Harper Valley"
SPELLING = "(202) 555-0147"
# CUST-1001 of the samples in the spellings the exports have, and as it is said.
CUSTOMER = (
    "2025550147", "202 555 0147", "202.555.0147", "(202) 555-0147", "patricia", "CUST-1001",
    "two oh two five five five zero one four seven", "0188295665114e74", "1584310249.4083",
)  # fmt: skip
OTHERS = ("CUST-1002", "4155550123", "mary wilson", "robert jones")
BLOBS = "SELECT blob FROM interactions_recording UNION ALL SELECT blob FROM interactions_voicemail"
PEOPLE = {"agent": "2046", "supervisor": "", "auditor": "", "officer": ""}


class Story(Running):
    """A house with one account, its people, and the samples."""

    passwords: dict[str, str]

    def command(self, *words: str, typed: str = "", owner: bool = False, ends: int = 0) -> str:
        """Run a command of the product as an administrator in a second terminal would."""
        environment = {**self.environment, **({"LETHE_DB_ROLE": "owner"} if owner else {})}
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=CHECKOUT, env=environment, input=typed, text=True,
            capture_output=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == ends, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    def variables(self) -> dict[str, str]:
        """Return what the supervisor wrote down for a second terminal."""
        lines = (self.home / "lethe.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def ask(self, statement: str, *, database: str = "", owner: bool = False) -> list[tuple[object, ...]]:
        """Ask a database directly."""
        url = self.variables()[f"{database}DATABASE_{'OWNER_' if owner else ''}URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def statistics(self) -> list[tuple[object, ...]]:
        """Return calls and talk time by agent, and distinct callers."""
        return self.ask(
            "SELECT a.extension, count(*), sum(i.talk_s), count(DISTINCT i.customer_id) FROM interactions_interaction i"
            " LEFT JOIN accounts_agent a ON a.id = i.agent_id GROUP BY 1 ORDER BY 1"
        )


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with running_house(Story) as house:
        house.passwords = {}
        own = ("+15305550100", "+442079460000", "+33199000000")
        numbers = [word for number in own for word in ("--own-number", number)]
        house.command(
            "create_account", ACCOUNT, "--region", "US", "--zone", "America/Los_Angeles", *numbers, "--grace-hours", "0"
        )
        for role, extension in PEOPLE.items():
            house.passwords[role] = secrets.token_urlsafe(16)
            agent = ["--agent-id", extension] if extension else []
            house.command(
                "create_member", f"{role}@example.com", "--account", ACCOUNT, "--role", role, *agent,
                "--password-stdin", typed=house.passwords[role] + "\n",
            )  # fmt: skip
        report = json.loads(house.command("import_interactions", "samples", "--account", ACCOUNT, "--json"))
        assert report["counts"]["interactions"] == 17
        yield house


def sign_in(browser: Browser, story: Story, role: str) -> Page:
    page = browser.new_context(base_url=story.address).new_page()
    page.set_default_timeout(15_000)
    browsing.sign_in(page, story.address, f"{role}@example.com", story.passwords[role])
    return page


def found_raw(story: Story, words: tuple[str, ...]) -> dict[str, list[str]]:
    """Return, for each word, the tables of both databases in whose raw rows it stands."""
    found: dict[str, list[str]] = {word: [] for word in words}
    for database in ("", "KEYRING_"):
        tables = story.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database=database, owner=True)
        for (table,) in tables:
            rows = story.ask(f'SELECT t::text FROM "{table}" t', database=database, owner=True)
            text = "\n".join(str(row) for (row,) in rows)
            for word in words:
                found[word] += [str(table)] * (word.lower() in text.lower())
    return found


def found_sealed(story: Story, words: tuple[str, ...]) -> dict[str, list[str]]:
    """Return, for each word, the places where any living key opens a value that holds it."""
    program = (
        "import os, sys, json, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; django.setup()\n"
        "from tests.looking import opened_values\n"
        "words = json.load(sys.stdin); found = {word: [] for word in words}\n"
        "for place, value in opened_values():\n"
        "    for word in words:\n"
        "        found[word] += [place] * (word.lower() in str(value).lower())\n"
        "print(json.dumps(found))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, env=story.environment, input=json.dumps(words), text=True,
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def found_in_files(story: Story, words: tuple[str, ...]) -> list[str]:
    """Return the files of the house (logs, store, queue, checkpoints) that hold a word in plain bytes."""
    folders = [story.home / name for name in ("logs", "store", "valkey", "checkpoints")]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 10
    return [str(file) for file in files for word in words if word.lower().encode() in file.read_bytes().lower()]


def found_in_queue(story: Story, words: tuple[str, ...]) -> list[str]:
    """Return the keys of the queue and the cache whose dump holds a word."""
    found = []
    for name in ("BROKER_URL", "CACHE_URL"):
        with redis.Redis.from_url(story.variables()[name]) as server:
            dumps = {bytes(key): bytes(server.dump(key) or b"") for key in server.scan_iter()}
        found += [str(key) for key, dump in dumps.items() for word in words if word.encode() in key + dump]
    return found


def test_the_whole_story(story: Story, browser: Browser) -> None:
    an_agent_hears_an_own_call_and_is_refused_anothers(story, browser)
    statistics = story.statistics()
    the_customer_is_everywhere(story)
    a_supervisor_forgets_the_customer(story, browser)
    the_customer_is_nowhere(story)
    assert story.statistics() == statistics
    an_auditor_reads_who_did_what(story, browser)
    the_log_proves_itself_and_betrays_one_changed_byte(story)


def an_agent_hears_an_own_call_and_is_refused_anothers(story: Story, browser: Browser) -> None:
    page = sign_in(browser, story, "agent")
    page.goto("/my-recordings/")
    others = story.ask(
        "SELECT i.id FROM interactions_interaction i JOIN accounts_agent a ON a.id = i.agent_id"
        " WHERE a.extension <> '2046'"
    )
    own = story.ask(
        "SELECT i.id, r.id FROM interactions_interaction i JOIN accounts_agent a ON a.id = i.agent_id"
        " JOIN interactions_recording r ON r.interaction_id = i.id WHERE a.extension = '2046'"
        " AND r.media_type = 'audio/mpeg'"
    )
    page.goto(f"/interactions/{own[0][0]}/")
    expect(page.locator("[data-lethe-player]")).to_have_count(0)
    page.get_by_label("Quality review").check()
    follow(page.get_by_role("button", name=re.compile("Open|Listen|Show|Continue")).first)
    page.get_by_role("button", name="Play").first.click()
    expect(page.get_by_role("button", name="Pause").first).to_be_visible()
    expect(page.locator(".lethe-transcript li").first).to_be_visible()

    for path, status in ((f"/interactions/{others[0][0]}/", 404), ("/forget/", 403), ("/log/", 403)):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status
    page.context.close()


def the_customer_is_everywhere(story: Story) -> None:
    sealed = found_sealed(story, CUSTOMER)
    assert all(sealed[word] for word in ("2025550147", "patricia", "CUST-1001")), sealed
    places = {place.split(".")[1] for word in CUSTOMER for place in sealed[word]}
    assert {"Identifier", "Interaction", "Transcription", "Comment", "SourceRecord"} <= places
    assert all(found_sealed(story, OTHERS).values())


def a_supervisor_forgets_the_customer(story: Story, browser: Browser) -> None:
    page = sign_in(browser, story, "supervisor")
    page.goto("/forget/")
    page.get_by_label("What is the customer known by?").fill(SPELLING)
    follow(page.get_by_role("button", name="Search"))
    expect(page.get_by_text(re.compile("recordings?", re.I)).first).to_be_visible()
    follow(page.get_by_role("link", name="Go on to confirm"))
    page.get_by_label("Type FORGET to confirm").fill("FORGET")
    follow(page.get_by_role("button", name="Forget this customer"))
    assert soon(lambda: story.ask("SELECT state FROM rtbf_request") == [("completed",)], within_s=60)
    page.goto("/requests/?tab=completed")
    expect(page.get_by_text("RTBF-").first).to_be_visible()
    page.context.close()


def the_customer_is_nowhere(story: Story) -> None:
    assert found_raw(story, CUSTOMER) == {word: [] for word in CUSTOMER}
    assert found_sealed(story, CUSTOMER) == {word: [] for word in CUSTOMER}
    assert found_in_files(story, CUSTOMER) == []
    assert found_in_queue(story, CUSTOMER) == []
    assert all(found_sealed(story, OTHERS).values())
    blobs = {str(blob) for (blob,) in story.ask(BLOBS)}
    kept = {file.name for file in (story.home / "store").rglob("*") if file.is_file()}
    assert kept == blobs


def an_auditor_reads_who_did_what(story: Story, browser: Browser) -> None:
    page = sign_in(browser, story, "auditor")
    page.goto("/log/?outcome=refused")
    expect(page.locator(".audit-line", has_text="Agent").first).to_contain_text("not allowed")
    page.goto("/log/?role=agent")
    expect(page.locator(".audit-line", has_text="played the recording").first).to_contain_text("quality")
    page.goto("/log/?role=supervisor")
    expect(page.locator(".audit-line", has_text="RTBF-").first).to_be_visible()
    for words in ("2025550147", "Patricia", "PATRICIA"):
        expect(page.get_by_text(words)).to_have_count(0)
    page.context.close()


def the_log_proves_itself_and_betrays_one_changed_byte(story: Story) -> None:
    pending = "SELECT count(*) FROM trail_event e LEFT JOIN trail_position p ON p.event_id = e.id WHERE p.seq IS NULL"
    assert soon(lambda: story.ask(pending) == [(0,)])
    story.command("verify_audit")

    url = story.variables()["DATABASE_OWNER_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE trail_event DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE trail_event SET text = replace(text, 'played', 'plaxed') WHERE id ="
            " (SELECT id FROM trail_event WHERE action LIKE '%.played' LIMIT 1)"
        )
        connection.execute("ALTER TABLE trail_event ENABLE TRIGGER USER")
    story.command("verify_audit", ends=1)


def test_nothing_of_the_house_is_open_to_others(story: Story) -> None:
    secret = [file for file in story.home.rglob("*") if file.is_file() and _is_secret(file)]
    assert secret
    assert [file for file in secret if file.stat().st_mode & 0o077] == []


def _is_secret(file: Path) -> bool:
    return "keys" in file.parts or file.name in {"lethe.env", "secret-key", "sign-ins.txt"}
