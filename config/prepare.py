"""Bring databases and static files to what this version needs: `python -m config.prepare`, as the owner role.

One process for all of it, because starting Django three times is most of what a second `make run` would take.
"""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    """Migrate both databases and collect the static files."""
    os.environ["LETHE_DB_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for alias in settings.DATABASES:
        call_command("migrate", database=alias, interactive=False)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
