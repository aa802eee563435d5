import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import privacy.ids
from customers.kinds import Kind


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("interactions", "0007_silenced"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeepScan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("job_id", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("position_label", models.CharField(blank=True, max_length=80)),
                ("position", models.UUIDField(null=True)),
                ("texts_total", models.PositiveBigIntegerField(default=0)),
                ("texts_read", models.PositiveBigIntegerField(default=0)),
                ("unreadable", models.PositiveIntegerField(default=0)),
                ("found", models.JSONField(default=dict)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deep_scans",
                        to="accounts.account",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [("scan_texts", "Read all texts again for what the index missed")],
                "default_permissions": (),
                "indexes": [models.Index(fields=["account", "-asked_at"], name="deep_scan_by_time")],
            },
        ),
        migrations.CreateModel(
            name="ScanFinding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mention_id", models.UUIDField()),
                ("label", models.CharField(max_length=80)),
                ("record_id", models.UUIDField()),
                ("kind", models.CharField(choices=[(kind.value, kind.value) for kind in Kind], max_length=16)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "scan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="interactions.deepscan",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["mention_id"], name="scan_finding_by_mention")],
            },
        ),
    ]
