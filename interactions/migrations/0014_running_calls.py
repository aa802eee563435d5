"""Marks calls that their source says have not ended, so that an erasure can wait for them; nothing is rewritten."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interactions', '0013_every_call_has_circumstances'),
    ]

    operations = [
        migrations.AddField(
            model_name='interaction',
            name='running',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
