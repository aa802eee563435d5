"""No actor, no act, and no act without its entry: every function that takes an `actor` stands in a table here."""

import ast
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

import privacy.open
from accounts import handling, membership, roles, staffing, tenants
from accounts.models import Line, Team
from customers import finding, merging
from customers.models import FieldMeaning
from interactions import (
    columns,
    comments,
    deleting,
    drop_folders,
    imports,
    openings,
    playback,
    redaction,
    repurposing,
    searches,
    showing,
)
from interactions.listing import Filters
from interactions.models import DropFolder, Recording, SavedSearch
from interactions.purposes import Reason
from jobs import queue
from privacy import erasure
from retention import hold_preview, hold_rules, holds, looking_again, nights, policies
from retention.conditions import Condition
from retention.holds import Covered
from retention.models import Policy
from rtbf.cases import evidence, intake, letters, rules
from rtbf.closing import asking
from rtbf.dossier import handing_out
from rtbf.execution import carrying_out
from rtbf.external import register
from rtbf.models import Request, Rules
from rtbf.planning import decisions, samples
from rtbf.requests import approval, lifecycle, previews, raising, refusing
from rtbf.residue import scanning
from tests.conftest import make_person
from tests.looking import ALICE, BOB
from tests.makers import make_agent, make_customer, make_interaction
from tests.standing.source import ROOT, modules
from trail import actor as trail_actor
from trail import append, details
from trail.models import Detail, Event

pytestmark = pytest.mark.django_db(transaction=True)
WHY = Reason("quality")
NO_ACTOR = (trail_actor.NoActor, privacy.open.NoActor)

RULES = rules.NewRules(four_eyes=True, most_records=9, most_requests=9, within_hours=9, identity_first=False,
                       holidays="", remind_days=9, closing_days=9)  # fmt: skip

