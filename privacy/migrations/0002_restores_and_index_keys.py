"""How a restore is noticed, which index key stands, and a file's mark that stays after it was unlinked."""

import django.db.models.deletion
from django.db import migrations, models

import privacy.ids


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]
    operations = [
        migrations.AddField("doomedfile", "gone_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "doomedfile",
            models.Index(fields=["at"], condition=models.Q(("gone_at", None)), name="privacy_doomed_file_left"),
        ),
        migrations.CreateModel(
            name="IndexKey",
            fields=[
                ("account_id", models.UUIDField(primary_key=True, serialize=False)),
                ("generation", models.PositiveIntegerField()),
                ("switched_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
                ("token", models.UUIDField()),
                ("next_token", models.UUIDField(null=True)),
                ("at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="Restoration",
            fields=[
                ("id", models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("noticed_at", models.DateTimeField(auto_now_add=True)),
                ("lost", models.CharField(max_length=10)),
                ("data_number", models.BigIntegerField()),
                ("keyring_number", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="HoldsReview",
            fields=[
                ("id", models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("user_id", models.UUIDField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "restoration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="privacy.restoration"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("restoration", "account_id"), name="privacy_review_once")
                ],
            },
        ),
    ]
