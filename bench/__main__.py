"""`make bench`: every figure beside its limit and its peer, one JSON line each.

Figures that need the product's services get servers of their own, started like those of the tests but with durable
writes, and thrown away at the end. Nothing of `make run` is touched.
"""

import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

import django
from django.core.management import call_command

import bench
from config.embedded import roles
from tests.services import Services

DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "100"}


def main(names: list[str]) -> None:
    """Print the figures of the modules named, or of all of them."""
    services = Services(postgres=DURABLE)
    try:
        services.start_postgres()
        os.environ.update(services.variables(), **_as_owner(services), DJANGO_SETTINGS_MODULE="config.settings")
        services.start_valkey()
        django.setup()
        for alias in ("default", "keyring"):
            call_command("migrate", database=alias, verbosity=0)
        for figure in figures(names):
            print(json.dumps(figure), flush=True)
    finally:
        services.end()


def _as_owner(services: Services) -> dict[str, str]:
    """Return addresses as the owner of both databases: the bench makes tables of its own to compare with."""
    owner = {name: services.postgres.url(roles.OWNER, name) for name in ("lethe", "keyring")}
    return {
        "LETHE_DB_ENGINE": "django.db.backends.postgresql",
        "DATABASE_URL": owner["lethe"],
        "DATABASE_OWNER_URL": owner["lethe"],
        "KEYRING_DATABASE_URL": owner["keyring"],
        "KEYRING_DATABASE_OWNER_URL": owner["keyring"],
    }


def figures(names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the figures of each module in turn."""
    known = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    for name in names or known:
        yield from importlib.import_module(f"bench.{name}").figures()


if __name__ == "__main__":
    main(sys.argv[1:])
