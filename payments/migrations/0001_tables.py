import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import django_fsm
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from eccs.tables import Together


class Migration(migrations.Migration):
    """The tables of this application, as the earlier migrations that it replaces left them."""

    replaces = [
        ("payments", "0001_initial"),
        ("payments", "0003_payers"),
        ("payments", "0004_final_assessment"),
        ("payments", "0005_recorded_as_refundable"),
        ("payments", "0006_interest"),
        ("payments", "0007_fees"),
        ("payments", "0008_banks_and_ledger"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('bills', '0001_tables'),
        ('transit', '0001_tables'),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='BankScroll',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('bank', models.CharField(max_length=12)),
                    ('day', models.DateField()),
                    ('sha256', models.CharField(max_length=64)),
                    ('entry_count', models.PositiveIntegerField()),
                    ('total_paise', models.BigIntegerField()),
                    ('sealed', models.BooleanField()),
                    ('loaded_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('compared_at', models.DateTimeField(null=True)),
                    ('loaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['day', 'bank', 'id'], name='scroll_of_a_day')],
                    'constraints': [models.UniqueConstraint(fields=('bank', 'day', 'sha256'), name='scroll_once')],
                },
            ),
            migrations.CreateModel(
                name='CashAccount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('sort', models.CharField(choices=[('FIRM', 'Electronic Cash Ledger'), ('BANK', 'Money received through a bank'), ('GOVERNMENT', 'Duty and other dues paid')], max_length=10)),
                    ('bank', models.CharField(blank=True, default='', max_length=12)),
                    ('balance', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                    ('courier', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cash_account', to='accounts.authorisedcourier')),
                    ('importer', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cash_account', to='accounts.importer')),
                    ('station', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                ],
                options={
                    'verbose_name': 'Electronic Cash Ledger',
                    'constraints': [models.CheckConstraint(condition=models.Q(('balance', None), ('balance__gte', 0), _connector='OR'), name='cash_never_below_zero'), models.CheckConstraint(condition=models.Q(models.Q(('balance__isnull', False), ('bank', ''), ('sort', 'FIRM'), ('station', None), models.Q(models.Q(('courier', None), ('importer__isnull', False)), models.Q(('courier__isnull', False), ('importer', None)), _connector='OR')), models.Q(('balance', None), ('courier', None), ('importer', None), ('sort', 'BANK'), ('station', None), models.Q(('bank', ''), _negated=True)), models.Q(('balance', None), ('bank', ''), ('courier', None), ('importer', None), ('sort', 'GOVERNMENT'), ('station__isnull', False)), _connector='OR'), name='cash_account_is_of_one'), models.UniqueConstraint(condition=models.Q(('sort', 'BANK')), fields=('bank',), name='cash_account_of_a_bank'), models.UniqueConstraint(condition=models.Q(('sort', 'GOVERNMENT')), fields=('station',), name='cash_account_of_a_station')],
                },
            ),
            migrations.CreateModel(
                name='CashEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=60, unique=True)),
                    ('sort', models.CharField(choices=[('DEPOSIT', 'Deposit'), ('PAYMENT', 'Payment of a challan'), ('DIRECT', 'Challan paid at the bank'), ('RETURNED', 'Credited back')], max_length=8)),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('words', models.CharField(blank=True, default='', max_length=300)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by_name', models.CharField(max_length=120)),
                    ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='CashLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.cashaccount')),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.cashentry')),
                ],
                options={
                    'ordering': ['pk'],
                    'indexes': [models.Index(fields=['account', 'id'], name='cash_statement')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount', Decimal('0')), _negated=True), name='cash_line_moves_something')],
                },
            ),
            migrations.CreateModel(
                name='Challan',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('kind', models.CharField(choices=[('DUES', 'Duty and other dues'), ('DEPOSIT', 'Deposit into the cash ledger')], default='DUES', max_length=7)),
                    ('bank', models.CharField(blank=True, default='BANK', max_length=12)),
                    ('stage', models.CharField(choices=[('CREATED', 'Created'), ('AT_BANK', 'At bank'), ('UNKNOWN', 'Unknown'), ('PAID', 'Paid'), ('LATE', 'For reconciliation'), ('FAILED', 'Failed'), ('REJECTED', 'Rejected'), ('WITHDRAWN', 'Withdrawn')], default='CREATED', max_length=12)),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('heads', models.JSONField(default=dict)),
                    ('bill_count', models.PositiveIntegerField()),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('sent_to_bank_at', models.DateTimeField(null=True)),
                    ('asked', models.PositiveIntegerField(default=0)),
                    ('ask_again_at', models.DateTimeField(null=True)),
                    ('bank_transaction', models.CharField(blank=True, default='', max_length=22)),
                    ('told_by', models.CharField(blank=True, default='', max_length=12)),
                    ('paid_at', models.DateTimeField(null=True)),
                    ('courier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='challans', to='accounts.authorisedcourier')),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('importer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='challans', to='accounts.importer')),
                    ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='challans', to='accounts.customsstation')),
                ],
                options={
                    'verbose_name': 'challan',
                    'indexes': [models.Index(fields=['courier', 'created_at', 'id'], name='challan_courier_history'), models.Index(fields=['station', 'created_at', 'id'], name='challan_station_history'), models.Index(condition=models.Q(('stage__in', ('AT_BANK', 'UNKNOWN'))), fields=['ask_again_at'], name='challan_unanswered')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), models.Q(models.Q(('bill_count__gt', 0), ('kind', 'DUES')), models.Q(('bill_count', 0), ('kind', 'DEPOSIT')), _connector='OR')), name='challan_is_for_something'), models.CheckConstraint(condition=models.Q(models.Q(('courier', None), ('importer__isnull', False)), models.Q(('courier__isnull', False), ('importer', None)), _connector='OR'), name='challan_has_one_payer'), models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('stage', 'PAID'), models.Q(('bank_transaction', ''), _negated=True)), models.Q(models.Q(('stage', 'PAID'), _negated=True), ('bank_transaction', ''), ('paid_at', None)), _connector='OR'), name='challan_paid_has_transaction'), models.UniqueConstraint(condition=models.Q(('bank_transaction', ''), _negated=True), fields=('bank', 'bank_transaction'), name='challan_one_for_a_transaction')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='BankMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('nonce', models.CharField(max_length=32, unique=True)),
                    ('bank', models.CharField(default='BANK', max_length=12)),
                    ('sort', models.CharField(choices=[('return', 'by redirect'), ('confirmation', 'by message'), ('answer', 'by verification')], max_length=12)),
                    ('challan_number', models.CharField(max_length=10)),
                    ('bank_transaction', models.CharField(blank=True, max_length=22)),
                    ('amount_paise', models.BigIntegerField(default=0)),
                    ('status', models.CharField(blank=True, max_length=8)),
                    ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('outcome', models.CharField(choices=[('CREDITED', 'Payment credited'), ('FAILED', 'Failure recorded'), ('REJECTED', 'Challan rejected'), ('REPEATED', 'Known already'), ('NOTED', 'No final answer'), ('SILENT', 'No answer'), ('LATE', 'Late payment, for the DC/AC'), ('QUEUED', 'For reconciliation')], max_length=8)),
                    ('reason', models.CharField(blank=True, max_length=20)),
                    ('settled_at', models.DateTimeField(null=True)),
                    ('settlement', models.CharField(blank=True, max_length=300)),
                    ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('challan', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='payments.challan')),
                ],
                options={
                    'ordering': ['pk'],
                    'indexes': [models.Index(fields=['challan', 'received_at'], name='bank_message_of_challan'), models.Index(condition=models.Q(('outcome', 'QUEUED'), ('settled_at', None)), fields=['received_at'], name='bank_message_open')],
                },
            ),
            migrations.CreateModel(
                name='BankDifference',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('stage_since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('trail_length', models.PositiveIntegerField(default=0, editable=False)),
                    ('trail_head', models.CharField(blank=True, default='', editable=False, max_length=64)),
                    ('stage', models.CharField(choices=[('OPEN', 'Difference with the bank'), ('SETTLED', 'Difference settled'), ('CLEARED', 'Difference cleared up')], default='OPEN', max_length=8)),
                    ('finding', models.CharField(choices=[('MATCHED', 'Matched'), ('MISSING_HERE', 'Missing here'), ('MISSING_THERE', 'Missing at the bank'), ('AMOUNT', 'Different amount')], max_length=13)),
                    ('bank', models.CharField(max_length=12)),
                    ('day', models.DateField()),
                    ('challan_number', models.CharField(max_length=10)),
                    ('bank_transaction', models.CharField(max_length=22)),
                    ('there_paise', models.BigIntegerField(default=0)),
                    ('here_paise', models.BigIntegerField(default=0)),
                    ('found_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('remarks', models.CharField(blank=True, default='', max_length=300)),
                    ('station', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                    ('challan', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='payments.challan')),
                ],
                options={
                    'verbose_name': 'difference with the bank',
                    'indexes': [models.Index(fields=['station', 'stage', 'stage_since'], name='difference_queue')],
                    'constraints': [models.UniqueConstraint(fields=('bank', 'bank_transaction', 'challan_number', 'day'), name='difference_found_once')],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name='ChallanLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                    ('heads', models.JSONField(default=dict)),
                    ('interest', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16)),
                    ('live', models.BooleanField(default=True)),
                    ('credited_at', models.DateTimeField(null=True)),
                    ('refusal', models.CharField(blank=True, max_length=300)),
                    ('settled_at', models.DateTimeField(null=True)),
                    ('settlement', models.CharField(blank=True, max_length=300)),
                    ('assessment', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='challan_lines', to='bills.provisionalassessment')),
                    ('bill', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='challan_lines', to='bills.courierbillofentry')),
                    ('challan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.challan')),
                    ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('transfer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='challan_lines', to='transit.cargotransfermanifest')),
                ],
                options={
                    'ordering': ['pk'],
                    'indexes': [models.Index(condition=models.Q(('refusal', ''), _negated=True), fields=['challan'], name='challan_line_not_credited')],
                    'constraints': [models.UniqueConstraint(fields=('challan', 'bill'), name='challan_line_once'), models.UniqueConstraint(condition=models.Q(('live', True)), fields=('bill',), name='bill_on_one_live_challan'), models.UniqueConstraint(condition=models.Q(('live', True)), fields=('transfer',), name='fee_on_one_live_challan'), models.CheckConstraint(condition=models.Q(models.Q(('assessment', None), ('bill', None), ('transfer__isnull', False)), models.Q(('bill__isnull', False), ('transfer', None)), _connector='OR'), name='challan_line_is_for_one_thing'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='challan_line_above_zero'), models.CheckConstraint(condition=models.Q(('credited_at', None), ('live', False), _connector='OR'), name='challan_line_credited_is_closed'), models.CheckConstraint(condition=models.Q(('settled_at', None), models.Q(('credited_at', None), models.Q(('refusal', ''), _negated=True)), _connector='OR'), name='challan_line_settled_once')],
                },
            ),
            migrations.CreateModel(
                name='ChallanTrail',
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
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='payments.challan')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'indexes': [models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='challan_trail_outbox')],
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='challan_trail_seq')],
                },
            ),
            migrations.CreateModel(
                name='CyberReceipt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.CharField(editable=False, max_length=60, null=True, unique=True)),
                    ('serial', models.BigIntegerField(editable=False, null=True)),
                    ('issued_at', models.DateTimeField()),
                    ('challan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='payments.challan')),
                    ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='RefusedMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField()),
                    ('sort', models.CharField(max_length=12)),
                    ('fault', models.CharField(max_length=12)),
                    ('address', models.CharField(blank=True, max_length=45)),
                    ('detail', models.CharField(blank=True, max_length=200)),
                    ('first_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('last_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('count', models.PositiveBigIntegerField(default=1)),
                    ('settled_at', models.DateTimeField(null=True)),
                    ('settlement', models.CharField(blank=True, max_length=300)),
                    ('challan', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.challan')),
                    ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('day', 'sort', 'fault', 'address', 'challan'), name='refused_message_counted', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='ScrollEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('challan_number', models.CharField(max_length=10)),
                    ('bank_transaction', models.CharField(max_length=22)),
                    ('amount_paise', models.BigIntegerField()),
                    ('decided_at', models.DateTimeField()),
                    ('finding', models.CharField(blank=True, choices=[('MATCHED', 'Matched'), ('MISSING_HERE', 'Missing here'), ('MISSING_THERE', 'Missing at the bank'), ('AMOUNT', 'Different amount')], default='', max_length=13)),
                    ('scroll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='payments.bankscroll')),
                ],
                options={
                    'ordering': ['pk'],
                    'indexes': [models.Index(fields=['bank_transaction'], name='scroll_entry_transaction')],
                    'constraints': [models.UniqueConstraint(fields=('scroll', 'bank_transaction'), name='scroll_entry_once')],
                },
            ),
            migrations.CreateModel(
                name='BankAuthorisation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('bank', models.CharField(max_length=12)),
                    ('from_date', models.DateField()),
                    ('until', models.DateField(null=True)),
                    ('source', models.CharField(max_length=200)),
                    ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('station', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
                ],
                options={
                    'ordering': ['station', 'bank', 'from_date'],
                    'constraints': [models.UniqueConstraint(fields=('station', 'bank', 'from_date'), name='bank_authorised_once_a_day', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', django.db.models.expressions.CombinedExpression(models.F('from_date'), '-', models.Value(1))), _connector='OR'), name='bank_authorised_forwards')],
                },
            ),
            migrations.CreateModel(
                name='BankDifferenceTrail',
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
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='payments.bankdifference')),
                ],
                options={
                    'ordering': ['document_id', 'seq'],
                    'abstract': False,
                    'indexes': [models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='difference_trail_outbox')],
                    'constraints': [models.UniqueConstraint(fields=('document', 'seq'), name='difference_trail_seq')],
                },
            ),
        ]),
        migrations.AddField(
            model_name='cashentry',
            name='challan',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cash_entries', to='payments.challan'),
        ),
        migrations.AddConstraint(
            model_name='cashentry',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='cash_entry_above_zero'),
        ),
    ]
