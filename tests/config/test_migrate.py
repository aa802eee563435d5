import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder


def apps_in(alias: str) -> set[str]:
    return {app for app, _ in MigrationRecorder(connections[alias]).applied_migrations()}


@pytest.mark.django_db
def test_the_keyring_is_migrated_with_its_own_app_alone() -> None:
    assert apps_in("keyring") == {"keyring"}
    assert {"keyring", "rtbf", "sessions"} <= apps_in("default")
    with connections["keyring"].cursor() as cursor:
        tables = set(connections["keyring"].introspection.table_names(cursor))
    assert {"keyring_key", "keyring_tombstone"} <= tables
