"""Every action the program writes has its words, so that no auditor meets a code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from audit.vocabulary import ACTIONS, GROUPS, actions_of

PACKAGES = ("accounts", "audit", "config", "customers", "interactions", "jobs", "privacy", "retention", "rtbf", "trail")
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
WRITERS = {"append", "Draft", "note", "_note", "_note_refused", "warrant", "_warrant", "opened", "_visible", "search"}
ENDINGS = re.compile(r"\.(\w+_)?([a-z]+ed|begun|read|sent|made|left|shown|held|locked_out|reset)$")
NO_ACTIONS = {"keys.made"}


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((Path(settings.BASE) / package).rglob("*.py")):
            if not {"migrations", "vocabulary"} & set(path.parts):
                yield path


def actions_in(tree: ast.AST) -> Iterator[str]:
    """Yield literals handed to a writer of entries or named `action`, and those that read like one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            handed = [word.value for word in node.keywords if word.arg == "action"]
            handed += node.args if name in WRITERS and not isinstance(node.func, ast.Attribute) else []
            for value in handed:
                yield from literals(value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and ENDINGS.search(node.value):
            yield from literals(node)


def is_action(text: str) -> bool:
    return bool(NAME.fullmatch(text)) and text not in NO_ACTIONS


def literals(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and is_action(each.value):
            yield each.value


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sources():
        for action in actions_in(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(action, str(path.relative_to(settings.BASE)))
    return found


def test_the_search_finds_what_is_known_to_be_written(written):
    for known in ("recording.played", "session.locked_out", "record.erased", "detail.removed", "password.reset"):
        assert known in written


def test_every_action_has_its_words(written):
    missing = {action: path for action, path in written.items() if action not in ACTIONS}
    assert missing == {}, "add these to the tables in audit/vocabulary/"


def test_every_action_is_in_one_group_and_can_be_filtered_by_it():
    assert {words.group for words in ACTIONS.values()} == GROUPS.keys()
    assert sorted(each for group in GROUPS for each in actions_of(group)) == sorted(ACTIONS)
