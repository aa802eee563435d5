"""What prevents a start: each way in refuses, and says what is wrong and how to mend it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standing.source import ROOT
from vault.key_directory import KeyDirectory

WAYS_IN = {
    "web": ["-c", "import config.wsgi"],
    "worker": ["-m", "dramatiq", "config.worker", "--processes", "1", "--threads", "1"],
    "clock": ["manage.py", "clock"],
}
UNDECLARED = """
from django.db import models

class Lead(models.Model):
    telephone = models.TextField()

    class Meta:
        app_label = "leads"
"""


def start(way: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start a part as the supervisor would; one that starts is stopped after a while and fails the test."""
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment}
    variables.pop("PYTEST_CURRENT_TEST", None)
    command = [sys.executable, *WAYS_IN[way]]
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    KeyDirectory.create(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.mark.parametrize("way", WAYS_IN)
def test_keys_that_are_missing(way, tmp_path):
    ended = start(way, KEY_DIRECTORY=str(tmp_path / "nowhere"))
    assert ended.returncode != 0
    assert f"{tmp_path / 'nowhere'} is missing" in ended.stderr + ended.stdout


@pytest.mark.parametrize("way", WAYS_IN)
def test_keys_that_others_can_read(way, keys):
    keys.chmod(0o755)
    ended = start(way, KEY_DIRECTORY=str(keys))
    assert ended.returncode != 0
    assert f"chmod 700 '{keys}'" in ended.stderr + ended.stdout


def test_a_root_key_that_others_can_read(keys):
    (keys / "root").chmod(0o644)
    ended = start("web", KEY_DIRECTORY=str(keys))
    assert ended.returncode != 0
    assert f"chmod 600 '{keys}/root'" in ended.stderr


def test_with_keys_the_web_starts(keys):
    assert start("web", KEY_DIRECTORY=str(keys)).returncode == 0


def settings_with(tmp_path: Path, lines: str) -> dict[str, str]:
    (tmp_path / "other_settings.py").write_text(f"from config.settings import *\n{lines}\n")
    return {"DJANGO_SETTINGS_MODULE": "other_settings", "PYTHONPATH": f"{tmp_path}:{ROOT}"}


def test_a_model_nobody_declared(tmp_path):
    leads = tmp_path / "leads"
    leads.mkdir()
    (leads / "__init__.py").write_text("")
    (leads / "models.py").write_text(UNDECLARED)
    where = "INSTALLED_APPS.index('config')"
    ended = start("web", **settings_with(tmp_path, f"INSTALLED_APPS.insert({where}, 'leads')"))
    assert ended.returncode != 0
    assert "leads.Lead" in ended.stderr
    assert "declare(" in ended.stderr


def test_a_house_without_guards_does_not_start(monkeypatch):
    unheard = "import privacy.guards; privacy.guards.register = lambda *_, **__: None; import config.wsgi"
    monkeypatch.setitem(WAYS_IN, "unguarded", ["-c", unheard])
    ended = start("unguarded")
    assert ended.returncode != 0
    assert "NoGuards" in ended.stderr


@pytest.mark.parametrize(("app", "lost"), [("retention", "retention"), ("trail", ""), ("jobs", "")])
def test_a_house_without_a_part_of_its_conscience(app, lost, tmp_path):
    ended = start("web", **settings_with(tmp_path, f"INSTALLED_APPS.remove('{app}')"))
    assert ended.returncode != 0
    assert lost in ended.stderr
