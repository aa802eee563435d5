"""Lets no call be without circumstances: each has some, and what nobody decides over would be kept for ever.

Nothing is locked for long, however many calls there are: what is empty is filled in portions, each a transaction of its
own; the check is added without looking at the rows and proved beside writers; with it PostgreSQL sets NOT NULL at once.
"""

import django.db.models.deletion
from django.db import migrations, models

AT_ONCE = 10_000
TABLE, CHECK = "interactions_interaction", "interaction_has_circumstances"
NEXT = f"SELECT id FROM {TABLE} WHERE id > %s AND circumstances_id IS NULL ORDER BY id LIMIT {AT_ONCE}"
# As for calls that no rule speaks of: kept for the quality of service.
MISSING = f"""
INSERT INTO accounts_circumstances (id, account_id, purposes, direction, line, queue, campaign, team_id)
SELECT gen_random_uuid(), each.* FROM (
    SELECT DISTINCT call.account_id, ARRAY['quality']::varchar(16)[], call.direction, call.line, call.queue, '',
        agent.team_id
    FROM {TABLE} call LEFT JOIN accounts_agent agent ON agent.id = call.agent_id WHERE call.id = ANY(%s)
) each ON CONFLICT DO NOTHING
"""
FILL = f"""
UPDATE {TABLE} call SET circumstances_id = known.id
FROM accounts_circumstances known, {TABLE} same LEFT JOIN accounts_agent agent ON agent.id = same.agent_id
WHERE same.id = ANY(%s) AND same.id = call.id AND call.circumstances_id IS NULL
    AND known.account_id = call.account_id AND known.direction = call.direction AND known.line = call.line
    AND known.queue = call.queue AND known.campaign = '' AND known.purposes = ARRAY['quality']::varchar(16)[]
    AND known.team_id IS NOT DISTINCT FROM agent.team_id
"""


def fill(apps, schema_editor):
    """Give calls without circumstances those of a call that no rule speaks of. Safe to repeat."""
    last = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT, [last])
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            cursor.execute(MISSING, [ids])
            cursor.execute(FILL, [ids])
            last = ids[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0004_campaigns"), ("interactions", "0012_saved_searches")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        # Django itself would also take the foreign key away and look through all rows to put it back.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {CHECK}, ADD CONSTRAINT {CHECK}"
                    " CHECK (circumstances_id IS NOT NULL) NOT VALID",
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {CHECK}", migrations.RunSQL.noop),
                migrations.RunSQL(
                    f"ALTER TABLE {TABLE} ALTER circumstances_id SET NOT NULL, DROP CONSTRAINT {CHECK}",
                    f"ALTER TABLE {TABLE} ALTER circumstances_id DROP NOT NULL",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="interaction",
                    name="circumstances",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.circumstances",
                    ),
                )
            ],
        ),
    ]
