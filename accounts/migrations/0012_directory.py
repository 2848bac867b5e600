import django.db.models.deletion
import django.utils.timezone
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Couriers, custodians and importers are documents with a trail; couriers have stations with bonds, and signatories."""

    dependencies = [("accounts", "0011_keep_advisory_trail"), ("eccs", "0003_dated_rules")]

    operations = [
        migrations.RenameField("authorisedcourier", "registration_number", "number"),
        migrations.RenameField("authorisedcourier", "status", "stage"),
        migrations.RenameField("authorisedcourier", "stations", "old_stations"),
        migrations.AlterField("authorisedcourier", "old_stations", models.ManyToManyField("accounts.CustomsStation", related_name="+")),
        migrations.CreateModel(
            name='CourierSignatory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('regulation', models.CharField(choices=[('6', 'Regulation 6'), ('13', 'Regulation 13')], max_length=2)),
                ('certificate', models.CharField(max_length=40)),
                ('passed_on', models.DateField()),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CourierStation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('bond_number', models.CharField(blank=True, max_length=40)),
                ('bond_date', models.DateField(blank=True, null=True)),
                ('bond_amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('security', models.CharField(blank=True, choices=[('CASH', 'Cash deposit'), ('GUARANTEE', 'Bank guarantee')], max_length=9)),
                ('security_reference', models.CharField(blank=True, max_length=60)),
                ('withdrawal', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['station', 'since'],
            },
        ),
        migrations.CreateModel(
            name='CourierTrail',
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
            ],
            options={
                'ordering': ['document_id', 'seq'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CustodianTrail',
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
            ],
            options={
                'ordering': ['document_id', 'seq'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ImporterTrail',
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
            ],
            options={
                'ordering': ['document_id', 'seq'],
                'abstract': False,
            },
        ),
        migrations.AlterModelOptions(
            name='authorisedcourier',
            options={'ordering': ['name'], 'verbose_name': 'courier'},
        ),
        migrations.AlterModelOptions(
            name='custodian',
            options={'ordering': ['name'], 'verbose_name': 'custodian'},
        ),
        migrations.AlterModelOptions(
            name='importer',
            options={'ordering': ['name'], 'verbose_name': 'importer'},
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='active_from',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='email',
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='end_order',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='end_told',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='ended_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='inactive_since',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='order_number',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='registered_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='serial',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='stage_since',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='suspended_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='suspension_order',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='trail_head',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='trail_length',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='valid_until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='authorisedcourier',
            name='warned_of',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='custodian',
            name='address',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='custodian',
            name='number',
            field=models.CharField(editable=False, max_length=60, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='custodian',
            name='serial',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='custodian',
            name='since',
            field=models.DateField(default=django.utils.timezone.localdate),
        ),
        migrations.AddField(
            model_name='custodian',
            name='stage',
            field=django_fsm.FSMField(choices=[('APPOINTED', 'Appointed'), ('ENDED', 'Ended')], default='APPOINTED', max_length=9, protected=True),
        ),
        migrations.AddField(
            model_name='custodian',
            name='stage_since',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='custodian',
            name='trail_head',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='custodian',
            name='trail_length',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='custodian',
            name='until',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='importer',
            name='address',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='importer',
            name='number',
            field=models.CharField(editable=False, max_length=60, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='importer',
            name='serial',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='importer',
            name='stage',
            field=django_fsm.FSMField(choices=[('IN_FORCE', 'In force'), ('SUSPENDED', 'Suspended')], default='IN_FORCE', max_length=9, protected=True),
        ),
        migrations.AddField(
            model_name='importer',
            name='stage_since',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='importer',
            name='suspended_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='importer',
            name='suspension_order',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='importer',
            name='trail_head',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='importer',
            name='trail_length',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='authorisedcourier',
            name='address',
            field=models.CharField(max_length=200, verbose_name='address'),
        ),
        migrations.AlterField(
            model_name='authorisedcourier',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='authorisedcourier',
            name='number',
            field=models.CharField(editable=False, max_length=60, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='authorisedcourier',
            name='pan',
            field=models.CharField(max_length=10, verbose_name='PAN'),
        ),
        migrations.AlterField(
            model_name='authorisedcourier',
            name='short_name',
            field=models.CharField(max_length=40, verbose_name='short name'),
        ),
        migrations.AlterField(
            model_name='authorisedcourier',
            name='stage',
            field=django_fsm.FSMField(choices=[('APPLIED', 'Applied'), ('REGISTERED', 'Registered'), ('SUSPENDED', 'Suspended'), ('INACTIVE', 'Inactive'), ('SURRENDERED', 'Surrendered'), ('REVOKED', 'Revoked'), ('DISCARDED', 'Discarded')], default='APPLIED', max_length=12, protected=True),
        ),
        migrations.AlterField(
            model_name='custodian',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='importer',
            name='iec',
            field=models.CharField(max_length=10, unique=True, verbose_name='IEC'),
        ),
        migrations.AlterField(
            model_name='importer',
            name='name',
            field=models.CharField(max_length=120, verbose_name='name'),
        ),
        migrations.AddConstraint(
            model_name='custodian',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='custodian_days'),
        ),
        migrations.AddConstraint(
            model_name='custodian',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'ENDED'), _negated=True), ('until__isnull', False), _connector='OR'), name='custodian_ended_has_day'),
        ),
        migrations.AddConstraint(
            model_name='importer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'SUSPENDED'), ('suspended_on__isnull', False)), models.Q(('stage', 'IN_FORCE'), ('suspended_on', None)), _connector='OR'), name='importer_suspended_has_day'),
        ),
        migrations.AddField(
            model_name='couriersignatory',
            name='courier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatories', to='accounts.authorisedcourier'),
        ),
        migrations.AddField(
            model_name='couriersignatory',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signs_as', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='courierstation',
            name='courier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stations', to='accounts.authorisedcourier'),
        ),
        migrations.AddField(
            model_name='courierstation',
            name='station',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='couriers', to='accounts.customsstation'),
        ),
        migrations.AddField(
            model_name='couriertrail',
            name='by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='couriertrail',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='accounts.authorisedcourier'),
        ),
        migrations.AddField(
            model_name='custodiantrail',
            name='by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='custodiantrail',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='accounts.custodian'),
        ),
        migrations.AddField(
            model_name='importertrail',
            name='by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importertrail',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='accounts.importer'),
        ),
        migrations.AddConstraint(
            model_name='couriersignatory',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None), models.Q(('user', None), _negated=True)), fields=('user',), name='signatory_once_a_user'),
        ),
        migrations.AddConstraint(
            model_name='couriersignatory',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='signatory_days'),
        ),
        migrations.AddConstraint(
            model_name='courierstation',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('courier', 'station'), name='courier_once_at_station'),
        ),
        migrations.AddConstraint(
            model_name='courierstation',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='courier_station_days'),
        ),
        migrations.AddConstraint(
            model_name='courierstation',
            constraint=models.CheckConstraint(condition=models.Q(('bond_amount', None), ('bond_amount__gt', 0), _connector='OR'), name='courier_bond_above_zero'),
        ),
        migrations.AddIndex(
            model_name='couriertrail',
            index=models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='courier_trail_outbox'),
        ),
        migrations.AddConstraint(
            model_name='couriertrail',
            constraint=models.UniqueConstraint(fields=('document', 'seq'), name='courier_trail_seq'),
        ),
        migrations.AddIndex(
            model_name='custodiantrail',
            index=models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='custodian_trail_outbox'),
        ),
        migrations.AddConstraint(
            model_name='custodiantrail',
            constraint=models.UniqueConstraint(fields=('document', 'seq'), name='custodian_trail_seq'),
        ),
        migrations.AddIndex(
            model_name='importertrail',
            index=models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='importer_trail_outbox'),
        ),
        migrations.AddConstraint(
            model_name='importertrail',
            constraint=models.UniqueConstraint(fields=('document', 'seq'), name='importer_trail_seq'),
        ),
    ]
