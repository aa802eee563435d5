"""A key stands under a version that exists: the foreign key makes renewal wait for inserts under way."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("keyring", "0001_initial")]
    operations = [
        migrations.RunSQL(
            sql=[
                "ALTER TABLE keyring_key ADD CONSTRAINT keyring_key_version FOREIGN KEY (block, version)"
                " REFERENCES keyring_version (block_id, version)",
                # Renewal rewrites every row of a block: half-empty pages keep those updates on their page.
                "ALTER TABLE keyring_key SET (fillfactor = 50)",
            ],
            reverse_sql=["ALTER TABLE keyring_key DROP CONSTRAINT keyring_key_version"],
        )
    ]
