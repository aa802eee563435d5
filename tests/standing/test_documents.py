"""What README and docs tell people to run, read or set exists under that name."""

import os
import re
from importlib import import_module

import pytest
from django.core.management import get_commands, load_command_class

from tests.standing.source import APPS, ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "vault/FORMAT.md"])
TEXTS = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in DOCUMENTS}
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[A-Za-z][\w.-]*(/[\w.*-]+)*(/|\.(py|md|toml|txt|json|html|js|css|in))")
# Made or found by a house that runs, not kept in the checkout.
OF_A_HOUSE = {"sign-ins.txt", "LEFT-OUT.txt", "dossier.json", "manifest.json"}
# Started by `make run`, by `config.prepare` and by whoever runs a house in parts; no commands for people.
STARTED_FOR_PEOPLE = {"clock", "migrate"}


def files() -> set[str]:
    """Return every file and folder of the checkout by its path, and files by their bare name too."""
    found: set[str] = set()
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if not name.startswith(".") and name not in ("build", "__pycache__")]
        path = os.path.relpath(folder, ROOT)
        found |= {os.path.normpath(f"{path}/{name}") for name in names} | {f"{path}/"} | set(names)
    return found


def ours() -> dict[str, str]:
    return {name: str(app) for name, app in get_commands().items() if str(app).split(".", maxsplit=1)[0] in APPS}


def rows(heading: str) -> list[str]:
    """Return the first cells of the table below a heading of the README."""
    part = TEXTS["README.md"].split(f"\n## {heading}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
    return [re.split(r"(?<!\\)\|", line)[1] for line in part.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("document", TEXTS)
def test_files_that_are_named_exist(document: str) -> None:
    there = files()
    named = {each for each in CODE.findall(TEXTS[document]) if FILE.fullmatch(each) and "*" not in each}
    assert named - there - OF_A_HOUSE == set()


def test_the_look_for_files_sees_them() -> None:
    named = [each for each in CODE.findall(TEXTS["README.md"]) if FILE.fullmatch(each)]
    assert {"docs/restore.md", "vault/", "vault/FORMAT.md"} <= set(named)
    assert {"docs/restore.md", "vault/", "FORMAT.md"} <= files()
    assert "docs/gone.md" not in files()


def test_targets_of_make_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for text in TEXTS.values() for name in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)}
    assert {"run", "test", "lint", "bench"} <= named
    assert named - targets == set()


def test_commands_that_are_named_exist() -> None:
    named = {name for text in TEXTS.values() for name in re.findall(r"manage\.py ([a-z]\w+)", text)}
    assert "verify_audit" in named
    assert named - set(get_commands()) == set()


def test_the_readme_lists_every_command_with_options_it_has() -> None:
    listed: set[str] = set()
    for cell in rows("Commands"):
        for written in CODE.findall(cell.replace(r"\|", "|")):
            name = written.split(maxsplit=1)[0]
            listed.add(name)
            parser = load_command_class(ours()[name], name).create_parser("manage.py", name)
            known = {option for action in parser._actions for option in action.option_strings}
            assert set(re.findall(r"--[a-z][a-z0-9-]*", written)) - known == set(), name
    assert listed == ours().keys() - STARTED_FOR_PEOPLE


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    settings = (ROOT / "config/settings.py").read_text(encoding="utf-8")
    told = " ".join(TEXTS.values())
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"(?:, "([A-Z_]+)")?', settings))
    names = {name for pair in read for name in pair if name}
    assert {"BROKER_URL", "DATABASE_OWNER_URL"} <= names
    assert {name for name in names if f"`{name}`" not in told} == set()
    sources = [*(ROOT / "config").rglob("*.py"), ROOT / "Makefile", *(ROOT / "tests").glob("*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    documented = {name for cell in rows("Settings") for name in CODE.findall(cell)}
    assert {name for name in documented if not re.search(rf"\b{name}\b", text)} == set()


def test_functions_that_are_named_exist() -> None:
    pattern = re.compile(rf"(?:{'|'.join(APPS)})(?:\.\w+)+(?=\()")
    named = {each for text in TEXTS.values() for code in CODE.findall(text) for each in pattern.findall(code)}
    assert "privacy.index_rotation.unlinkable_since" in named
    for each in named:
        module, name = each.rsplit(".", maxsplit=1)
        assert hasattr(import_module(module), name), each
