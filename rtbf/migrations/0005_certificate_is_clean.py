from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('rtbf', '0004_external_systems'),
    ]

    operations = [
        migrations.RenameField(model_name='certificate', old_name='clean', new_name='is_clean'),
    ]
