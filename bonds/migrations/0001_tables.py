import django.db.models.deletion
import django.utils.timezone
import django_fsm
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from eccs.tables import Together


class Migration(migrations.Migration):
    """The tables of this application, as the earlier migrations that it replaces left them."""

    replaces = [
        ("bonds", "0001_initial"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Bond',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('stage', models.CharField(choices=[('REQUESTED', 'Bond requested'), ('COMPUTED', 'Bond amount computed'), ('APPROVED', 'Bond approved, to be executed'), ('ENTERED', 'Bond to be registered'), ('ACTIVE', 'Bond registered'), ('EXPIRING', 'Bond expiring'), ('RENEWAL', 'Renewal requested'), ('RENEWAL_APPROVAL', 'Increase to be approved'), ('RENEWAL_ENTERED', 'Renewal to be registered'), ('EXPIRED', 'Bond expired'), ('RELEASE_REQUESTED', 'Release requested'), ('VERIFIED', 'Release verified'), ('RELEASED', 'Bond released'), ('CANCELLED', 'Bond cancelled'), ('REFUSED', 'Bond refused'), ('WITHDRAWN', 'Request withdrawn')], default='REQUESTED', max_length=20)),
                    ('about', models.CharField(blank=True, max_length=40)),
                    ('reason', models.TextField()),
                    ('duty', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('requested_amount', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('requested_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('base', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                    ('percent', models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                    ('security_percent', models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                    ('security', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                    ('balance', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16)),
                    ('approved_at', models.DateTimeField(null=True)),
                    ('executed_on', models.DateField(null=True)),
                    ('valid_until', models.DateField(null=True)),
                    ('registered_at', models.DateTimeField(null=True)),
                    ('renew_until', models.DateField(null=True)),
                    ('renew_amount', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                    ('guarantee_replaces', models.BooleanField(default=False)),
                    ('remarks', models.TextField(blank=True)),
                    ('released_at', models.DateTimeField(null=True)),
                    ('courier', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bonds', to='accounts.authorisedcourier')),
                    ('importer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bonds', to='accounts.importer')),
                    ('requested_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bonds', to='accounts.customsstation')),
                ],
                options={
                    'verbose_name': 'bond',
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='BankGuarantee',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=40)),
                    ('bank', models.CharField(max_length=120)),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('valid_until', models.DateField()),
                    ('entered_at', models.DateTimeField()),
                    ('registered_at', models.DateTimeField(null=True)),
                    ('ended_at', models.DateTimeField(null=True)),
                    ('bond', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guarantees', to='bonds.bond')),
                ],
                options={
                    'ordering': ['pk'],
                    'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['valid_until'], name='guarantee_ending')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='guarantee_above_zero')],
                },
            ),
            migrations.CreateModel(
                name='BondAlert',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('ends_on', models.DateField()),
                    ('days', models.PositiveSmallIntegerField()),
                    ('told_at', models.DateTimeField(null=True)),
                    ('bond', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='bonds.bond')),
                    ('guarantee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='bonds.bankguarantee')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('bond', 'guarantee', 'ends_on', 'days'), name='bond_alert_once', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='BondEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('sort', models.CharField(choices=[('OPENED', 'Registered'), ('RAISED', 'Raised'), ('DEBIT', 'Debited'), ('CREDIT', 'Credited')], max_length=6)),
                    ('key', models.CharField(max_length=120, unique=True)),
                    ('change', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('balance_after', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('slug', models.CharField(blank=True, max_length=40)),
                    ('document', models.CharField(blank=True, max_length=60)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by_name', models.CharField(max_length=120)),
                    ('bond', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='bonds.bond')),
                    ('settles', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='bonds.bondentry')),
                ],
                options={
                    'ordering': ['pk'],
                    'indexes': [models.Index(fields=['bond', 'id'], name='bond_ledger')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('change__lt', 0), ('settles', None), ('sort', 'DEBIT')), models.Q(('change__gt', 0), ('settles__isnull', False), ('sort', 'CREDIT')), models.Q(('change__gt', 0), ('settles', None), ('sort__in', ('OPENED', 'RAISED'))), _connector='OR'), name='bond_entry_moves_one_way'), models.CheckConstraint(condition=models.Q(('balance_after__gte', 0)), name='bond_entry_never_overdrawn')],
                },
            ),
            migrations.CreateModel(
                name='BondMaster',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('stage', models.CharField(choices=[('ENTERED', 'Bond type to be approved'), ('IN_USE', 'Bond type in use'), ('REJECTED', 'Bond type not approved'), ('WITHDRAWN', 'Bond type withdrawn')], default='ENTERED', max_length=12)),
                    ('purpose', models.CharField(choices=[('PROVISIONAL', 'Bond for provisional assessment'), ('RELEASE', 'Bond for provisional release'), ('TRANSSHIPMENT', 'Bond for transshipment')], max_length=16)),
                    ('category', models.CharField(choices=[('SPECIFIC', 'Consignment specific'), ('CONTINUITY', 'Continuity')], max_length=12)),
                    ('conditions', models.TextField(blank=True)),
                    ('remarks', models.TextField(blank=True)),
                    ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                ],
                options={
                    'verbose_name': 'entry of the Bond Master',
                    'constraints': [models.UniqueConstraint(condition=models.Q(('stage__in', ('ENTERED', 'IN_USE'))), fields=('station', 'purpose', 'category'), name='bond_master_once_a_station')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='BondMasterTrail',
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
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='bonds.bondmaster')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='bond_master_trail_seq')],
                },
            ),
            migrations.CreateModel(
                name='BondTrail',
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
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='bonds.bond')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='bond_trail_seq')],
                },
            ),
        ]),
        migrations.AddField(
            model_name='bond',
            name='master',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bonds', to='bonds.bondmaster'),
        ),
        migrations.AddIndex(
            model_name='bond',
            index=models.Index(fields=['courier', 'station'], name='bond_courier'),
        ),
        migrations.AddIndex(
            model_name='bond',
            index=models.Index(fields=['station', 'stage', 'stage_since'], name='bond_queue'),
        ),
        migrations.AddIndex(
            model_name='bond',
            index=models.Index(condition=models.Q(('registered_at__isnull', False)), fields=['valid_until'], name='bond_ending'),
        ),
        migrations.AddConstraint(
            model_name='bond',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('courier', None), ('importer__isnull', False)), models.Q(('courier__isnull', False), ('importer', None)), _connector='OR'), name='bond_has_one_firm'),
        ),
        migrations.AddConstraint(
            model_name='bond',
            constraint=models.CheckConstraint(condition=models.Q(('balance__gte', 0), models.Q(models.Q(('amount', None), ('balance', 0)), models.Q(('amount__gt', 0), ('amount__isnull', False), ('balance__lte', models.F('amount'))), _connector='OR')), name='bond_never_overdrawn'),
        ),
        migrations.AddConstraint(
            model_name='bond',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('balance', 0), ('registered_at', None)), models.Q(('amount__isnull', False), ('executed_on__isnull', False), ('registered_at__isnull', False), ('valid_until__isnull', False)), _connector='OR'), name='bond_registered_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='bond',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ('ACTIVE', 'EXPIRING', 'EXPIRED', 'RELEASED', 'CANCELLED')), _negated=True), ('registered_at__isnull', False), _connector='OR'), name='bond_in_force_is_registered'),
        ),
        migrations.AddConstraint(
            model_name='bond',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ('RELEASED', 'CANCELLED')), _negated=True), models.Q(('balance', models.F('amount')), ('released_at__isnull', False)), _connector='OR'), name='bond_released_secures_nothing'),
        ),
    ]
