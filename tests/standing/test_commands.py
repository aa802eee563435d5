import re

from django.core.management import get_commands

from tests.standing.source import APPS, ROOT

HERE = ROOT / "tests/standing"


def test_every_command_has_a_test_that_calls_it():
    ours = {name for name, app in get_commands().items() if str(app).split(".", maxsplit=1)[0] in APPS}
    files = [file for file in (ROOT / "tests").rglob("*.py") if HERE not in file.parents]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    ways = r"""(call_command|call|run|command|manage)\(\s*["']{0}["']|manage\.py["', ]+{0}\b"""
    called = {name for name in ours if re.search(ways.format(name), text)}
    assert "forget" in called
    assert ours - called == set()


def test_every_command_says_what_it_does():
    from django.core.management import load_command_class

    ours = {name: str(app) for name, app in get_commands().items() if str(app).split(".", maxsplit=1)[0] in APPS}
    assert [name for name, app in ours.items() if not load_command_class(app, name).help.strip()] == []
