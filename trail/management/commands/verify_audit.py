"""Prove the log, say in sentences what is wrong with it, and exit with 1 if anything is."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from trail.actor import Actor
from trail.append import append
from trail.report import Report
from trail.verify import remember, verify


class Command(BaseCommand):
    """Reads every entry again and compares it with what was sealed."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder of checkpoints and whether to open details."""
        parser.add_argument("--checkpoints", help="folder with checkpoints and verifier-key (an auditor's own copy)")
        parser.add_argument("--fast", action="store_true", help="leave out the columns that only serve searching")
        parser.add_argument("--details", action="store_true", help="also open each sealed detail and compare it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, remember the result, put the run on record, and tell."""
        actor = Actor.shell(getpass.getuser())
        report = verify(
            folder=options["checkpoints"], actor=actor if options["details"] else None, columns=not options["fast"]
        )
        remember(report)
        facts = {"entries": report.entries, "findings": report.findings_count}
        append("log.verified", actor=actor, outcome="done" if report.ok else "failed", facts=facts)
        self.stdout.write(_summary(report))
        for sentence in report.sentences():
            self.stderr.write(sentence)
        if not report.ok:
            raise SystemExit(1)


def _summary(report: Report) -> str:
    rate = round(report.entries / report.seconds) if report.seconds else 0
    verdict = "Everything is as it was sealed." if report.ok else f"{report.findings_count} findings:"
    return (
        f"{report.entries} entries, {report.pending} waiting for their place, {report.checkpoints} checkpoints in the"
        f" database and {report.outside} outside, {report.details_opened} details opened; {report.seconds:.1f} s,"
        f" {rate} entries a second. {verdict}"
    )
