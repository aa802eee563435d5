"""Copies what decides how long a call is kept into its contents, so that the oldest are found by an index."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TABLES = ("recording", "voicemail", "transcription", "analysis", "comment", "datasourcevalue")
COPY = (
    """
CREATE FUNCTION interactions_copy_age() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT ended_at, circumstances_id INTO NEW.ended_at, NEW.circumstances_id
    FROM interactions_interaction WHERE id = NEW.interaction_id;
    RETURN NEW;
END $$;
CREATE FUNCTION interactions_follow_age() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    %s
    RETURN NULL;
END $$;
CREATE TRIGGER follow_age AFTER UPDATE OF ended_at, circumstances_id ON interactions_interaction FOR EACH ROW
    WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at OR OLD.circumstances_id IS DISTINCT FROM NEW.circumstances_id)
    EXECUTE FUNCTION interactions_follow_age();
"""
    % "\n    ".join(
        f"UPDATE interactions_{table} SET ended_at = NEW.ended_at, circumstances_id = NEW.circumstances_id"
        " WHERE interaction_id = NEW.id;"
        for table in TABLES
    )
    + "".join(
        f"CREATE TRIGGER copy_age BEFORE INSERT OR UPDATE OF interaction_id ON interactions_{table}"
        " FOR EACH ROW EXECUTE FUNCTION interactions_copy_age();\n"
        for table in TABLES
    )
)
NO_COPY = (
    "DROP TRIGGER follow_age ON interactions_interaction;"
    + "".join(f"DROP TRIGGER copy_age ON interactions_{table};" for table in TABLES)
    + "DROP FUNCTION interactions_follow_age(); DROP FUNCTION interactions_copy_age();"
)
# What came in before there were rules is kept for the quality of service, as calls are that no rule speaks of.
KNOWN = """
INSERT INTO accounts_circumstances (id, account_id, purposes, direction, line, queue, team_id)
SELECT gen_random_uuid(), each.* FROM (
    SELECT DISTINCT call.account_id, ARRAY['quality']::varchar(16)[], call.direction, call.line, call.queue, agent.team_id
    FROM interactions_interaction call LEFT JOIN accounts_agent agent ON agent.id = call.agent_id
) each ON CONFLICT DO NOTHING;
UPDATE interactions_interaction call SET circumstances_id = known.id
FROM accounts_circumstances known, interactions_interaction same LEFT JOIN accounts_agent agent ON agent.id = same.agent_id
WHERE same.id = call.id AND known.account_id = call.account_id AND known.direction = call.direction
    AND known.line = call.line AND known.queue = call.queue AND known.purposes = ARRAY['quality']::varchar(16)[]
    AND known.team_id IS NOT DISTINCT FROM agent.team_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_purposes"),
        ("interactions", "0004_times_and_sounds_of_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="analysis",
            name="circumstances",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.circumstances",
            ),
        ),
        migrations.AddField(
            model_name="analysis",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="comment",
            name="circumstances",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.circumstances",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="datasourcevalue",
            name="circumstances",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.circumstances",
            ),
        ),
        migrations.AddField(
            model_name="datasourcevalue",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="interaction",
            name="circumstances",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.circumstances"
            ),
        ),
        migrations.AddField(
            model_name="recording",
            name="circumstances",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.circumstances",
            ),
        ),
        migrations.AddField(
            model_name="recording",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="transcription",
            name="circumstances",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.circumstances",
            ),
        ),
        migrations.AddField(
            model_name="transcription",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="voicemail",
            name="circumstances",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.circumstances",
            ),
        ),
        migrations.AddField(
            model_name="voicemail",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="analysis",
            index=models.Index(
                condition=models.Q(("condemned_at", None)),
                fields=["circumstances", "ended_at", "id"],
                name="analysis_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("condemned_at", None)),
                fields=["circumstances", "ended_at", "id"],
                name="comment_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="datasourcevalue",
            index=models.Index(
                condition=models.Q(("condemned_at", None)),
                fields=["circumstances", "ended_at", "id"],
                name="value_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("condemned_at", None)),
                fields=["circumstances", "ended_at", "id"],
                name="interaction_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                condition=models.Q(("condemned_at", None)),
                fields=["circumstances", "ended_at", "id"],
                name="recording_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="transcription",
            index=models.Index(
                condition=models.Q(("condemned_at", None)),
                fields=["circumstances", "ended_at", "id"],
                name="transcription_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="voicemail",
            index=models.Index(
                condition=models.Q(("condemned_at", None)),
                fields=["circumstances", "ended_at", "id"],
                name="voicemail_by_age",
            ),
        ),
        migrations.RunSQL(COPY, NO_COPY),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
