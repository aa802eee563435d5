"""Policies and disposal runs; every account there is gets its default policy."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import privacy.ids
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


KINDS = ["analysis", "comment", "data", "metadata", "recording", "transcript", "voicemail"]


def give_defaults(apps, schema_editor):
    """Give each account that is there already what new ones get."""
    policy = apps.get_model("retention", "Policy")
    for account in apps.get_model("accounts", "Account").objects.all():
        policy.objects.create(
            account=account, name="Default", is_default=True, kinds=KINDS, keep="1 year", effective_at=timezone.now()
        )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_purposes'),
        ('retention', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reference', models.CharField(max_length=24)),
                ('state', models.CharField(choices=[('refused', 'A person must decide'), ('running', 'Running'), ('paused', 'Paused'), ('completed', 'Completed'), ('completed_with_exceptions', 'Completed with exceptions'), ('cancelled', 'Not carried out')], max_length=32)),
                ('cut_off', models.DateField()),
                ('policies_at', models.DateTimeField()),
                ('code', models.CharField(blank=True, max_length=24)),
                ('foreseen', models.PositiveBigIntegerField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('cursor', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('checkpoint', models.PositiveBigIntegerField(null=True)),
                ('next_foreseen', models.PositiveBigIntegerField(null=True)),
                ('job_id', models.UUIDField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disposal_runs', to='accounts.account')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Deferral',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(max_length=80)),
                ('record_id', models.UUIDField()),
                ('ground', models.CharField(max_length=40)),
                ('held_by', models.CharField(blank=True, max_length=64)),
                ('first_at', models.DateTimeField(auto_now_add=True)),
                ('last_at', models.DateTimeField(auto_now=True)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deferrals', to='retention.run')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='DisposalRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pending_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MaxValueValidator(365)])),
                ('from_hour', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MaxValueValidator(23)])),
                ('to_hour', models.PositiveSmallIntegerField(default=6, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(24)])),
                ('pause_ms', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(60000)])),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='disposal_rules', to='accounts.account')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('from_hour__lt', models.F('to_hour'))), name='window_has_hours')],
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('is_default', models.BooleanField(default=False)),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), size=None)),
                ('purposes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('training', 'Training of staff'), ('quality', 'Quality of service'), ('evidence', 'Evidence in disputes'), ('contract', 'Proof of a contract'), ('legal_duty', 'Duty by law to record')], max_length=16), blank=True, default=list, size=None)),
                ('directions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None)),
                ('lines', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('queues', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), blank=True, default=list, size=None)),
                ('teams', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None)),
                ('keep', models.CharField(max_length=16)),
                ('minimum', models.CharField(blank=True, max_length=16)),
                ('maximum', models.CharField(blank=True, max_length=16)),
                ('because', models.CharField(blank=True, max_length=200)),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('effective_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('paused_until', models.DateField(null=True)),
                ('paused_because', models.CharField(blank=True, max_length=200)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='accounts.account')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('paused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='retention.policy')),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'policies',
                'permissions': [('view_policy', 'See how long things are kept'), ('change_policy', 'Decide how long things are kept'), ('control_disposal', 'Start, pause and confirm disposal runs')],
                'default_permissions': (),
                'indexes': [models.Index(fields=['account', 'effective_at'], name='policy_by_account')],
            },
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['account', '-created_at'], name='run_by_time'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(fields=('account', 'reference'), name='run_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['refused', 'running', 'paused'])), fields=('account',), name='one_open_run_an_account'),
        ),
        migrations.AddIndex(
            model_name='deferral',
            index=models.Index(condition=models.Q(('resolved_at', None)), fields=['account', '-last_at'], name='deferral_open'),
        ),
        migrations.AddConstraint(
            model_name='deferral',
            constraint=models.UniqueConstraint(fields=('account', 'label', 'record_id'), name='deferral_once'),
        ),
        migrations.RunPython(give_defaults, migrations.RunPython.noop),
    ]
