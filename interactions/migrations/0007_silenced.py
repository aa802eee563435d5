"""Sounds remember which stretches of them were silenced."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interactions", "0006_imports_and_drop_folders")]
    operations = [
        migrations.AddField("recording", "silenced", models.JSONField(default=list)),
        migrations.AddField("voicemail", "silenced", models.JSONField(default=list)),
    ]
