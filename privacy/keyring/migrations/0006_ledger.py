"""The erasure ledger: hashes of what was forgotten, outside the data database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keyring", "0005_epoch")]
    operations = [
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account_id", models.UUIDField()),
                ("digest", models.BinaryField(max_length=32)),
                ("until", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"verbose_name_plural": "ledger entries"},
        ),
        migrations.AddConstraint(
            "LedgerEntry",
            models.UniqueConstraint(fields=("account_id", "digest"), name="keyring_ledger_once"),
        ),
    ]
