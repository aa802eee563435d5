"""An index of the keys of conditions in force: most calls of a chunk have none of them."""

import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('retention', '0004_hold_owners'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='holdcondition',
            index=models.Index(django.contrib.postgres.fields.ranges.RangeStartsWith('key'), condition=models.Q(('is_live', True)), name='hold_condition_keys'),
        ),
    ]
