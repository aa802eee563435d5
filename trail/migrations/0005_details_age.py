"""Details say from when they age: the moment of their entry, which nobody can change afterwards."""

import django.utils.timezone
from django.db import migrations, models

FILL = """
    ALTER TABLE trail_detail DISABLE TRIGGER trail_detail_emptied;
    UPDATE trail_detail SET ended_at = trail_event.at FROM trail_event WHERE trail_event.id = trail_detail.id;
    ALTER TABLE trail_detail ENABLE TRIGGER trail_detail_emptied;
"""
ONLY_EMPTIED = """
    CREATE OR REPLACE FUNCTION trail_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id {more}
           OR (NEW.sealed IS NOT NULL AND NEW.sealed IS DISTINCT FROM OLD.sealed)
           OR (NEW.key_id IS NOT NULL AND NEW.key_id IS DISTINCT FROM OLD.key_id) THEN
            RAISE EXCEPTION 'A detail of the log can only be emptied: UPDATE on % was refused.', TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("trail", "0004_auditors_indexes")]

    operations = [
        migrations.AddField(
            "detail", "ended_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(
            ONLY_EMPTIED.format(more="OR NEW.ended_at <> OLD.ended_at"), ONLY_EMPTIED.format(more="")
        ),
        migrations.AddIndex(
            "detail",
            models.Index(
                fields=["account_id", "ended_at", "id"], condition=models.Q(condemned_at=None), name="trail_detail_age"
            ),
        ),
    ]
