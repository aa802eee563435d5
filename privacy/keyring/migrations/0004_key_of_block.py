"""Find a block's keys without their version: on an index of it each key a renewal moves would be a new entry."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keyring", "0003_renewal")]
    operations = [
        migrations.RemoveIndex("key", "keyring_key_block"),
        migrations.AddIndex("key", models.Index(fields=["block"], name="keyring_key_of_block")),
    ]
