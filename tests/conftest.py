"""What every test may use: the people of two accounts, and clients signed in as them."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect
from pytest_django import Settings

from accounts import roles
from accounts.models import Account, Agent, Line, Membership, Supervisor, User
from privacy import keys
from tests.browser import browser_type_launch_args
from trail.actor import Actor
from vault.key_directory import KeyDirectory

__all__ = ["browser_type_launch_args"]

PASSWORD = "correct-horse-battery"
ADDRESS = "203.0.113.7"


def pytest_configure() -> None:
    """Leave out what needs a server or a build step: cached counters, hashed file names, slow passwords.

    Playwright's loop runs in the thread of the test, which Django takes for an asynchronous one.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # How fast a page is belongs to the bench; here the patience is for busy machines.
    expect.set_options(timeout=10_000)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True)
class Person:
    """Somebody in one account, with the actor their requests would have."""

    user: User
    membership: Membership
    password: str = PASSWORD

    @property
    def actor(self) -> Actor:
        return Actor(
            user_id=self.user.pk,
            role=self.membership.role,
            account_id=self.membership.account_id,
            via="portal",
            request_id="test",
            address=ADDRESS,
            session="visit",
        )


def make_account(name: str, number: str, *, region: str = "US", zone: str = "America/Los_Angeles") -> Account:
    account = Account.objects.create(name=name, region=region, zone=zone)
    Line.objects.create(account=account, number=number, label="Service")
    return account


def make_person(name: str, account: Account, role: str, *, extension: str = "", whole_account: bool = True) -> Person:
    """Make a member called `name`; an `extension` ties the person to that agent of the account, made if missing."""
    user, new = User.objects.get_or_create(email=f"{name.lower()}@example.com", defaults={"name": name})
    if new:
        user.set_password(PASSWORD)
        user.save()
    agent = None
    if extension:
        agent, _ = Agent.objects.get_or_create(account=account, extension=extension, defaults={"name": name})
    membership = Membership.objects.create(user=user, account=account, role=role, agent=agent)
    if role == roles.SUPERVISOR:
        Supervisor.objects.create(membership=membership, whole_account=whole_account)
    return Person(user, membership)


@pytest.fixture(autouse=True)
def _own_checkpoints(tmp_path: Path, settings: Settings) -> None:
    """Give each test checkpoints of its own: those of another test would betray the log that was flushed since."""
    settings.CHECKPOINT_DIRECTORY = tmp_path / "checkpoints"


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _empty_store() -> Iterator[None]:
    """Leave nothing in the store: whatever searches all of it would search what every test before has left."""
    yield
    for folder in (settings.LETHE_HOME / "store").glob("*"):
        shutil.rmtree(folder)


@pytest.fixture
def own_keys(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A key directory of the test's own, whose files can be counted, changed and destroyed."""
    KeyDirectory.create(tmp_path / "keys")
    settings.KEY_DIRECTORY = tmp_path / "keys"
    keys.directory.cache_clear()
    yield tmp_path / "keys"
    keys.directory.cache_clear()


@pytest.fixture
def account(db: None) -> Account:
    """The account everybody but the stranger belongs to."""
    return make_account("Harper Valley", "+15305550100")


@pytest.fixture
def other_account(db: None) -> Account:
    """The account of the stranger."""
    return make_account("Far Away", "+33199000000", region="FR", zone="Europe/Paris")


@pytest.fixture
def agent(account: Account) -> Person:
    """Linda, whose extension is 2046."""
    return make_person("Linda", account, roles.AGENT, extension="2046")


@pytest.fixture
def supervisor(account: Account) -> Person:
    """Susan, who supervises the whole account."""
    return make_person("Susan", account, roles.SUPERVISOR)


@pytest.fixture
def auditor(account: Account) -> Person:
    return make_person("Alan", account, roles.AUDITOR)


@pytest.fixture
def officer(account: Account) -> Person:
    return make_person("Olga", account, roles.OFFICER)


@pytest.fixture
def administrator(account: Account) -> Person:
    return make_person("Ada", account, roles.ADMINISTRATOR)


@pytest.fixture
def stranger(other_account: Account) -> Person:
    """A supervisor, but of the other account; must see nothing of the first."""
    return make_person("Mallory", other_account, roles.SUPERVISOR)


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    """Return a function that gives a client signed in as a person, in the person's account."""

    def sign_in(person: Person) -> Client:
        client = Client(REMOTE_ADDR=ADDRESS)
        client.force_login(person.user, backend="accounts.backends.EmailBackend")
        return client

    return sign_in
