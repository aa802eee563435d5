import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0003_mentions_in_notes"),
    ]

    operations = [
        migrations.AddField(
            model_name="mention",
            name="end_ms",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="mention",
            name="start_ms",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="transcription",
            name="recording",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="transcriptions",
                to="interactions.recording",
            ),
        ),
        migrations.AddField(
            model_name="transcription",
            name="voicemail",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="transcriptions",
                to="interactions.voicemail",
            ),
        ),
        migrations.AddConstraint(
            model_name="transcription",
            constraint=models.CheckConstraint(
                condition=models.Q(("recording", None), ("voicemail", None), _connector="OR"),
                name="transcription_of_one_sound",
            ),
        ),
    ]
