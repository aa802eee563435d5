"""Dispose from the shell of what no policy keeps any more, or show what would go."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from accounts.actors import operator, shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from jobs import runner
from retention import nights
from retention.due import Schedule
from retention.errors import PolicyError
from retention.models import Run, RunState
from retention.preview import Preview, preview
from trail.actor import Actor
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`dispose [--account A …] [--preview [--on DAY]] [--json] [--actor EMAIL --confirm NUMBER]`."""

    help = (
        "Dispose now of what no policy keeps any more, under the same rules as every night. A run that asks for a"
        " person begins with --actor and --confirm, or in the portal. Exit status 1: something was not carried out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--account", nargs="+", default=[], help="names of accounts; all without")
        parser.add_argument("--preview", action="store_true", help="only count what would go")
        parser.add_argument("--on", type=date.fromisoformat, help="preview this day instead of today (YYYY-MM-DD)")
        parser.add_argument("--actor", help="e-mail address of the officer who confirms")
        parser.add_argument("--confirm", metavar="NUMBER", help="how many records are due")
        parser.add_argument("--json", action="store_true", help="one JSON line an account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Preview or dispose, account by account."""
        try:
            accounts = [Account.objects.named(name) for name in options["account"]] or list(Account.objects.all())
            with recording_refusals():
                done = [self._account(account, options) for account in accounts]
        except (AccountsError, PolicyError, Refusal) as error:
            raise CommandError(str(error)) from None
        if not all(done):
            raise CommandError("Not everything was carried out; see above.")

    def _account(self, account: Account, options: dict[str, Any]) -> bool:
        if options["preview"]:
            schedule = Schedule.at(account, timezone.now())
            self._tell(options, previewed(account, schedule, options["on"] or schedule.day_of(timezone.now())))
            return True
        actor = shell_actor(options["actor"], account) if options["actor"] else operator()
        run = carry_out(account, actor, options["confirm"])
        self._tell(options, told(run))
        return run.state == RunState.COMPLETED

    def _tell(self, options: dict[str, Any], facts: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return
        self.stdout.write(f"{facts['account']}: {facts['says']}")
        for kind, number in facts["kinds"].items():
            self.stdout.write(f"  {kind}: {number:,}")


def previewed(account: Account, schedule: Schedule, on: date) -> dict[str, Any]:
    """Return a preview as facts: by kind, and by kind and policy."""
    found: Preview = preview(schedule, on)
    names = {rule.id: rule.name for rule in schedule.rules}
    by_policy = [
        {"kind": kind, "policy": names[rule], "records": count.items, "bytes": count.size}
        for (kind, rule), count in sorted(found.due.items())
    ]
    kinds: dict[str, int] = {}
    for each in by_policy:
        kinds[str(each["kind"])] = kinds.get(str(each["kind"]), 0) + int(str(each["records"]))
    about = "about " if found.is_estimate else ""
    return {
        "account": account.name, "on": on.isoformat(), "estimate": found.is_estimate, "kinds": kinds,
        "policies": by_policy, "says": f"{about}{found.total.items:,} records would go on {on.isoformat()}.",
    }  # fmt: skip


def carry_out(account: Account, actor: Actor, confirm: str | None) -> Run:
    """Begin the account's run, or go on with the one that waits for a person, and do its work here."""
    autodiscover_modules("tasks")
    run = Run.objects.filter(account=account, state__in=nights.OPEN).first() or nights.begin(account, actor=actor)
    if run.state == RunState.REFUSED and confirm is not None:
        run = nights.confirm_run(actor=actor, run=run, typed=confirm)
    while run.state == RunState.RUNNING and run.job_id is not None and runner.run(run.job_id):
        run.refresh_from_db()
    return run


def told(run: Run) -> dict[str, Any]:
    """Return what became of a run as facts."""
    kinds = {kind: counts.get("disposed", 0) for kind, counts in run.counts.items()}
    due = sum(counts.get("due", 0) for counts in run.counts.values())
    says = f"{run.reference}: {run.get_state_display()}."
    if run.state == RunState.REFUSED:
        says += f" {nights.REASONS[run.code]} {due:,} records are due. An officer confirms with --actor and --confirm."
    deferred = sum(counts.get("deferred", 0) for counts in run.counts.values())
    return {
        "account": run.account.name, "run": run.reference, "state": run.state, "code": run.code, "due": due,
        "deferred": deferred, "kinds": kinds, "says": says,
    }  # fmt: skip