Act = Callable[[Any, Any], Any]
# flow: the action of its entry, who does it, and the call (h: the house, a: the actor).
ACTS: dict[str, tuple[str, str, Act]] = {
    "accounts.membership.add_member": ("member.added", "administrator", lambda h, a: membership.add_member(
        actor=a, account=h.account, email="new@example.com", role=roles.AUDITOR)),
    "accounts.membership.change_member": ("member.changed", "administrator", lambda h, a: membership.change_member(
        actor=a, membership=h.officer.membership, role=roles.AUDITOR, agent=None, active=True)),
    "accounts.staffing.add_agent": ("agent.added", "administrator", lambda h, a: staffing.add_agent(
        actor=a, account=h.account, extension="3001")),
    "accounts.staffing.change_agent": ("agent.changed", "administrator", lambda h, a: staffing.change_agent(
        actor=a, agent=h.linda, name="Lynn", team=None)),
    "accounts.staffing.add_team": ("team.added", "administrator", lambda h, a: staffing.add_team(
        actor=a, account=h.account, name="Day")),
    "accounts.staffing.rename_team": ("team.changed", "administrator", lambda h, a: staffing.rename_team(
        actor=a, team=h.team, name="Late")),
    "accounts.staffing.set_supervision": ("supervision.changed", "administrator", lambda h, a:
        staffing.set_supervision(actor=a, membership=h.supervisor.membership, whole_account=False, teams=[h.team])),
    "accounts.tenants.create_account": ("account.created", "operator", lambda h, a: tenants.create_account(
        actor=a, name="Third", region="US", zone="UTC")),
    "accounts.tenants.change_account": ("account.changed", "administrator", lambda h, a: tenants.change_account(
        actor=a, account=h.account, zone="UTC", grace_hours=1)),
    "accounts.tenants.add_line": ("line.added", "administrator", lambda h, a: tenants.add_line(
        actor=a, account=h.account, number="+15305550109")),
    "accounts.tenants.rename_line": ("line.changed", "administrator", lambda h, a: tenants.rename_line(
        actor=a, line=h.line, label="Sales")),
    "customers.finding.find_customers": ("customer.searched", "supervisor", lambda h, a: finding.find_customers(
        actor=a, account=h.account, lines=[ALICE])),
    "customers.merging.merge_customers": ("customer.merged", "supervisor", lambda h, a: merging.merge_customers(
        actor=a, customer=h.alice, other=h.bob)),
    "customers.merging.split_customer": ("customer.split", "supervisor", lambda h, a: merging.split_customer(
        actor=a, customer=h.alice, moving={"interactions.Interaction": [h.call.pk]})),
    "customers.merging.undo_merge": ("customer.split", "supervisor", lambda h, a: merging.undo_merge(
        actor=a, merge=h.merged)),
    "interactions.comments.add_comment": ("comment.added", "supervisor", lambda h, a: comments.add_comment(
        actor=a, interaction=h.call, text="well done")),
    "interactions.searches.save_search": ("search.saved", "supervisor", lambda h, a: searches.save_search(
        actor=a, account=h.account, name="Spring", filters=Filters(queue="Service"))),
    "interactions.searches.change_search": ("search.changed", "supervisor", lambda h, a: searches.change_search(
        actor=a, account=h.account, search_id=h.search.pk, name="Summer", is_offered=True)),
    "interactions.searches.remove_search": ("search.removed", "supervisor", lambda h, a: searches.remove_search(
        actor=a, account=h.account, search_id=h.search.pk)),
    "rtbf.closing.asking.ask_to_close": ("closing.asked", "administrator", lambda h, a: asking.ask_to_close(
        actor=a, account=h.account, typed=h.account.name)),
    "interactions.repurposing.change_purposes": ("purposes.changed", "supervisor", lambda h, a: (
        repurposing.change_purposes(actor=a, call_id=h.call.pk, purposes=["evidence"], reason="dispute_began"))),
    "interactions.deleting.delete_content": ("content.deleted", "supervisor", lambda h, a: deleting.delete_content(
        actor=a, call_id=h.call.pk, wanted=deleting.Wanted(), reason="by_hand_mistake")),
    "interactions.columns.set_meaning": ("column.mapped", "administrator", lambda h, a: columns.set_meaning(
        actor=a, account=h.account, field="Ref", means="crm-id")),
    "interactions.columns.remove_meaning": ("column.unmapped", "administrator", lambda h, a: columns.remove_meaning(
        actor=a, account=h.account, field="Rufnummer")),
    "interactions.drop_folders.set_drop_folder": ("drop_folder.added", "administrator", lambda h, a:
        drop_folders.set_drop_folder(actor=a, account=h.account, place=str(h.drop / "new"))),
    "interactions.drop_folders.stop_drop_folder": ("drop_folder.stopped", "administrator", lambda h, a:
        drop_folders.stop_drop_folder(actor=a, folder=h.watched)),
    "interactions.imports.import_folder": ("interactions.ingested", "operator", lambda h, a: imports.import_folder(
        settings.SAMPLES / "pbx/asterisk", account=h.account, actor=a)),
    "interactions.openings.opened": ("interaction.opened", "supervisor", lambda h, a: openings.opened(
        actor=a, action="interaction.opened", row=h.call, reason=WHY)),
    "interactions.playback.open_head": ("interaction.opened", "supervisor", lambda h, a: playback.open_head(
        actor=a, interaction=h.call, reason=WHY)),
    "interactions.playback.open_transcripts": ("transcript.read", "supervisor", lambda h, a:
        playback.open_transcripts(actor=a, transcriptions=h.call.transcriptions.all(), reason=WHY)),
    "interactions.showing.page_of": ("interaction.opened", "supervisor", lambda h, a: showing.page_of(
        actor=a, interaction=h.call, reason=WHY)),
    "interactions.redaction.redact_passages": ("erasure.decided", "supervisor", lambda h, a:
        redaction.redact_passages(h.call.comments.get(), [[0, 0, 4]], actor=a, ground="test")),
    "jobs.queue.cancel": ("job.cancelled", "supervisor", lambda h, a: queue.cancel(h.job, actor=a)),
    "privacy.erasure.erase": ("record.erased", "supervisor", lambda h, a: erasure.erase(
        [h.call], actor=a, ground="test")),
    "privacy.open.warrant": ("request.opened", "supervisor", lambda h, a: privacy.open.warrant(
        actor=a, action="request.opened", account_id=h.account.pk, purpose="test")),
    "accounts.handling.add_rule": ("purpose_rule.added", "officer", lambda h, a: handling.add_rule(
        actor=a, account=h.account, purposes=["training"])),
    "retention.policies.propose_policy": ("policy.proposed", "officer", lambda h, a: policies.propose_policy(
        actor=a, account=h.account, terms=policies.Terms("Short", ["recording"], "30 days"), typed="30 days")),
    "retention.policies.pause_policy": ("policy.paused", "officer", lambda h, a: policies.pause_policy(
        actor=a, policy=h.policy, until=timezone.now().date(), because="audit")),
    "retention.policies.resume_policy": ("policy.resumed", "officer", lambda h, a: policies.resume_policy(
        actor=a, policy=h.policy)),
    "retention.policies.change_rules": ("retention.changed", "officer", lambda h, a: policies.change_rules(
        actor=a, account=h.account, pending_days=1, from_hour=1, to_hour=2, pause_ms=0)),
    "retention.nights.begin_now": ("disposal.started", "officer", lambda h, a: nights.begin_now(h.account, actor=a)),
    "retention.holds.place_hold": ("hold.placed", "officer", lambda h, a: holds.place_hold(
        actor=a, account=h.account, covers=[Covered("interactions.Interaction", h.call.pk)], matter="m", reason="r")),
    "retention.holds.release_hold": ("hold.released", "officer", lambda h, a: holds.release_hold(
        actor=a, hold=h.hold, reason="over")),
    "retention.looking_again.change_hold": ("hold.changed", "officer", lambda h, a: looking_again.change_hold(
        actor=a, hold=h.hold, owner_id=h.officer.user.pk, review_on=None)),
    "retention.hold_preview.preview_hold": ("hold.previewed", "officer", lambda h, a: hold_preview.preview_hold(
        actor=a, account=h.account, covers=[Condition(queue="Service")])),
    "retention.hold_rules.change_hold_rules": ("hold_rules.changed", "administrator", lambda h, a:
        hold_rules.change_hold_rules(actor=a, account=h.account, four_eyes=True)),
    "rtbf.execution.carrying_out.execute": ("request.started", "supervisor", lambda h, a: carrying_out.execute(
        h.confirmed.pk, actor=a, progress=lambda done, total=None: None)),
    "rtbf.residue.scanning.search_for_residue": ("residue.searched", "supervisor", lambda h, a:
        scanning.search_for_residue(actor=a, account=h.account, identifiers=[ALICE])),
    "rtbf.dossier.handing_out.raise_dossier": ("dossier.raised", "supervisor", lambda h, a: handing_out.raise_dossier(
        actor=a, account=h.account, identifiers=[ALICE])),
    "rtbf.requests.previews.preview": ("customer.searched", "supervisor", lambda h, a: list(previews.preview(
        actor=a, account=h.account, identifiers=[ALICE]).lines)),
    "rtbf.requests.approval.approve_request": ("request.approved", "officer", lambda h, a: approval.approve_request(
        actor=a, request=h.confirmed)),
    "rtbf.requests.approval.return_request": ("request.returned", "officer", lambda h, a: approval.return_request(
        actor=a, request=h.confirmed)),
    "rtbf.requests.refusing.refuse_request": ("request.refused", "officer", lambda h, a: refusing.refuse_request(
        actor=a, request=h.planned, ground="claims")),
    "rtbf.requests.refusing.extend_request": ("request.extended", "officer", lambda h, a: refusing.extend_request(
        actor=a, request=h.planned, because="complex")),
    "rtbf.planning.decisions.decide": ("request.decided", "supervisor", lambda h, a: decisions.decide(
        actor=a, request=h.planned, items=[h.item.pk], choice="needed_for_claims")),
    "rtbf.cases.evidence.attach_evidence": ("evidence.attached", "supervisor", lambda h, a: evidence.attach_evidence(
        actor=a, request=h.planned, name="a.pdf", content=b"%PDF-1")),
    "rtbf.cases.evidence.open_evidence": ("evidence.downloaded", "supervisor", lambda h, a: evidence.open_evidence(
        actor=a, evidence=h.evidence)),
    "rtbf.cases.intake.change_case": ("case.changed", "supervisor", lambda h, a: intake.change_case(
        actor=a, request=h.planned, intake=intake.Intake(name="Al"))),
    "rtbf.cases.intake.check_identity": ("identity.checked", "supervisor", lambda h, a: intake.check_identity(
        actor=a, request=h.planned, how="document")),
    "rtbf.cases.letters.change_template": ("template.changed", "officer", lambda h, a: letters.change_template(
        actor=a, account=h.account, kind="done", subject="s", body="b")),
    "rtbf.cases.letters.prepare_letter": ("letter.prepared", "supervisor", lambda h, a: letters.prepare_letter(
        actor=a, request=h.planned, kind="done", to="", subject="s", body="b")),
    "rtbf.cases.letters.print_letter": ("letter.printed", "supervisor", lambda h, a: letters.print_letter(
        actor=a, letter=h.letter)),
    "rtbf.cases.letters.send_letter": ("letter.queued", "supervisor", lambda h, a: letters.send_letter(
        actor=a, letter=h.letter)),
    "rtbf.requests.raising.raise_request": ("request.drafted", "supervisor", lambda h, a: raising.raise_request(
        actor=a, account=h.account, identifiers=[ALICE], later=True)),
    "rtbf.requests.raising.raise_in_accounts": ("request.planned", "supervisor", lambda h, a: raising.raise_in_accounts(
        actor=a, account=h.account, others=[], identifiers=[ALICE], request_id=None, intake=intake.Intake(),
        later=False)),
    "rtbf.requests.raising.search_request": ("request.planned", "supervisor", lambda h, a: raising.search_request(
        actor=a, request=h.draft)),
    "rtbf.cases.rules.change_rules": ("rules.changed", "officer", lambda h, a: rules.change_rules(
        actor=a, account=h.account, new=RULES)),
    "rtbf.planning.samples.open_sample": ("plan_row.opened", "supervisor", lambda h, a: samples.open_sample(
        actor=a, item=h.item)),
    "rtbf.requests.lifecycle.plan_request": ("request.planned", "supervisor", lambda h, a: lifecycle.plan_request(
        actor=a, account=h.account, identifiers=[ALICE])),
    "rtbf.requests.lifecycle.confirm_request": ("request.confirmed", "supervisor", lambda h, a:
        lifecycle.confirm_request(actor=a, request=h.planned, typed="FORGET")),
    "rtbf.external.register.add_system": ("system.added", "officer", lambda h, a: register.add_system(
        actor=a, account=h.account, told=register.Told(kind="crm", name="CRM", places="Contact: Phone"))),
    "rtbf.requests.lifecycle.cancel_request": ("request.cancelled", "supervisor", lambda h, a: lifecycle.cancel_request(
        actor=a, request=h.planned)),
    "rtbf.requests.lifecycle.resume_request": ("request.resumed", "supervisor", lambda h, a: lifecycle.resume_request(
        actor=a, request=h.stopped)),
    "trail.append.append": ("test.done", "supervisor", lambda h, a: append.append("test.done", actor=a)),
    "trail.append.append_all": ("test.done", "supervisor", lambda h, a: append.append_all(
        [append.Draft("test.done")], actor=a)),
    "trail.append.append_each": ("test.done", "supervisor", lambda h, a: append.append_each(
        append.Draft("test.done", record=("x.Y", "")), [uuid4()], actor=a)),
    "trail.details.remove_detail": ("detail.removed", "supervisor", lambda h, a: details.remove_detail(
        h.detail, actor=a, ground="test")),
}  # fmt: skip

