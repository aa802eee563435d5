"""What the log calls an act, and what the table of rights calls a right."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission

from accounts import roles
from tests.standing.source import Module, modules

ACTION = re.compile(r"[a-z]+(_[a-z]+)?\.[a-z]+(_[a-z]+)*")
IRREGULAR = {
    "read", "sent", "begun", "chosen", "reset", "locked_out",
    "withdrawn", "sent_again", "opened_to_silence", "made", "split", "rebuilt", "taken",
}  # fmt: skip
TAKES_ACTION_FIRST = {"append", "note", "_note", "_note_refused", "Draft"}


def strings(node: ast.AST) -> Iterator[str]:
    yield from (each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str))


def given(module: Module) -> Iterator[str]:
    """Yield what stands in the place of an action: first of `append` and its like, `action=`, its default."""
    for name, call in module.calls():
        places = [each.value for each in call.keywords if each.arg == "action" and name != "add_argument"]
        if name in TAKES_ACTION_FIRST and module.app != "config":
            places += call.args[:1]
        for place in places:
            yield from strings(place)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef):
            for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
                yield from strings(default) if arg.arg == "action" and default else ()


def is_action(text: str) -> bool:
    return bool(ACTION.fullmatch(text)) and (text.endswith("ed") or text.split(".")[1] in IRREGULAR)


def spoken() -> dict[str, str]:
    """Return every text of the product that reads as an action, with a module that says it."""
    others = [
        module for module in modules() if not module.name.startswith("audit.vocabulary") and module.app != "config"
    ]
    return {text: module.name for module in others for text in strings(module.tree) if is_action(text)}


def test_actions_are_a_noun_and_a_past_participle():
    found = {text: module.name for module in modules() for text in given(module) if "." in text and " " not in text}
    assert len(found) > 30
    assert {text: name for text, name in found.items() if not is_action(text)} == {}


def test_the_log_names_every_action_and_only_those():
    from audit.vocabulary import ACTIONS

    said = spoken()
    assert {"recording.played", "request.confirmed", "hold.placed", "session.started"} <= set(said)
    assert {text: name for text, name in said.items() if text not in ACTIONS} == {}
    assert {text for text in ACTIONS if not is_action(text)} == set()


@pytest.mark.django_db
def test_every_right_is_a_permission_of_a_model():
    there = {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}
    assert set(roles.RIGHTS) - there == set()


def test_every_permission_a_model_declares_stands_in_the_table():
    declared = {
        f"{model._meta.app_label}.{codename}" for model in apps.get_models() for codename, _ in model._meta.permissions
    }
    assert {"interactions.listen_recording", "rtbf.raise_request"} <= declared
    assert declared - set(roles.RIGHTS) == set()


def test_nobody_may_delete():
    assert [right for right in roles.RIGHTS if "delete" in right or "remove" in right] == []


def test_every_right_given_or_asked_for_stands_in_the_table():
    assert frozenset().union(*roles.TABLE.values()) <= set(roles.RIGHTS)
    pattern = re.compile(rf"({'|'.join({right.split('.')[0] for right in roles.RIGHTS})})\.[a-z]+(_[a-z]+)*")
    asked = {
        node.value
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and pattern.fullmatch(node.value)
    }
    verbs = {right.split(".")[1].split("_")[0] for right in roles.RIGHTS}
    assert {text for text in asked if text.split(".")[1].split("_")[0] in verbs} <= set(roles.RIGHTS)
