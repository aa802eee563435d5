
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import privacy.ids
import privacy.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField(max_length=32)),
                ('note', models.TextField()),
                ('frontier', models.BinaryField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='VerificationRun',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('seconds', models.FloatField()),
                ('entries', models.BigIntegerField()),
                ('pending', models.BigIntegerField()),
                ('findings_count', models.IntegerField()),
                ('findings', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Detail',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key_id', models.UUIDField(editable=False, null=True)),
                ('condemned_at', models.DateTimeField(editable=False, null=True)),
                ('condemnation_id', models.UUIDField(editable=False, null=True)),
                ('erased_at', models.DateTimeField(editable=False, null=True)),
                ('account_id', models.UUIDField()),
                ('sealed', privacy.models.SealedField(json=True, null=True)),
                ('digests', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(max_length=32), null=True, size=None)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('condemnation_id__isnull', False), ('erased_at', None)), fields=['condemnation_id'], name='trail_detail_condemned'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('digests__isnull', False)), fields=['digests'], name='trail_detail_found')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('action', models.CharField(max_length=80)),
                ('account_id', models.UUIDField(null=True)),
                ('user_id', models.UUIDField(null=True)),
                ('record_label', models.CharField(max_length=80)),
                ('record_id', models.CharField(max_length=80)),
                ('purpose', models.CharField(max_length=80)),
                ('case', models.CharField(max_length=80)),
                ('outcome', models.CharField(choices=[('done', 'done'), ('refused', 'refused'), ('failed', 'failed')], max_length=10)),
                ('text', models.TextField()),
                ('leaf_hash', models.BinaryField(max_length=32)),
                ('detail_commitment', models.BinaryField(max_length=32, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['account_id', 'at', 'id'], name='trail_event_account_at'), models.Index(condition=models.Q(('record_id', ''), _negated=True), fields=['record_label', 'record_id'], name='trail_event_record')],
            },
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='position', to='trail.event')),
            ],
        ),
    ]
