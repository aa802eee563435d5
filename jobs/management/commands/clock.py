"""Run the clock until TERM or INT."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import autodiscover_modules

from jobs.clock import Clock
from privacy.keys import directory
from vault.errors import VaultError


class Command(BaseCommand):
    """Seals the log, rings for lost jobs, and calls whatever the apps want done every so often."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse without keys; load what the apps registered, then tick."""
        try:
            directory()
        except VaultError as problem:
            raise CommandError(f"The clock does not run: {problem}") from problem
        autodiscover_modules("tasks")
        clock = Clock()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: clock.stop())
        clock.run()
