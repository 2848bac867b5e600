import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models

from eccs.tables import Together


class Migration(migrations.Migration):
    """The tables of this application, as the earlier migrations that it replaces left them."""

    replaces = [
        ("manifests", "0001_initial"),
        ("manifests", "0003_master_number"),
        ("manifests", "0004_confiscated_goods"),
        ("manifests", "0005_disposal_store"),
        ("manifests", "0006_search_indexes"),
        ("manifests", "0007_search_labels"),
        ("manifests", "0008_correct_igm"),
        ("manifests", "0009_chasers"),
        ("manifests", "0010_sent_on"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='ExpressCargoManifest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('kind', models.CharField(choices=[('DOCUMENTS', 'ECM (Documents)'), ('NON_DOCUMENTS', 'ECM (Non-documents)')], default='NON_DOCUMENTS', max_length=14)),
                    ('stage', models.CharField(choices=[('DRAFT', 'Draft'), ('SUBMITTED', 'Submitted'), ('IGM_FED', 'IGM fed'), ('ARRIVAL_SCAN', 'Arrival scan'), ('ARRIVED', 'Arrived'), ('DISCARDED', 'Discarded')], default='DRAFT', max_length=14)),
                    ('airline', models.CharField(max_length=60, verbose_name='airline')),
                    ('flight_number', models.CharField(max_length=10, verbose_name='flight number')),
                    ('airport_of_shipment', models.CharField(max_length=3, verbose_name='airport of shipment')),
                    ('country_of_exportation', models.CharField(max_length=2, verbose_name='country of exportation')),
                    ('first_port_of_arrival', models.CharField(max_length=3, verbose_name='first port of arrival')),
                    ('scheduled_arrival', models.DateTimeField(verbose_name='scheduled arrival')),
                    ('on_board_courier', models.CharField(blank=True, max_length=120, verbose_name='on-board courier')),
                    ('igm_number', models.CharField(blank=True, max_length=10, verbose_name='IGM number')),
                    ('actual_arrival', models.DateTimeField(blank=True, null=True, verbose_name='actual arrival')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('submitted_at', models.DateTimeField(blank=True, null=True)),
                    ('scan_started_at', models.DateTimeField(blank=True, null=True)),
                    ('scan_closed_at', models.DateTimeField(blank=True, null=True)),
                    ('hawb_count', models.PositiveIntegerField(default=0)),
                    ('package_count', models.PositiveIntegerField(default=0)),
                    ('gross_weight_kg', models.DecimalField(decimal_places=3, default=0, max_digits=12)),
                    ('file_digest', models.CharField(blank=True, max_length=64)),
                    ('courier', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='manifests', to='accounts.authorisedcourier')),
                    ('created_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.customsstation', verbose_name='station')),
                ],
                options={
                    'verbose_name': 'manifest',
                    'indexes': [models.Index(condition=models.Q(('stage__in', ('SUBMITTED', 'IGM_FED', 'ARRIVAL_SCAN'))), fields=['station', 'stage', 'stage_since', 'id'], name='manifest_station_queue'), models.Index(fields=['courier', 'stage', 'stage_since', 'id'], name='manifest_courier_queue')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ('DRAFT', 'DISCARDED')), models.Q(('number__isnull', False), ('submitted_at__isnull', False)), _connector='OR'), name='manifest_submitted_has_number'), models.CheckConstraint(condition=models.Q(('stage__in', ('DRAFT', 'DISCARDED', 'SUBMITTED')), models.Q(models.Q(('igm_number', ''), _negated=True), ('actual_arrival__isnull', False)), _connector='OR'), name='manifest_past_igm_has_igm')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='Bag',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=30)),
                    ('arrived_at', models.DateTimeField(blank=True, null=True)),
                    ('manifest', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bags', to='manifests.expresscargomanifest')),
                ],
                options={
                    'verbose_name': 'bag',
                    'indexes': [models.Index(fields=['number'], name='bag_number')],
                    'constraints': [models.UniqueConstraint(fields=('manifest', 'number'), name='bag_once_a_manifest')],
                },
            ),
            migrations.CreateModel(
                name='HouseAirwayBill',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=20)),
                    ('ucr', models.CharField(blank=True, max_length=35)),
                    ('packages', models.PositiveIntegerField()),
                    ('packages_arrived', models.PositiveIntegerField(default=0)),
                    ('arrived_at', models.DateTimeField(blank=True, null=True)),
                    ('gross_weight_kg', models.DecimalField(decimal_places=3, max_digits=10)),
                    ('actual_weight_kg', models.DecimalField(blank=True, decimal_places=3, max_digits=10, null=True)),
                    ('description', models.CharField(blank=True, max_length=240)),
                    ('consignor_name', models.CharField(max_length=120)),
                    ('consignor_address', models.CharField(blank=True, max_length=240)),
                    ('consignor_country', models.CharField(max_length=2)),
                    ('consignee_name', models.CharField(max_length=120)),
                    ('consignee_address', models.CharField(blank=True, max_length=240)),
                    ('consignee_city', models.CharField(blank=True, max_length=60)),
                    ('consignee_state', models.CharField(blank=True, max_length=60)),
                    ('consignee_pin', models.CharField(blank=True, max_length=6)),
                    ('invoice_value', models.DecimalField(decimal_places=2, default=0, max_digits=16)),
                    ('invoice_currency', models.CharField(blank=True, max_length=3)),
                    ('transshipment', models.BooleanField(default=False)),
                    ('transshipment_to', models.CharField(blank=True, max_length=6)),
                    ('held_since', models.DateTimeField(blank=True, null=True)),
                    ('bag', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hawbs', to='manifests.bag')),
                    ('manifest', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='hawbs', to='manifests.expresscargomanifest')),
                ],
                options={
                    'verbose_name': 'house airway bill',
                },
            ),
            migrations.CreateModel(
                name='Hold',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('reason', models.CharField(max_length=300)),
                    ('held_at', models.DateTimeField()),
                    ('released_at', models.DateTimeField(null=True)),
                    ('held_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('released_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('hawb', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='manifests.houseairwaybill')),
                ],
                options={
                    'ordering': ['-pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('hawb',), name='hold_one_open_for_a_hawb')],
                },
            ),
            migrations.CreateModel(
                name='ManifestAmendment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('stage', models.CharField(choices=[('DRAFT', 'Draft'), ('REQUESTED', 'Requested'), ('APPROVED', 'Approved'), ('REJECTED', 'Rejected'), ('WITHDRAWN', 'Withdrawn')], default='DRAFT', max_length=10)),
                    ('of_weight', models.BooleanField(default=False)),
                    ('reason', models.CharField(blank=True, max_length=500)),
                    ('adjudication_reference', models.CharField(blank=True, max_length=60)),
                    ('decision_remarks', models.CharField(blank=True, max_length=500)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('chased_at', models.DateTimeField(null=True)),
                    ('courier', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.authorisedcourier')),
                    ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('manifest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='manifests.expresscargomanifest')),
                    ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                ],
                options={
                    'verbose_name': 'manifest amendment',
                    'indexes': [models.Index(fields=['station', 'stage', 'stage_since', 'id'], name='amendment_station_queue'), models.Index(fields=['courier', 'stage', 'stage_since', 'id'], name='amendment_courier_queue')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('stage', 'DRAFT')), fields=('manifest', 'of_weight'), name='amendment_one_draft_of_a_sort'), models.CheckConstraint(condition=models.Q(('stage__in', ('DRAFT', 'WITHDRAWN')), ('number__isnull', False), _connector='OR'), name='amendment_asked_has_number')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='Difference',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('SHORT', 'Short'), ('EXCESS', 'Excess')], max_length=6)),
                    ('code', models.CharField(max_length=60)),
                    ('hawb', models.CharField(blank=True, max_length=20)),
                    ('count', models.PositiveIntegerField(default=1)),
                    ('opened_at', models.DateTimeField()),
                    ('settled_at', models.DateTimeField(null=True)),
                    ('settlement', models.CharField(blank=True, max_length=300)),
                    ('settled_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('manifest', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='manifests.expresscargomanifest')),
                    ('amendment', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settles', to='manifests.manifestamendment')),
                ],
                options={
                    'verbose_name': 'short or excess',
                    'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['opened_at', 'id'], name='difference_open')],
                    'constraints': [models.UniqueConstraint(fields=('manifest', 'kind', 'code'), name='difference_once_a_manifest'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('settlement', '')), models.Q(('settled_at__isnull', False), models.Q(('settlement', ''), _negated=True)), _connector='OR'), name='difference_settled_says_how')],
                },
            ),
            migrations.CreateModel(
                name='AmendmentTrail',
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
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='manifests.manifestamendment')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'indexes': [models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='amendment_trail_outbox')],
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='amendment_trail_seq')],
                },
            ),
            migrations.CreateModel(
                name='AmendmentLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('HEADER', 'Change the header'), ('IGM', 'Correct IGM and arrival'), ('CHANGE', 'Change a shipment'), ('ADD', 'Add: excess landing'), ('DELETE', 'Delete: short shipment')], max_length=6)),
                    ('hawb', models.CharField(blank=True, max_length=20)),
                    ('before', models.JSONField(default=dict)),
                    ('after', models.JSONField(default=dict)),
                    ('amendment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='manifests.manifestamendment')),
                ],
                options={
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('amendment', 'hawb'), name='amendment_one_line_for_a_hawb')],
                },
            ),
            migrations.CreateModel(
                name='ManifestTrail',
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
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='manifests.expresscargomanifest')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'indexes': [models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='manifest_trail_outbox')],
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='manifest_trail_seq')],
                },
            ),
            migrations.CreateModel(
                name='ManifestVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField()),
                    ('ended_at', models.DateTimeField()),
                    ('header', models.JSONField()),
                    ('shipments', models.JSONField()),
                    ('amendment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='version', to='manifests.manifestamendment')),
                    ('manifest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='manifests.expresscargomanifest')),
                ],
                options={
                    'ordering': ['manifest_id', 'number'],
                    'constraints': [models.UniqueConstraint(fields=('manifest', 'number'), name='version_once_a_manifest')],
                },
            ),
            migrations.CreateModel(
                name='MasterAirwayBill',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(max_length=12)),
                    ('manifest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='masters', to='manifests.expresscargomanifest')),
                ],
                options={
                    'indexes': [models.Index(fields=['number'], name='master_number')],
                    'constraints': [models.UniqueConstraint(fields=('manifest', 'number'), name='master_once_a_manifest')],
                },
            ),
            migrations.CreateModel(
                name='Package',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('crn', models.CharField(max_length=30)),
                    ('part', models.PositiveIntegerField()),
                    ('arrived_at', models.DateTimeField(blank=True, null=True)),
                    ('hawb', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='manifests.houseairwaybill')),
                    ('manifest', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='manifests.expresscargomanifest')),
                ],
                options={
                    'indexes': [models.Index(fields=['crn'], name='package_crn')],
                    'constraints': [models.UniqueConstraint(fields=('manifest', 'crn'), name='package_once_a_manifest')],
                },
            ),
            migrations.CreateModel(
                name='ArrivalScan',
                fields=[
                    ('key', models.UUIDField(primary_key=True, serialize=False)),
                    ('code', models.CharField(max_length=60)),
                    ('verdict', models.CharField(choices=[('ARRIVED', 'Arrived'), ('DUPLICATE', 'Already scanned'), ('UNKNOWN', 'Not on this manifest')], max_length=9)),
                    ('scanned_at', models.DateTimeField()),
                    ('received_at', models.DateTimeField()),
                    ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('manifest', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='manifests.expresscargomanifest')),
                    ('package', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='manifests.package')),
                ],
                options={
                    'indexes': [models.Index(fields=['manifest', 'received_at'], name='scan_by_manifest')],
                },
            ),
            migrations.CreateModel(
                name='WarehouseEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('in_at', models.DateTimeField(null=True)),
                    ('location', models.CharField(blank=True, max_length=20)),
                    ('detained_since', models.DateTimeField(null=True)),
                    ('out_at', models.DateTimeField(null=True)),
                    ('out_on', models.CharField(blank=True, choices=[('OUT_OF_CHARGE', 'Out of Charge'), ('MANUAL', 'Cleared manually'), ('RELEASED', 'Released provisionally'), ('RETURNED', 'Returned to origin'), ('TRANSSHIPPED', 'Sent on in transshipment'), ('DISPOSED', 'Disposed of'), ('CONFISCATED', 'Confiscated: to the disposal store')], max_length=13)),
                    ('hawb', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='warehouse_entry', to='manifests.houseairwaybill')),
                    ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                ],
                options={
                    'verbose_name': 'line of the warehouse register',
                    'indexes': [models.Index(condition=models.Q(('out_at', None)), fields=['station', 'in_at', 'id'], name='entry_in_stock'), models.Index(fields=['station', '-id'], name='entry_of_station')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('out_at', None), ('out_on', '')), models.Q(('out_at__isnull', False), models.Q(('out_on', ''), _negated=True)), _connector='OR'), name='entry_out_says_on_what')],
                },
            ),
            migrations.CreateModel(
                name='WarehouseDetention',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('memo', models.CharField(max_length=60)),
                    ('since', models.DateTimeField()),
                    ('until', models.DateTimeField(null=True)),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='detentions', to='manifests.warehouseentry')),
                ],
                options={
                    'ordering': ['-pk'],
                    'constraints': [models.UniqueConstraint(fields=('entry', 'memo'), name='detention_once_a_memo')],
                },
            ),
            migrations.CreateModel(
                name='WarehouseMove',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField()),
                    ('location', models.CharField(max_length=20)),
                    ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='manifests.warehouseentry')),
                ],
                options={
                    'ordering': ['-pk'],
                },
            ),
        ]),
        migrations.AddField(
            model_name='houseairwaybill',
            name='master',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hawbs', to='manifests.masterairwaybill'),
        ),
        migrations.AddIndex(
            model_name='houseairwaybill',
            index=models.Index(fields=['number'], name='hawb_number_begins', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='houseairwaybill',
            index=models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('consignee_name'), 'text_pattern_ops'), name='hawb_consignee_begins'),
        ),
        migrations.AddIndex(
            model_name='houseairwaybill',
            index=models.Index(condition=models.Q(('bag__isnull', False)), fields=['bag'], name='hawb_of_bag'),
        ),
        migrations.AddIndex(
            model_name='houseairwaybill',
            index=models.Index(condition=models.Q(('ucr', ''), _negated=True), fields=['ucr'], name='hawb_ucr'),
        ),
        migrations.AddConstraint(
            model_name='houseairwaybill',
            constraint=models.UniqueConstraint(fields=('manifest', 'number'), name='hawb_once_a_manifest'),
        ),
        migrations.AddConstraint(
            model_name='houseairwaybill',
            constraint=models.CheckConstraint(condition=models.Q(('gross_weight_kg__gt', 0), ('invoice_value__gte', 0), ('packages__gt', 0)), name='hawb_counts_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='houseairwaybill',
            constraint=models.CheckConstraint(condition=models.Q(('packages_arrived__lte', models.F('packages'))), name='hawb_no_more_than_declared'),
        ),
        migrations.AddConstraint(
            model_name='houseairwaybill',
            constraint=models.CheckConstraint(condition=models.Q(('arrived_at', None), ('packages_arrived', models.F('packages')), _connector='OR'), name='hawb_arrived_whole'),
        ),
    ]
