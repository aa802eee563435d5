"""The keyring's side of the mark by which a restore is noticed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keyring", "0004_key_of_block")]
    operations = [
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
                ("token", models.UUIDField()),
                ("at", models.DateTimeField(auto_now=True)),
            ],
        ),
    ]
