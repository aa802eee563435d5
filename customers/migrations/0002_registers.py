import django.db.models.deletion
import privacy.ids
import privacy.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('customers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FieldMeaning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=200)),
                ('means', models.CharField(max_length=64)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='field_meanings', to='accounts.account')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('account', 'field'), name='field_meaning_once')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key_id', models.UUIDField(editable=False, null=True)),
                ('condemned_at', models.DateTimeField(editable=False, null=True)),
                ('condemnation_id', models.UUIDField(editable=False, null=True)),
                ('erased_at', models.DateTimeField(editable=False, null=True)),
                ('digest', models.BinaryField(max_length=32)),
                ('place', privacy.models.SealedField(json=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('texts', privacy.models.SealedField(json=True, null=True)),
                ('author', privacy.models.SealedField(null=True)),
                ('written_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='customers.customer')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('erased_at', None)), fields=['condemnation_id'], name='note_condemned')],
                'constraints': [models.UniqueConstraint(fields=('account', 'digest'), name='note_once')],
            },
        ),
        migrations.CreateModel(
            name='RegisterEntry',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key_id', models.UUIDField(editable=False, null=True)),
                ('condemned_at', models.DateTimeField(editable=False, null=True)),
                ('condemnation_id', models.UUIDField(editable=False, null=True)),
                ('erased_at', models.DateTimeField(editable=False, null=True)),
                ('digest', models.BinaryField(max_length=32)),
                ('place', privacy.models.SealedField(json=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('values', privacy.models.SealedField(json=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='register_entries', to='customers.customer')),
            ],
            options={
                'verbose_name_plural': 'register entries',
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('erased_at', None)), fields=['condemnation_id'], name='register_entry_condemned')],
                'constraints': [models.UniqueConstraint(fields=('account', 'digest'), name='register_entry_once')],
            },
        ),
    ]
