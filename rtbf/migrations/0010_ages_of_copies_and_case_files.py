"""Copies and case files age from a moment of their own, and policies say how long they are kept."""

import django.utils.timezone
from django.db import migrations, models
from django.db.models.functions import Coalesce

MONTHS = 36


def fill(apps, schema_editor):
    """Let copies age from when they were asked for, and case files whose end was known from their request's."""
    for dossier in apps.get_model("rtbf", "Dossier").objects.all().iterator():
        dossier.ended_at = dossier.raised_at
        dossier.save(update_fields=["ended_at"])
    end = Coalesce("request__finished_at", "request__refused_at", "request__cancelled_at", "request__raised_at")
    cases = apps.get_model("rtbf", "CaseFile").objects.exclude(keep_until=None)
    for case in cases.annotate(end=end).iterator():
        case.ended_at = case.end
        case.save(update_fields=["ended_at"])


def keep_terms(apps, schema_editor):
    """Let the policy of case files keep as long as the account's rules did."""
    policies = apps.get_model("retention", "Policy").objects.filter(kinds=["case"], is_default=False)
    for rules in apps.get_model("rtbf", "Rules").objects.exclude(keep_case_months=MONTHS):
        months = rules.keep_case_months
        policies.filter(account_id=rules.account_id).update(keep=f"{months} month{'s' if months > 1 else ''}")


class Migration(migrations.Migration):
    dependencies = [
        ("rtbf", "0009_tell_of_every_right"),
        ("retention", "0006_policies_of_records_without_calls"),
    ]

    operations = [
        migrations.AddField(
            "dossier", "ended_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)
        ),
        migrations.AddField("casefile", "ended_at", models.DateTimeField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(keep_terms, migrations.RunPython.noop),
        migrations.RemoveIndex("casefile", "case_by_end"),
        migrations.RemoveField("casefile", "keep_until"),
        migrations.RemoveField("dossier", "expires_at"),
        migrations.RemoveField("rules", "keep_case_months"),
        migrations.AddIndex(
            "casefile",
            models.Index(fields=["account", "ended_at", "id"], condition=models.Q(condemned_at=None), name="case_by_age"),
        ),
        migrations.AddIndex(
            "dossier",
            models.Index(
                fields=["account", "ended_at", "id"], condition=models.Q(condemned_at=None), name="dossier_by_age"
            ),
        ),
    ]