# Steps of an act above: it makes the entry, and nothing else calls them.
STEPS = {
    "accounts.finding.find_visible": "retention.holds.release_hold",
    "interactions.ingest.ingest": "interactions.imports.import_folder",
    "interactions.unlinking.follow": "privacy.erasure.erase",
    "interactions.deleting.follow": "privacy.erasure.erase",
    "interactions.deleting.foresee": "interactions.deleting.delete_content",
    "retention.deferring.resolve": "privacy.erasure.erase",
    "rtbf.dossier.handing_out.let_go": "privacy.erasure.erase",
    "privacy.witness.tell": "privacy.erasure.erase",
    "interactions.playback.find_interaction": "interactions.showing.page_of",
    "interactions.playback.find_sound": "interactions.openings.opened",
    "jobs.queue.enqueue": "rtbf.requests.lifecycle.confirm_request",
    "rtbf.execution.kept_files.unlink_files": "rtbf.execution.carrying_out.execute",
    "rtbf.proof.proving.begin_proof": "rtbf.execution.carrying_out.execute",
    "rtbf.proof.proving.hand_over": "rtbf.execution.carrying_out.execute",
    "rtbf.proof.sampling.take_sample": "rtbf.execution.carrying_out.execute",
    "rtbf.proof.sampling.open_sample": "rtbf.execution.carrying_out.execute",
    "rtbf.residue.scanning.scan": "rtbf.residue.scanning.search_for_residue",
    "rtbf.planning.changes.refuse_changed": "rtbf.requests.lifecycle.confirm_request",
    "rtbf.cases.intake.take_in": "rtbf.requests.lifecycle.plan_request",
    "rtbf.requests.lifecycle.stop_job": "rtbf.requests.lifecycle.cancel_request",
    "rtbf.requests.starting.start_grace": "rtbf.requests.lifecycle.confirm_request",
    "rtbf.queueing.queue_work": "rtbf.requests.lifecycle.confirm_request",
    "rtbf.queueing.wait_on": "rtbf.execution.carrying_out.execute",
    "privacy.erasure.condemn": "privacy.erasure.erase",
    "privacy.erasure.finish": "privacy.erasure.erase",
    "privacy.erasure.resume": "privacy.erasure.erase",
    "privacy.redaction.redact": "interactions.redaction.redact_passages",
    "interactions.silencing.silence_passages": "privacy.open.warrant",
    "retention.releasing.tell": "retention.holds.release_hold",
    "rtbf.execution.deferred.go_on_after": "retention.holds.release_hold",
    "privacy.witness.opened": "privacy.open.warrant",
    "privacy.witness.condemned": "privacy.erasure.erase",
    "privacy.witness.erased": "privacy.erasure.erase",
    "trail.receivers.opened": "privacy.open.warrant",
    "trail.receivers.condemned": "privacy.erasure.erase",
    "trail.receivers.erased": "privacy.erasure.erase",
    "jobs.receivers.condemned": "privacy.erasure.erase",
    "retention.nights.begin": "retention.nights.begin_now",
}
# Proved where their own tests are.
ELSEWHERE = {
    "rtbf.closing.asking.agree_to_close": "tests/rtbf/test_leaving.py",
    "rtbf.closing.asking.cancel_closing": "tests/rtbf/test_leaving.py",
    "rtbf.closing.carrying_out.close_down": "tests/rtbf/test_leaving.py",
    "rtbf.external.register.change_system": "tests/rtbf/test_external.py",
    "rtbf.external.register.renew_secret": "tests/rtbf/test_external.py",
    "rtbf.external.reminders.mind": "tests/rtbf/test_external.py",
    "rtbf.external.sending.send_task": "tests/rtbf/test_external.py",
    "rtbf.external.tasking.ask_others": "tests/rtbf/test_recipients.py",
    "rtbf.external.tasking.identifiers_of": "tests/rtbf/test_recipients.py",
    "rtbf.external.tasking.recipients_of": "tests/rtbf/test_recipients.py",
    "rtbf.rights.recipients.prepare_notices": "tests/rtbf/test_recipients.py",
    "rtbf.rights.restricting.notices_of_restriction": "tests/rtbf/test_recipients.py",
    "rtbf.external.tasking.complete_if_last": "tests/rtbf/test_external.py",
    "rtbf.external.tasking.end_task": "tests/rtbf/test_external.py",
    "rtbf.external.tasking.fail": "tests/rtbf/test_external.py",
    "rtbf.external.tasking.finish": "tests/rtbf/test_external.py",
    "rtbf.external.tasking.forget_subjects": "tests/rtbf/test_external.py",
    "rtbf.external.tasking.open_tasks": "tests/rtbf/test_external.py",
    "rtbf.external.tasking.send_again": "tests/rtbf/test_external.py",
    "interactions.silencing.silence": "tests/interactions/test_silencing.py",
    "privacy.versions.replace_content": "tests/interactions/test_silencing.py",
    "rtbf.execution.deferred.open_again": "tests/rtbf/test_deferred.py",
    "interactions.collecting.collect": "tests/interactions/test_drop_folders.py",
    "interactions.unlinking.forget_names": "tests/interactions/test_drop_folders.py",
    "interactions.unlinking.forget_originals": "tests/interactions/test_drop_folders.py",
    "interactions.unlinking.unlink_doomed": "tests/interactions/test_drop_folders.py",
    "audit.verification.start_verification": "tests/audit/test_verification.py",
    "jobs.key_care.renew": "tests/jobs/test_key_care.py",
    "jobs.backup.back_up": "tests/jobs/test_backup.py",
    "interactions.scanning.start_scan": "tests/interactions/test_deep_scan.py",
    "interactions.scanning.run_scan": "tests/interactions/test_deep_scan.py",
    "interactions.scanning.cancel_scan": "tests/interactions/test_deep_scan.py",
    "accounts.handling.remove_rule": "tests/accounts/test_handling.py",
    "retention.taking_back.withdraw_policy": "tests/retention/test_taking_back.py",
    "retention.taking_back.keep_policy": "tests/retention/test_taking_back.py",
    "retention.policies.end_policy": "tests/retention/test_policies.py",
    "retention.nights.confirm_run": "tests/retention/test_disposal.py",
    "retention.nights.cancel_run": "tests/retention/test_disposal.py",
    "retention.nights.pause_run": "tests/retention/test_disposal.py",
    "retention.nights.resume_run": "tests/retention/test_disposal.py",
    "retention.disposal.dispose": "tests/retention/test_disposal.py",
    "retention.bare.dispose_of_bare": "tests/retention/test_bare.py",
    "retention.reviewing.confirm_holds": "tests/retention/test_reviewing.py",
    "retention.second_person.approve_release": "tests/retention/test_second_person.py",
    "retention.second_person.decline_release": "tests/retention/test_second_person.py",
    "retention.hold_reminders.remind_of_holds": "tests/retention/test_hold_pages.py",
    "jobs.key_care.rotate_root": "tests/jobs/test_key_care.py",
    "jobs.key_care.rotate_index_key": "tests/jobs/test_key_care.py",
    "jobs.key_care.rebuild_index": "tests/privacy/test_index_rotation.py",
    "jobs.restores.replay_erasures": "tests/jobs/test_restores.py",
    "privacy.replay.replay": "tests/jobs/test_restores.py",
    "rtbf.proof.certificate.downloaded": "tests/rtbf/test_certificate.py",
    "rtbf.proof.certificate.issue": "tests/rtbf/test_certificate.py",
    "rtbf.proof.certificate.read": "tests/rtbf/test_certificate.py",
    "rtbf.dossier.handing_out.build": "tests/rtbf/test_dossier.py",
    "rtbf.dossier.handing_out.end": "tests/rtbf/test_dossier.py",
    "rtbf.dossier.handing_out.fetch": "tests/rtbf/test_dossier.py",
    "rtbf.proof.proving.prove": "tests/rtbf/test_residue.py",
    "rtbf.cases.letters.deliver_letter": "tests/rtbf/test_letters.py",
    "rtbf.requests.raising.discover_request": "tests/rtbf/test_raising.py",
    "rtbf.cases.reminders.forget_outlived": "tests/rtbf/test_letters.py",
    "rtbf.cases.reminders.remind": "tests/rtbf/test_letters.py",
    "trail.verify.verify": "tests/trail/test_verify.py",
    "rtbf.staff.copies.copy_of_member": "tests/rtbf/test_staff_data.py",
    "rtbf.staff.leavers.erase_leaver": "tests/rtbf/test_staff_data.py",
    "rtbf.rights.raising.raise_right": "tests/rtbf/test_restricting.py",
    "rtbf.rights.restricting.restrict_customers": "tests/rtbf/test_restricting.py",
    "rtbf.rights.restricting.lift_restriction": "tests/rtbf/test_restricting.py",
    "rtbf.rights.correcting.correct_customer": "tests/rtbf/test_correcting.py",
    "rtbf.rights.objecting.uphold_objection": "tests/rtbf/test_objecting.py",
}


