"""Policies speak of copies for customers, case files and details of the log; what accounts kept so far stays so."""

from django.db import migrations
from django.utils import timezone

APART = ["dossier", "case", "detail"]
STARTING = (
    ("Copies for customers", "dossier", "14 days"),
    ("Case files", "case", "36 months"),
    ("Personal details of the log", "detail", "100 years"),
)


def give_policies(apps, schema_editor):
    """Let default policies, past and pending ones too, speak of the new kinds, and give each account the first ones."""
    policy = apps.get_model("retention", "Policy")
    for default in policy.objects.filter(is_default=True):
        default.kinds = sorted({*default.kinds, *APART})
        default.save(update_fields=["kinds"])
    for account in apps.get_model("accounts", "Account").objects.all():
        for name, kind, keep in STARTING:
            policy.objects.create(account=account, name=name, kinds=[kind], keep=keep, effective_at=timezone.now())


def take_back(apps, schema_editor):
    """Let the default policies speak of calls alone again."""
    policy = apps.get_model("retention", "Policy")
    policy.objects.filter(kinds__contained_by=APART).delete()
    for default in policy.objects.filter(is_default=True):
        default.kinds = sorted({*default.kinds} - {*APART})
        default.save(update_fields=["kinds"])


class Migration(migrations.Migration):
    dependencies = [("retention", "0005_hold_condition_keys"), ("accounts", "0003_closing")]

    operations = [migrations.RunPython(give_policies, take_back)]
