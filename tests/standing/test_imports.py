"""Faces are found by name and imported by nobody; the layers themselves are a contract of the linter (`make lint`)."""

from tests.standing.source import ROOT, modules

FACES = {"admin", "api", "views", "tasks", "management", "receivers", "personal_data"}
# `config` hangs the faces up, and `apps.py` connects receivers where Django wants it.
OPENERS = {"config", "apps"}


def is_face(name: str) -> bool:
    return bool(FACES & set(name.split(".")[1:]))


def test_faces_are_imported_by_faces_of_their_own_app_alone():
    wrong = set()
    for module in modules():
        if module.app in OPENERS or module.name.split(".")[-1] in OPENERS or is_face(module.name):
            own = module.app
        else:
            own = ""
        for imported in module.imports():
            app = imported.split(".", maxsplit=1)[0]
            if (ROOT / app).is_dir() and is_face(imported) and app != own:
                wrong.add((module.name, imported))
    assert wrong == set()


def test_the_linter_knows_every_layer():
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = contract.split("layers = [", maxsplit=1)[1].split("]", maxsplit=1)[0]
    named = {name.strip() for line in layers.split('"')[1::2] for name in line.split("|")}
    assert named == {module.app for module in modules()}
