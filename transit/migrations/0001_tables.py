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
        ("transit", "0001_initial"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('bonds', '0001_tables'),
        ('manifests', '0001_tables'),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='CargoTransferManifest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('stage', models.CharField(choices=[('DRAFT', 'Draft'), ('FEE', 'Awaiting transshipment fee'), ('APPROVAL', 'Transfer for approval'), ('DEPARTURE', 'For departure'), ('IN_TRANSIT', 'On the way to the destination'), ('CERTIFICATE', 'Certificate of the destination awaited'), ('SHORT', 'Arrived short'), ('ARRIVED', 'Arrived at the destination'), ('REFUSED', 'Transfer refused'), ('CANCELLED', 'Cancelled'), ('DISCARDED', 'Discarded')], default='DRAFT', max_length=11)),
                    ('mode', models.CharField(choices=[('AIR', 'By air'), ('ROAD', 'By road'), ('RAIL', 'By rail')], default='AIR', max_length=4)),
                    ('carrier', models.CharField(blank=True, max_length=80)),
                    ('marks', models.CharField(blank=True, max_length=300)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('submitted_at', models.DateTimeField(null=True)),
                    ('hawb_count', models.PositiveIntegerField(default=0)),
                    ('package_count', models.PositiveIntegerField(default=0)),
                    ('value', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16)),
                    ('secured', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16)),
                    ('short_told', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                    ('fee', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=12)),
                    ('fee_challan', models.CharField(blank=True, max_length=20)),
                    ('fee_paid_at', models.DateTimeField(null=True)),
                    ('reason', models.TextField(blank=True)),
                    ('conveyance', models.CharField(blank=True, max_length=40)),
                    ('seal', models.CharField(blank=True, max_length=40)),
                    ('departed_at', models.DateTimeField(null=True)),
                    ('due_on', models.DateField(null=True)),
                    ('reminded_on', models.DateField(null=True)),
                    ('arrived_at', models.DateTimeField(null=True)),
                    ('certificate', models.CharField(blank=True, max_length=60)),
                    ('certificate_on', models.DateField(null=True)),
                    ('bond', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='bonds.bond')),
                    ('courier', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.authorisedcourier')),
                    ('created_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('destination', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.location')),
                    ('manifest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='manifests.expresscargomanifest')),
                    ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                ],
                options={
                    'verbose_name': 'transfer manifest',
                    'indexes': [models.Index(fields=['courier', 'stage', 'stage_since', 'id'], name='transfer_courier_queue'), models.Index(fields=['station', 'stage', 'stage_since', 'id'], name='transfer_station_queue'), models.Index(condition=models.Q(('stage__in', ('IN_TRANSIT', 'CERTIFICATE'))), fields=['due_on'], name='transfer_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ('DRAFT', 'DISCARDED')), models.Q(('number__isnull', False), ('submitted_at__isnull', False)), _connector='OR'), name='transfer_submitted_has_number'), models.CheckConstraint(condition=models.Q(('secured', 0), models.Q(('bond__isnull', False), ('secured__gt', 0)), _connector='OR'), name='transfer_secured_by_a_bond'), models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ('IN_TRANSIT', 'CERTIFICATE', 'SHORT', 'ARRIVED')), _negated=True), models.Q(('departed_at__isnull', False), ('due_on__isnull', False)), _connector='OR'), name='transfer_departed_has_a_last_day'), models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ('SHORT', 'ARRIVED')), _negated=True), ('arrived_at__isnull', False), _connector='OR'), name='transfer_arrived_says_when')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='TransferArrival',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('stage', models.CharField(choices=[('EXPECTED', 'Transfer expected'), ('RECORDED', 'Arrival certified')], default='EXPECTED', max_length=8)),
                    ('expected_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('recorded_at', models.DateTimeField(null=True)),
                    ('remarks', models.TextField(blank=True)),
                    ('courier', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.authorisedcourier')),
                    ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                    ('transfer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='arrival', to='transit.cargotransfermanifest')),
                ],
                options={
                    'verbose_name': 'arrival of a transfer',
                    'indexes': [models.Index(fields=['courier', 'stage', 'stage_since', 'id'], name='arrival_courier_queue'), models.Index(fields=['station', 'stage', 'stage_since', 'id'], name='arrival_station_queue')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('recorded_at', None), ('stage', 'EXPECTED')), models.Q(('recorded_at__isnull', False), ('stage', 'RECORDED')), _connector='OR'), name='arrival_recorded_says_when')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='ArrivalTrail',
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
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='transit.transferarrival')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'indexes': [models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='arrival_trail_outbox')],
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='arrival_trail_seq')],
                },
            ),
            migrations.CreateModel(
                name='TransferLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('packages', models.PositiveIntegerField()),
                    ('packages_out', models.PositiveIntegerField(default=0)),
                    ('packages_in', models.PositiveIntegerField(default=0)),
                    ('value', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16)),
                    ('amount', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16)),
                    ('live', models.BooleanField(default=True)),
                    ('hawb', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfer_lines', to='manifests.houseairwaybill')),
                    ('transfer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='transit.cargotransfermanifest')),
                ],
                options={
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('transfer', 'hawb'), name='transfer_line_once'), models.UniqueConstraint(condition=models.Q(('live', True)), fields=('hawb',), name='transfer_one_live_for_a_hawb'), models.CheckConstraint(condition=models.Q(('packages__gt', 0), ('packages_in__lte', models.F('packages')), ('packages_out__lte', models.F('packages'))), name='transfer_line_no_more_than_declared')],
                },
            ),
            migrations.CreateModel(
                name='TransferScan',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('way', models.CharField(choices=[('OUT', 'Out at the first station'), ('IN', 'In at the destination')], max_length=3)),
                    ('code', models.CharField(max_length=60)),
                    ('at', models.DateTimeField()),
                    ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('line', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='transit.transferline')),
                    ('transfer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='transit.cargotransfermanifest')),
                ],
                options={
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('transfer', 'way', 'code'), name='transfer_scan_once')],
                },
            ),
            migrations.CreateModel(
                name='TransferTrail',
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
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='transit.cargotransfermanifest')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'indexes': [models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='transfer_trail_outbox')],
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='transfer_trail_seq')],
                },
            ),
        ]),
    ]
