
import privacy.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=80)),
                ('account_id', models.UUIDField(null=True)),
                ('subject', models.UUIDField(null=True)),
                ('actor', models.JSONField()),
                ('status', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10)),
                ('queued_at', models.DateTimeField(auto_now_add=True)),
                ('not_before', models.DateTimeField()),
                ('rung_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('lease', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('progress_done', models.BigIntegerField(default=0)),
                ('progress_total', models.BigIntegerField(default=0)),
                ('error_code', models.CharField(blank=True, max_length=80)),
                ('cancel_requested_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'queued')), fields=['not_before'], name='jobs_job_due'), models.Index(condition=models.Q(('status', 'running')), fields=['lease_until'], name='jobs_job_leased'), models.Index(fields=['account_id', '-queued_at'], name='jobs_job_account'), models.Index(fields=['subject'], name='jobs_job_subject')],
            },
        ),
    ]