def flows() -> Iterator[str]:
    """Yield the name of every public function with a keyword-only `actor`."""
    for module in modules():
        functions = (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef))
        for node in functions:
            if not node.name.startswith("_") and any(arg.arg == "actor" for arg in node.args.kwonlyargs):
                yield f"{module.name}.{node.name}"


def test_every_function_with_an_actor_stands_in_a_table():
    assert set(flows()) == {*ACTS, *STEPS, *ELSEWHERE}
    assert set(STEPS.values()) <= set(ACTS)


@pytest.mark.parametrize("flow", ELSEWHERE)
def test_what_is_proved_elsewhere_is(flow):
    assert flow.rsplit(".", maxsplit=1)[-1] in (ROOT / ELSEWHERE[flow]).read_text(encoding="utf-8")


@pytest.fixture
def house(account, supervisor, officer, auditor, administrator, monkeypatch, settings, tmp_path):
    monkeypatch.setattr("jobs.queue.ring", lambda *_: True)
    account.grace_hours = 0
    account.save()
    linda, alice = make_agent(account), make_customer(account, phone=ALICE)
    bob = make_customer(account, phone=BOB)
    call = make_interaction(account, alice, agent=linda, phone=ALICE, recording=b"sound", comment="call me",
                            transcript=[("customer", "hello")])  # fmt: skip
    other = make_interaction(account, bob, agent=linda, phone=BOB, recording=b"other")
    h = SimpleNamespace(account=account, call=call, linda=linda, supervisor=supervisor, officer=officer)
    h.alice, h.bob = alice, bob
    h.team = Team.objects.create(account=account, name="Night")
    h.line = Line.objects.get(account=account)
    h.hold = holds.place_hold(actor=officer.actor, account=account, matter="m", reason="r",
                              covers=[Covered("interactions.Interaction", other.pk)])  # fmt: skip
    h.detail = Detail.objects.first().pk
    h.drop = tmp_path.resolve() / "drop"
    (h.drop / "new").mkdir(parents=True)
    settings.DROP_FOLDERS = [str(h.drop)]
    h.watched = DropFolder.objects.create(account=account, place=str(h.drop / "old"))
    FieldMeaning.objects.create(account=account, field="rufnummer", means="phone")
    h.search = SavedSearch.objects.create(account=account, user=supervisor.user, name="May", queue="Service")
    h.policy = Policy.objects.get(account=account, is_default=True)
    h.people = {"supervisor": supervisor, "officer": officer, "auditor": auditor, "administrator": administrator}
    return h


