"""An account says how long its closing waits."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rtbf", "0010_ages_of_copies_and_case_files")]

    operations = [
        migrations.AddField(
            "rules",
            "closing_days",
            models.PositiveIntegerField(
                default=30,
                validators=[
                    django.core.validators.MinValueValidator(7),
                    django.core.validators.MaxValueValidator(365),
                ],
            ),
        )
    ]
