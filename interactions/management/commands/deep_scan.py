"""Read all texts of an account again from the shell: the same flow, rights and entries as in the portal."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import autodiscover_modules

from accounts.actors import shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from interactions.models import DeepScan
from interactions.scanning import job_of, start_scan
from jobs import runner
from jobs.models import Status
from trail.refusal import Refusal, recording_refusals

PAUSE_S = 0.5


class Command(BaseCommand):
    """`deep_scan --account A --actor EMAIL [--wait] [--json]`."""

    help = "Read all texts of an account again and add to the index what it had missed. Prints counts and ids only."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--account", required=True, help="name of the account")
        parser.add_argument("--actor", required=True, help="e-mail address of the officer or supervisor who asks")
        parser.add_argument("--wait", action="store_true", help="return when it is done")
        parser.add_argument("--json", action="store_true", help="one JSON object with counts and rows")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the scan, or join the one under way."""
        try:
            with recording_refusals():
                account = Account.objects.named(options["account"])
                scan = start_scan(actor=shell_actor(options["actor"], account), account=account)
        except (AccountsError, Refusal) as error:
            raise CommandError(str(error)) from None
        if options["wait"]:
            self._wait(scan)
        self.stdout.write(json.dumps(_report(scan)) if options["json"] else _sentence(scan))

    def _wait(self, scan: DeepScan) -> None:
        """Wait for a worker, and do the work here where none takes it up."""
        autodiscover_modules("tasks")
        while scan.finished_at is None:
            job = job_of(scan)
            if job is None or not job.is_open:
                code = job.error_code if job and job.status == Status.FAILED else "cancelled"
                raise CommandError(f"The deep scan stopped ({code}). What it found until then is in the index.")
            if not runner.run(job.pk):
                time.sleep(PAUSE_S)
            scan.refresh_from_db()


def _report(scan: DeepScan) -> dict[str, Any]:
    return {
        "scan": str(scan.pk),
        "finished": scan.finished_at is not None,
        "texts": scan.texts_read,
        "unreadable": scan.unreadable,
        "found": scan.found,
        "rows": [
            {"label": label, "id": str(pk), "kind": kind}
            for label, pk, kind in scan.findings.order_by("at", "pk").values_list("label", "record_id", "kind")
        ],
    }


def _sentence(scan: DeepScan) -> str:
    if scan.finished_at is None:
        return f"Deep scan {scan.pk} is queued. See it in the portal under Deep scans."
    kinds = ", ".join(f"{number} × {kind}" for kind, number in sorted(scan.found.items())) or "nothing new"
    broken = f" {scan.unreadable} could not be opened." if scan.unreadable else ""
    return f"{scan.texts_read} texts read: {kinds}.{broken}"