CASES = ("rtbf.requests.approval", "rtbf.requests.refusing", "rtbf.planning.decisions", "rtbf.planning.samples",
         "rtbf.cases.evidence", "rtbf.cases.intake", "rtbf.cases.letters")  # fmt: skip


def _prepare_case(house: SimpleNamespace, flow: str) -> None:
    who = house.supervisor.actor
    if flow.startswith(CASES):
        house.planned = lifecycle.plan_request(actor=who, account=house.account, identifiers=[ALICE])
        house.item = house.planned.items.filter(kind="recording").first()
    of_approval = flow.startswith("rtbf.requests.approval")
    Rules.objects.update_or_create(account=house.account, defaults={"four_eyes": of_approval})
    if of_approval:
        house.confirmed = lifecycle.confirm_request(actor=who, request=house.planned, typed="FORGET")
    if flow == "rtbf.cases.evidence.open_evidence":
        house.evidence = evidence.attach_evidence(actor=who, request=house.planned, name="a.pdf", content=b"%PDF-1")
    if flow in ("rtbf.cases.letters.print_letter", "rtbf.cases.letters.send_letter"):
        house.letter = letters.prepare_letter(
            actor=who, request=house.planned, kind="done", to="al@example.com", subject="s", body="b"
        )
    if flow == "rtbf.requests.raising.search_request":
        house.draft = raising.raise_request(actor=who, account=house.account, identifiers=[ALICE], later=True)


