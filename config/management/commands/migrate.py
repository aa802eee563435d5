"""Migrate as Django does, but the keyring's database with the keyring's app alone.

The router keeps every other table out of that database. Django would still think all their migrations through, for
which a first start and each process of the tests wait some ten seconds.
"""

from typing import Any

from django.core.management.commands import migrate

from privacy.keyring.ring import ALIAS


class Command(migrate.Command):
    """`migrate`."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring one database to what this version needs."""
        if options["database"] == ALIAS and not options["app_label"]:
            options |= {"app_label": ALIAS, "run_syncdb": False}
        super().handle(*args, **options)
