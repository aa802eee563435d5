"""Whoever placed a hold owns it until somebody else does."""

from django.db import migrations, models


def give_owners(apps, schema_editor):
    """Let whoever placed a hold own it."""
    apps.get_model("retention", "LegalHold").objects.update(owner=models.F("placed_by"))


class Migration(migrations.Migration):

    dependencies = [
        ('retention', '0003_live_holds'),
    ]

    operations = [
        migrations.RunPython(give_owners, migrations.RunPython.noop),
    ]
