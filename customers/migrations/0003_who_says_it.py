from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_registers'),
    ]

    operations = [
        migrations.AddField(
            model_name='identifier',
            name='by_register',
            field=models.BooleanField(default=False),
        ),
    ]
