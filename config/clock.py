"""The clock, `python -m config.clock`: rings the doorbell of what is due, by the schedule beside each task.

The tasks are imported here and not by the command it wraps, which passes over a module that fails to import.
"""

import logging
import os

import django
from django.core.management import call_command
from django.utils.module_loading import autodiscover_modules


def main() -> None:
    """Run the schedule until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from dramatiq_crontab.management.commands.crontab import Command

    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # Otherwise some lines for each tick.
    autodiscover_modules("tasks")
    call_command(Command(), no_task_loading=True, no_heartbeat=True)


if __name__ == "__main__":
    main()