def prepared(house: SimpleNamespace, flow: str) -> SimpleNamespace:
    """Bring the house to where the act begins."""
    who = house.supervisor.actor
    _prepare_case(house, flow)
    if flow.startswith(
        ("rtbf.requests.lifecycle.c", "rtbf.requests.lifecycle.r", "rtbf.execution.carrying_out", "jobs.queue")
    ):
        house.planned = lifecycle.plan_request(actor=who, account=house.account, identifiers=[ALICE])
    if flow.startswith(("rtbf.requests.lifecycle.r", "rtbf.execution.carrying_out", "jobs.queue")):
        lifecycle.confirm_request(actor=who, request=house.planned, typed="FORGET")
        house.confirmed = Request.objects.get(pk=house.planned.pk)
        house.job = queue.Job.objects.get(pk=house.confirmed.job_id)
    if flow == "customers.merging.undo_merge":
        house.merged = merging.merge_customers(actor=who, customer=house.alice, other=house.bob)
    if flow == "rtbf.requests.lifecycle.resume_request":
        queue.Job.objects.filter(pk=house.job.pk).update(status="failed")
        house.stopped = house.confirmed
    return house


@pytest.mark.parametrize("flow", ACTS)
def test_an_act_appends_its_entry(flow, house):
    action, who, act = ACTS[flow]
    person = house.people.get(who)
    prepared(house, flow)
    before = Event.objects.filter(action=action).count()
    act(house, person.actor if person else trail_actor.Actor.shell("root"))
    assert Event.objects.filter(action=action, outcome="done").count() > before
    entry = Event.objects.filter(action=action).latest("at")
    assert entry.user_id == (person.user.pk if person else None)


