"""A condemnation says what of it the erasure ledger keeps."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0002_restores_and_index_keys")]
    operations = [
        migrations.AddField("Condemnation", "remember", models.CharField(blank=True, max_length=8)),
    ]
