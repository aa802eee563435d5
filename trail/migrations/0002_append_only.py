"""Let the log's tables only grow, for their owner too; a detail may only become empty."""

from django.db import migrations

REFUSE = """
    CREATE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The log only grows: % on % was refused.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$;
"""
APPEND_ONLY = """
    CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION trail_refuse();
    CREATE TRIGGER {table}_whole BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse();
"""
ONLY_EMPTIED = """
    CREATE FUNCTION trail_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id
           OR (NEW.sealed IS NOT NULL AND NEW.sealed IS DISTINCT FROM OLD.sealed)
           OR (NEW.key_id IS NOT NULL AND NEW.key_id IS DISTINCT FROM OLD.key_id) THEN
            RAISE EXCEPTION 'A detail of the log can only be emptied: UPDATE on % was refused.', TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER trail_detail_emptied BEFORE UPDATE ON trail_detail
        FOR EACH ROW EXECUTE FUNCTION trail_only_emptied();
    CREATE TRIGGER trail_detail_kept BEFORE DELETE OR TRUNCATE ON trail_detail
        FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse();
"""
BESIDE_ENTRY = """
    ALTER TABLE trail_detail ADD CONSTRAINT trail_detail_entry FOREIGN KEY (id) REFERENCES trail_event (id);
"""
TABLES = ("trail_event", "trail_position", "trail_checkpoint")


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION trail_refuse()"),
        *[
            migrations.RunSQL(
                APPEND_ONLY.format(table=table),
                f"DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_whole ON {table}",
            )
            for table in TABLES
        ],
        migrations.RunSQL(
            ONLY_EMPTIED,
            "DROP TRIGGER trail_detail_emptied ON trail_detail; DROP TRIGGER trail_detail_kept ON trail_detail;"
            " DROP FUNCTION trail_only_emptied()",
        ),
        migrations.RunSQL(BESIDE_ENTRY, "ALTER TABLE trail_detail DROP CONSTRAINT trail_detail_entry"),
    ]
