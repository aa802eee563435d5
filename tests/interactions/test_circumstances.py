"""No call is without circumstances: what nobody decides over would be kept for ever."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Account
from interactions.models import Interaction, Recording
from tests.makers import make_agent, make_interaction

pytestmark = pytest.mark.django_db
MIGRATION = import_module("interactions.migrations.0013_every_call_has_circumstances")


@pytest.fixture
def _older_house(db: None) -> None:
    """Let calls be without circumstances, as before the migration."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE interactions_interaction ALTER circumstances_id DROP NOT NULL")


def test_the_database_refuses_a_call_without_any(account: Account) -> None:
    make_interaction(account)
    with pytest.raises(IntegrityError), transaction.atomic():
        Interaction.objects.update(circumstances=None)


@pytest.mark.usefixtures("_older_house")
def test_what_an_older_house_left_empty_is_filled_portion_by_portion(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    linda = make_agent(account)
    calls = [make_interaction(account, agent=linda, queue="Service", recording=b"a") for _ in range(3)]
    other = make_interaction(account, queue="Sales", purposes=("evidence",))
    as_was = {row.pk: row.circumstances_id for row in Interaction.objects.all()}
    Interaction.objects.exclude(pk=other.pk).update(circumstances=None)
    assert Recording.objects.filter(circumstances=None).count() == 3
    monkeypatch.setattr(MIGRATION, "NEXT", MIGRATION.NEXT.replace(str(MIGRATION.AT_ONCE), "2"))
    MIGRATION.fill(None, SimpleNamespace(connection=connection))
    assert {row.pk: row.circumstances_id for row in Interaction.objects.all()} == as_was
    assert set(Recording.objects.values_list("circumstances_id", flat=True)) == {calls[0].circumstances_id}