@pytest.mark.parametrize("flow", ACTS)
def test_without_an_actor_there_is_no_act(flow, house):
    prepared(house, flow)
    before = Event.objects.count(), Recording.objects.living().count()
    with pytest.raises(NO_ACTOR):
        ACTS[flow][2](house, None)
    assert (Event.objects.count(), Recording.objects.living().count()) == before


def test_a_stranger_to_the_account_may_nothing(house, other_account):
    """Whoever has the right in another account is refused, in every act that names a record."""
    from trail.refusal import Refusal

    far = {who: make_person(f"Far{who}", other_account, who).actor for who in house.people}
    open_to_all = {
        "trail.append.append", "trail.append.append_all", "trail.append.append_each", "privacy.open.warrant",
    }  # fmt: skip
    done = []
    for flow, (_, who, act) in ACTS.items():
        if who in far and flow not in open_to_all | NOT_ASKED:
            try:
                act(prepared(house, flow), far[who])
            except Refusal:
                continue
            done.append(flow)
    assert done == []


# Doors below the flows: the flows above them ask.
NOT_ASKED = {
    "interactions.openings.opened", "interactions.playback.open_head",
    "interactions.playback.open_transcripts", "interactions.redaction.redact_passages", "jobs.queue.cancel",
    "privacy.erasure.erase", "rtbf.execution.carrying_out.execute",
    "trail.details.remove_detail", "interactions.showing.page_of",
}  # fmt: skip
