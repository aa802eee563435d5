"""An older keyring brings an older ledger: imports wait, and what is missing is named, until an officer has looked."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from interactions.ingest import ingest
from jobs.errors import JobFailed
from privacy import fsck, ledger_gaps, restored
from privacy.erasure import erase
from privacy.keyring.models import Tombstone
from privacy.ledger import Memory
from privacy.ledger_gaps import LedgerInDoubt
from retention.reviewing import confirm_holds
from tests.interactions.dropping import look, watched
from tests.interactions.sources.exports import cdr_line
from tests.interactions.test_ingest import draft
from tests.looking import ALICE
from tests.makers import make_customer, make_interaction
from tests.restoring import copy_of, put_back
from trail.actor import Actor

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__")]
ROOT = Actor.shell("root")
CASE = "RTBF-2026-000009"


@pytest.fixture
def restored_keyring(account, monkeypatch):
    """The keyring's dump is from before an erasure that the ledger remembered, and after another."""
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)
    monkeypatch.setattr(ledger_gaps, "SKEW", timedelta(0))
    restored.advance()
    for case in ("RTBF-2026-000001", CASE):
        call = make_interaction(account, make_customer(account, phone=ALICE), phone=ALICE, comment="call me")
        copy = copy_of("keyring")
        rows = [*call.source_ids.all(), *call.comments.all(), call]
        erase(rows, actor=ROOT, ground="right_to_erasure", case=case, remember=Memory.PERSON)
    assert ledger_gaps.gaps() == []
    restored.advance()
    put_back("keyring", copy)


def test_nothing_comes_in_until_an_officer_has_looked(account, officer, restored_keyring, settings):
    for _ in "before the clock has noticed, and after":
        with pytest.raises(LedgerInDoubt):
            ingest([draft(ALICE, ids=("asterisk:new",))], account=account, actor=ROOT)
        restored.advance()
    with pytest.raises(CommandError, match="Nothing was taken in"):
        call_command("import_interactions", str(settings.SAMPLES / "pbx"), account=account.name)
    confirm_holds(actor=officer.actor, account=account)
    assert ingest([draft(ALICE, ids=("asterisk:new",))], account=account, actor=ROOT).counts["interactions"] == 1


def test_a_drop_folder_says_why_it_waits_and_loses_nothing(account, officer, restored_keyring, settings, tmp_path):
    settings.DROP_FOLDERS = [str(tmp_path.resolve())]
    (tmp_path / "Master.csv").write_text(cdr_line(), encoding="utf-8")
    folder = watched(account, tmp_path.resolve())
    with pytest.raises(JobFailed, match="LedgerInDoubt"):
        look(folder)
    folder.refresh_from_db()
    assert folder.problem == "LedgerInDoubt"
    restored.advance()
    confirm_holds(actor=officer.actor, account=account)
    report = look(folder)
    assert report is not None
    assert report.counts["interactions"] == 1


def test_what_is_missing_is_named_also_after_the_keys_were_shredded_again(account, officer, restored_keyring, capsys):
    restored.advance()
    call_command("replay_erasures")
    assert Tombstone.objects.exists()
    said = capsys.readouterr().err
    assert CASE in said
    assert "RTBF-2026-000001" not in said
    assert [(gap.account_id, gap.case) for gap in ledger_gaps.gaps()] == [(account.pk, CASE)]
    found = [each for each in fsck.check() if each.code == "ledger_older"]
    assert [each.about for each in found] == [CASE]
    confirm_holds(actor=officer.actor, account=account)
    assert [each for each in fsck.check() if each.code == "ledger_older"] == []


def test_an_older_copy_of_the_data_alone_stops_no_import(account):
    restored.note_restoration(restored.DATA)
    assert not ledger_gaps.in_doubt(account.pk)
    ingest([draft(ALICE, ids=("asterisk:new",))], account=account, actor=ROOT)
