"""Holds on what calls are, with an owner, a second person at the release, and reminders."""

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import privacy.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_purposes'),
        ('retention', '0002_policies_and_runs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HoldCondition',
            fields=[
                ('id', models.UUIDField(default=privacy.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('queue', models.CharField(blank=True, max_length=64)),
                ('direction', models.CharField(blank=True, max_length=8)),
                ('content', models.CharField(blank=True, max_length=16)),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('seconds', django.contrib.postgres.fields.ranges.IntegerRangeField()),
                ('key', django.contrib.postgres.fields.ranges.BigIntegerRangeField(editable=False)),
                ('is_live', models.BooleanField(default=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='HoldRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('four_eyes', models.BooleanField(default=False)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AlterModelOptions(
            name='legalhold',
            options={'default_permissions': (), 'permissions': [('view_hold', 'See legal holds'), ('place_hold', 'Place a legal hold'), ('release_hold', 'Release a legal hold'), ('change_hold_rules', 'Decide whether a second person releases legal holds')]},
        ),
        migrations.AddField(
            model_name='legalhold',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='release_asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='release_asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='reminded_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='too_late',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='legalhold',
            index=models.Index(condition=models.Q(('released_at', None)), fields=['account', 'review_on'], name='hold_to_review'),
        ),
        migrations.AddField(
            model_name='holdcondition',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.account'),
        ),
        migrations.AddField(
            model_name='holdcondition',
            name='agent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.agent'),
        ),
        migrations.AddField(
            model_name='holdcondition',
            name='hold',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conditions', to='retention.legalhold'),
        ),
        migrations.AddField(
            model_name='holdrules',
            name='account',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='hold_rules', to='accounts.account'),
        ),
        migrations.AddIndex(
            model_name='holdcondition',
            index=django.contrib.postgres.indexes.GistIndex(condition=models.Q(('is_live', True)), fields=['key', 'period'], name='hold_condition_fits'),
        ),
        migrations.AddIndex(
            model_name='holdcondition',
            index=models.Index(condition=models.Q(('is_live', True), models.Q(('content', ''), _negated=True)), fields=['account'], name='hold_on_content'),
        ),
        migrations.AddConstraint(
            model_name='holdcondition',
            constraint=models.CheckConstraint(condition=models.Q(('direction__in', ['', 'inbound', 'outbound', 'internal'])), name='hold_condition_direction'),
        ),
        migrations.AddConstraint(
            model_name='holdcondition',
            constraint=models.CheckConstraint(condition=models.Q(('content__in', ['', 'recording', 'voicemail', 'transcript', 'analysis', 'comment'])), name='hold_condition_content'),
        ),
        migrations.AddConstraint(
            model_name='holdcondition',
            constraint=models.CheckConstraint(condition=models.Q(('period__isempty', False), ('seconds__isempty', False)), name='hold_condition_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='holdcondition',
            constraint=models.CheckConstraint(condition=models.Q(('agent__isnull', False), models.Q(('queue', ''), _negated=True), models.Q(('direction', ''), _negated=True), models.Q(('content', ''), _negated=True), ('period__startswith__isnull', False), ('period__endswith__isnull', False), ('seconds__startswith__gt', 0), ('seconds__endswith__isnull', False), _connector='OR'), name='hold_condition_names_some'),
        ),
    ]
