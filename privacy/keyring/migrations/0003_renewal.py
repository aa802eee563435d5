"""A tombstone names the block key that last wrapped its key; a destruction is noted before it is done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keyring", "0002_rules")]
    operations = [
        migrations.AddField("tombstone", "block", models.BigIntegerField(null=True)),
        migrations.AddField("tombstone", "version", models.PositiveIntegerField(null=True)),
        migrations.AlterField("destroyed", "at", models.DateTimeField(null=True)),
    ]
