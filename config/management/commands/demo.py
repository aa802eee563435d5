"""Load the demo from the shell; `make run` does so at its first start."""

from typing import Any

from django.core.management.base import BaseCommand

from config.demo import BANK, load_demo


class Command(BaseCommand):
    """`demo`."""

    help = "Make the demo's accounts and people and import the samples. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what came of it."""
        report = load_demo()
        counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in sorted(report.counts.items()))
        self.stdout.write(f"{BANK}: {counts}.")
