from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0008_campaigns"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="disposalrules",
            name="window_has_hours",
        ),
        migrations.AddConstraint(
            model_name="disposalrules",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_hour", models.F("to_hour")), _negated=True), name="window_has_hours"
            ),
        ),
    ]
