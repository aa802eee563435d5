"""One door in, one to listen, one out: who may call what opens, seals or destroys stands in this table."""

import ast
import re
from collections import defaultdict

import pytest

from tests.standing.source import Module, modules

DOORS = {
    # content
    "open_content": {
        "interactions.silencing", "rtbf.dossier.handing_out", "rtbf.residue.sealed", "interactions.playback",
    },
    "store": {
        "interactions.ingest", "interactions.sounds", "rtbf.dossier.handing_out", "privacy.open", "privacy.files",
        "privacy.fsck", "privacy.versions", "jobs.store_copy",
    },
    # keys and what they open
    "load_keys": {
        "privacy.index_rebuild", "privacy.ledger", "privacy.open", "privacy.redaction", "retention.holds",
        "rtbf.cases.intake",
    },
    "unseal": {"privacy.index_rebuild", "privacy.ledger", "privacy.open", "privacy.redaction"},
    "open_value": {"privacy.sealing"},
    "create_keys": {
        "customers.disclosures", "rtbf.external.tasking",
        "customers.merging", "interactions.comments", "interactions.ingest", "interactions.originals",
        "interactions.runs", "privacy.redaction", "privacy.versions", "retention.holds",
        "rtbf.requests.lifecycle",
        "trail.details",
        "rtbf.dossier.handing_out",
        "rtbf.proof.sampling",
        "rtbf.cases.evidence",
        "rtbf.cases.intake",
        "rtbf.cases.letters",
        "rtbf.requests.raising",
        "rtbf.rights.raising",
    },
    # what destroys
    "shred": {"privacy.erasure", "privacy.replay"},
    "condemn": {"privacy.erasure", "retention.disposal"},
    "erase": {
        "rtbf.external.reminders", "rtbf.external.tasking",
        "rtbf.execution.carrying_out", "rtbf.execution.typed", "rtbf.cases.reminders", "rtbf.dossier.handing_out",
        "rtbf.proof.proving", "interactions.redaction",
        "interactions.unlinking", "rtbf.rights.correcting", "trail.details", "interactions.deleting", "retention.bare",
        "rtbf.closing.carrying_out", "privacy.replay",
    },
    "destroy_block_key": {"privacy.keyring.renewal"},
    # the entry of an opening, without which nothing opens
    "warrant": {
        "audit.reading", "customers.merging", "interactions.openings", "interactions.scanning",
        "interactions.silencing", "interactions.views.customers",
        "interactions.views.imports", "interactions.unlinking", "interactions.views.calls",
        "retention.views.holds", "rtbf.requests.previews", "trail.verify_details",
        "rtbf.entries",
        "rtbf.external.sending",
        "rtbf.views.external",
        "rtbf.dossier.handing_out",
        "rtbf.residue.scanning",
        "rtbf.planning.samples",
        "rtbf.proof.sampling",
    },
    # the same, for what belongs to a request
    "opening_of": {
        "rtbf.cases.evidence", "rtbf.cases.letters", "rtbf.external.tasking", "rtbf.rights.correcting",
        "rtbf.rights.objecting", "rtbf.views.acting", "rtbf.views.cases", "rtbf.views.requests",
    },
}  # fmt: skip
# Names that other things have too: only what comes from these modules counts.
HOMES = {
    "store": "privacy.open.store",
    "erase": "privacy.erasure.erase",
    "condemn": "privacy.erasure.condemn",
    "shred": "privacy.keyring.ring.shred",
    "warrant": "privacy.open.warrant",
}


def callers(name: str) -> set[str]:
    """Return the modules that call the function, by its own name or through its module."""
    home = HOMES.get(name, "")
    return {module.name for module in modules() if _calls(module, name, home) and module.app != "vault"}


def _calls(module: Module, name: str, home: str) -> bool:
    if not home:
        return any(called == name for called, _ in module.calls())
    aliases, imported = _aliases(module), set(module.imports())
    here = home.rsplit(".", maxsplit=1)[0] == module.name
    for called, call in module.calls():
        if called != name:
            continue
        if isinstance(call.func, ast.Name) and (home in imported or here):
            return True
        whose = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(whose, ast.Name) and aliases[whose.id] == home.rsplit(".", maxsplit=1)[0]:
            return True
    return False


def _aliases(module: Module) -> defaultdict[str, str]:
    found: defaultdict[str, str] = defaultdict(str)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            found.update({each.asname or each.name: f"{node.module}.{each.name}" for each in node.names})
    return found


@pytest.mark.parametrize("name", DOORS)
def test_a_door_has_its_callers_and_no_others(name):
    assert callers(name) == DOORS[name]


# Besides the eraser: the empty row of a customer taken in by another, what a failed import left in the store, an
# opening that is over, a member's saved search, whom a supervisor looks after, the
# rows of a plan that is made anew.
DELETERS = {"privacy.erasure", "privacy.fsck", "privacy.versions", "customers.merging", "interactions.ingest",
            "interactions.openings", "interactions.sounds", "interactions.searches",
            "accounts.staffing", "interactions.columns", "interactions.unlinking", "accounts.handling",
            "rtbf.planning.changes", "rtbf.dossier.handing_out", "rtbf.requests.raising",
            "rtbf.staff.leavers"}  # fmt: skip
DELETING = re.compile(r"\b(DELETE\s+FROM|TRUNCATE|delete\s+from|truncate)\s+[\w{\"]")


def test_nothing_deletes_past_the_eraser():
    found = {module.name for module in modules() for called, _ in module.calls() if called in {"delete", "_raw_delete"}}
    assert {name for name in found if not name.startswith("vault.")} == DELETERS


def test_only_the_keyring_deletes_in_sql():
    found = {
        module.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and DELETING.search(node.value)
    }
    assert found == {"privacy.keyring.ring", "privacy.keyring.block_renewal", "privacy.keyring.renewal"}


# A face that asks a table for rows otherwise, and why nothing comes with them that its reader may not see.
OTHERWISE = {
    ("audit.views", "VerificationRun"): "runs belong to the log of the whole house, and hold nothing of any account",
    ("interactions.views.customers", "Identifier"): "whether another customer of the account carries the same",
    ("retention.views.holds", "Membership"): "names of members of the reader's own account, to choose from",
    ("retention.views.placing", "Agent"): "names of agents of the reader's own account, to choose from",
    ("rtbf.views.dossiers", "Job"): "how far the work of a visible dossier is",
    ("rtbf.views.external", "TaskSubject"): "parts of a visible task",
    ("rtbf.views.external", "TaskEvidence"): "parts of a visible task",
    ("rtbf.views.forms", "Request"): "linked requests, in accounts where the reader is a member who sees requests",
    ("rtbf.views.rights", "Interaction"): "calls a visible restriction closes, which is why `visible_to` hides them",
    ("rtbf.views.staff", "Membership"): "members of the reader's own account, of whom an officer gives copies",
}


def test_faces_reach_rows_through_visible_to_alone():
    found = set()
    for module in modules():
        if {"views", "admin", "home"} & set(module.name.split(".")[1:]):
            found |= {(module.name, model) for model, method in OBJECTS.findall(ast.unparse(module.tree))
                      if method != "visible_to"}  # fmt: skip
    assert found == set(OTHERWISE)


OBJECTS = re.compile(r"(\w+)\.(?:objects|_default_manager)\.(\w+)")
