import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models

from eccs.tables import Together


class Migration(migrations.Migration):
    """The tables of this application, as the earlier migrations that it replaces left them."""

    replaces = [
        ("rms", "0001_initial"),
        ("rms", "0003_criteria_go"),
        ("rms", "0004_rules_with_versions"),
        ("rms", "0007_lane_not_decided"),
        ("rms", "0008_back_tests"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='KeptRuleset',
                fields=[
                    ('version', models.CharField(max_length=20, primary_key=True, serialize=False)),
                    ('station_code', models.CharField(max_length=3)),
                    ('on', models.DateField()),
                    ('versions', models.JSONField(default=list)),
                    ('assess_percent', models.DecimalField(decimal_places=3, max_digits=6)),
                    ('examine_percent', models.DecimalField(decimal_places=3, max_digits=6)),
                    ('first_used_at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
            ),
            migrations.CreateModel(
                name='PartyDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('party', models.CharField(choices=[('COURIER', 'Courier'), ('CONSIGNEE', 'Consignee'), ('KYC', 'KYC id'), ('ADDRESS', 'Address')], max_length=10)),
                    ('key', models.CharField(max_length=64)),
                    ('day', models.DateField()),
                    ('name', models.CharField(blank=True, max_length=32)),
                    ('bills', models.IntegerField(default=0)),
                    ('hits', models.IntegerField(default=0)),
                    ('confirmations', models.IntegerField(default=0)),
                    ('value', models.DecimalField(decimal_places=2, default=0, max_digits=16)),
                ],
                options={
                    'indexes': [models.Index(fields=['party', 'key', 'day'], name='risk_party_day')],
                },
            ),
            migrations.CreateModel(
                name='RiskDecision',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('lane', models.CharField(choices=[('FACILITATED', 'Facilitated'), ('ASSESSMENT', 'Assess'), ('EXAMINATION', 'Examine'), ('BOTH', 'Assess and examine'), ('PENDING', 'Not decided yet')], max_length=12)),
                    ('reasons', models.JSONField(default=list)),
                    ('facts', models.JSONField(default=dict)),
                    ('draw', models.DecimalField(decimal_places=6, max_digits=8)),
                    ('ruleset', models.CharField(max_length=20)),
                    ('documents_required', models.CharField(blank=True, max_length=400)),
                    ('examine_percent', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('xray_attention', models.BooleanField(default=False)),
                    ('courier_text', models.TextField(blank=True)),
                    ('found', models.CharField(blank=True, choices=[('CONFIRMED', 'Confirmed'), ('NOTHING', 'Nothing found')], max_length=10)),
                    ('cause', models.CharField(choices=[('FILED', 'Filed'), ('AMENDED', 'Amended'), ('REASSESSED', 'Assessed anew'), ('ARRIVED', 'Aircraft arrived')], default='FILED', max_length=10)),
                    ('decided_at', models.DateTimeField()),
                    ('before', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rms.riskdecision')),
                ],
            ),
            migrations.CreateModel(
                name='RiskRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('kind', models.CharField(choices=[('RULE', 'Rule'), ('TARGET', 'Targets'), ('INTERVENTION', 'Intervention'), ('RANDOM', 'Random share'), ('CCR', 'Compulsory compliance requirement')], default='RULE', max_length=12)),
                    ('stage', models.CharField(choices=[('DRAFT', 'Rule drafted'), ('PROPOSED', 'Rule proposed'), ('ACTIVE', 'Rule active'), ('REVISED', 'Rule active, new version proposed'), ('SUSPENDED', 'Rule suspended'), ('RETIRED', 'Rule retired'), ('DISCARDED', 'Rule discarded')], default='DRAFT', max_length=10)),
                    ('title', models.CharField(max_length=120)),
                    ('latest_no', models.PositiveIntegerField(default=0)),
                    ('in_force_no', models.PositiveIntegerField(default=0)),
                    ('remarks', models.TextField(blank=True)),
                    ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('station', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='risk_rules', to='accounts.customsstation')),
                ],
                options={
                    'verbose_name': 'risk rule',
                    'indexes': [models.Index(condition=models.Q(('stage__in', ('ACTIVE', 'REVISED'))), fields=['stage'], name='risk_rule_in_force')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ('ACTIVE', 'REVISED')), _negated=True), ('in_force_no__gt', 0), _connector='OR'), name='risk_rule_active_has_version')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='BackTest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('version_no', models.PositiveIntegerField()),
                    ('days', models.PositiveIntegerField()),
                    ('state', models.CharField(choices=[('WAITING', 'Waiting for a worker'), ('RUNNING', 'Running'), ('DONE', 'Done'), ('CANCELLED', 'Cancelled'), ('FAILED', 'Failed')], default='WAITING', max_length=10)),
                    ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('cancel_asked', models.BooleanField(default=False)),
                    ('read', models.PositiveIntegerField(default=0)),
                    ('result', models.JSONField(blank=True, default=dict)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='back_tests', to='rms.riskrule')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('WAITING', 'RUNNING'))), fields=('rule',), name='risk_back_test_one_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='RiskRuleTrail',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seq', models.PositiveIntegerField()),
                    ('at', models.DateTimeField()),
                    ('step', models.CharField(max_length=40)),
                    ('from_stage', models.CharField(blank=True, max_length=40)),
                    ('to_stage', models.CharField(max_length=40)),
                    ('by_name', models.CharField(max_length=120)),
                    ('role', models.CharField(max_length=40)),
                    ('answers', models.JSONField(default=dict)),
                    ('snapshot', models.JSONField(null=True)),
                    ('previous', models.CharField(blank=True, max_length=64)),
                    ('seal', models.CharField(max_length=64)),
                    ('noticed_at', models.DateTimeField(null=True)),
                    ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='rms.riskrule')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='risk_rule_trail_seq')],
                },
            ),
            migrations.CreateModel(
                name='RuleDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('rule', models.CharField(blank=True, max_length=60)),
                    ('station_code', models.CharField(max_length=3)),
                    ('day', models.DateField()),
                    ('hits', models.IntegerField(default=0)),
                    ('looked_at', models.IntegerField(default=0)),
                    ('confirmed', models.IntegerField(default=0)),
                    ('examinations', models.IntegerField(default=0)),
                ],
                options={
                    'indexes': [models.Index(fields=['rule', 'station_code', 'day'], name='risk_rule_day')],
                },
            ),
            migrations.CreateModel(
                name='RuleVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('no', models.PositiveIntegerField()),
                    ('condition', models.JSONField(blank=True, default=dict)),
                    ('targets', models.JSONField(blank=True, default=list)),
                    ('outcome', models.CharField(blank=True, choices=[('', 'Neither'), ('ASSESSMENT', 'Assess'), ('EXAMINATION', 'Examine'), ('BOTH', 'Assess and examine')], max_length=12)),
                    ('examine_percent', models.PositiveSmallIntegerField(blank=True, null=True)),
                    ('share', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                    ('xray', models.BooleanField(default=False)),
                    ('documents', models.CharField(blank=True, max_length=200)),
                    ('instruction', models.CharField(blank=True, max_length=300)),
                    ('courier_text', models.CharField(blank=True, max_length=300)),
                    ('from_date', models.DateField()),
                    ('to_date', models.DateField(blank=True, null=True)),
                    ('why', models.CharField(blank=True, max_length=300)),
                    ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('rule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='rms.riskrule')),
                    ('written_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-no'],
                    'constraints': [models.UniqueConstraint(fields=('rule', 'no'), name='risk_rule_version_once')],
                },
            ),
            migrations.CreateModel(
                name='UnitValueMonth',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('cth', models.CharField(max_length=8)),
                    ('uom', models.CharField(max_length=5)),
                    ('month', models.DateField()),
                    ('entries', models.IntegerField()),
                    ('logs', models.DecimalField(decimal_places=6, max_digits=20)),
                ],
                options={
                    'indexes': [models.Index(fields=['cth', 'uom', 'month'], name='risk_unit_value')],
                },
            ),
        ]),
    ]
