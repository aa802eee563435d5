"""Run the clock until TERM or INT."""

import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import autodiscover_modules

from jobs.clock import Clock


class Command(BaseCommand):
    """Seals the log, rings for lost jobs, and calls whatever the apps want done every so often."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what the apps registered, then tick."""
        autodiscover_modules("tasks")
        clock = Clock()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: clock.stop())
        clock.run()
