import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('customers', '0002_registers'),
        ('interactions', '0002_opening'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='mention',
            name='mention_in_one_text',
        ),
        migrations.AddField(
            model_name='mention',
            name='note',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mentions', to='customers.note'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('comment', None), ('note', None), ('transcription__isnull', False), ('value', None)), models.Q(('comment__isnull', False), ('note', None), ('transcription', None), ('value', None)), models.Q(('comment', None), ('note', None), ('transcription', None), ('value__isnull', False)), models.Q(('comment', None), ('note__isnull', False), ('transcription', None), ('value', None)), _connector='OR'), name='mention_in_one_text'),
        ),
    ]
