import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from eccs.tables import Together


class Migration(migrations.Migration):
    """The tables of this application, as the earlier migrations that it replaces left them."""

    replaces = [
        ("eccs", "0001_initial"),
        ("eccs", "0004_in_hand"),
        ("eccs", "0006_hand_over"),
        ("eccs", "0007_upload_signer"),
        ("eccs", "0009_notices_in_languages"),
        ("eccs", "0014_notices_of_a_station"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='AuditLane',
                fields=[
                    ('name', models.CharField(max_length=3, primary_key=True, serialize=False)),
                    ('length', models.PositiveBigIntegerField()),
                    ('head', models.CharField(blank=True, max_length=64)),
                ],
            ),
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='Counter',
                fields=[
                    ('series', models.CharField(max_length=80, primary_key=True, serialize=False)),
                    ('last', models.BigIntegerField()),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('last__gt', 0)), name='counter_above_zero')],
                },
            ),
            migrations.CreateModel(
                name='DatedRule',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=40)),
                    ('station_code', models.CharField(blank=True, default='', max_length=3)),
                    ('from_date', models.DateField()),
                    ('value', models.CharField(max_length=40)),
                    ('source', models.CharField(max_length=200)),
                ],
                options={
                    'ordering': ['name', 'station_code', 'from_date'],
                    'constraints': [models.UniqueConstraint(fields=('name', 'station_code', 'from_date'), name='dated_rule_one_value_a_day')],
                },
            ),
            migrations.CreateModel(
                name='HandOver',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('station', models.CharField(max_length=3)),
                    ('role', models.CharField(max_length=40)),
                    ('by_name', models.CharField(max_length=120)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('text', models.TextField(blank=True, max_length=4000)),
                    ('desks', models.JSONField(default=list)),
                    ('lines', models.JSONField(default=list)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['station', 'role', 'at'], name='hand_over_of_desk')],
                },
            ),
            migrations.CreateModel(
                name='HandOverRead',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('note', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reads', to='eccs.handover')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('note', 'by'), name='hand_over_read_once')],
                },
            ),
            migrations.CreateModel(
                name='InHand',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=40)),
                    ('document_id', models.BigIntegerField()),
                    ('stage', models.CharField(max_length=40)),
                    ('station', models.CharField(blank=True, max_length=3)),
                    ('courier_id', models.BigIntegerField(null=True)),
                    ('importer_id', models.BigIntegerField(null=True)),
                    ('role', models.CharField(max_length=40)),
                    ('steps', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('aside_until', models.DateTimeField(null=True)),
                    ('aside_why', models.CharField(blank=True, max_length=200)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='in_hand', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['kind', 'stage', 'station'], name='in_hand_at_desk')],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'document_id'), name='in_hand_once')],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('audience', models.CharField(max_length=60)),
                    ('station', models.CharField(blank=True, default='', max_length=3)),
                    ('subject', models.CharField(max_length=200)),
                    ('body', models.TextField()),
                    ('translated', models.JSONField(default=dict)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('sent_at', models.DateTimeField(null=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['audience', '-created_at'], name='notice_by_audience'), models.Index(condition=models.Q(('sent_at', None)), fields=['id'], name='notice_unsent')],
                },
            ),
            migrations.CreateModel(
                name='Priority',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=40)),
                    ('document_id', models.BigIntegerField()),
                    ('station', models.CharField(blank=True, max_length=3)),
                    ('reason', models.CharField(choices=[('LIFE_SAVING', 'Life-saving'), ('MEDICAL', 'Medical'), ('PERISHABLE', 'Perishable'), ('LIVE_ANIMALS', 'Live animals'), ('OTHER', 'Other')], max_length=12)),
                    ('remarks', models.CharField(blank=True, max_length=200)),
                    ('by_name', models.CharField(max_length=120)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['kind', 'station'], name='priority_at_station')],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'document_id'), name='priority_once')],
                },
            ),
            migrations.CreateModel(
                name='TrailRoot',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField()),
                    ('trail', models.CharField(max_length=80)),
                    ('documents', models.BigIntegerField()),
                    ('lines', models.BigIntegerField()),
                    ('root', models.CharField(max_length=64)),
                    ('before', models.CharField(blank=True, max_length=64)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('day', 'trail'), name='trail_root_once_a_day')],
                },
            ),
            migrations.CreateModel(
                name='Upload',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=20)),
                    ('owner', models.CharField(max_length=40)),
                    ('subject_id', models.BigIntegerField(null=True)),
                    ('file', models.FileField(upload_to='uploads/%Y/%m/%d/')),
                    ('name', models.CharField(max_length=160)),
                    ('size', models.PositiveBigIntegerField()),
                    ('digest', models.CharField(max_length=64)),
                    ('companion', models.FileField(blank=True, upload_to='uploads/%Y/%m/%d/')),
                    ('companion_name', models.CharField(blank=True, max_length=160)),
                    ('companion_due', models.BooleanField(default=False)),
                    ('state', models.CharField(choices=[('RECEIVED', 'Received'), ('CHECKING', 'Being checked'), ('REFUSED', 'Not accepted'), ('READY', 'Ready to sign'), ('SAVING', 'Being filed'), ('DONE', 'Filed'), ('FAILED', 'Stopped')], default='RECEIVED', max_length=8)),
                    ('phase', models.CharField(choices=[('READING', 'Columns and size'), ('CELLS', 'Every cell'), ('ACROSS', 'Row against row, then against ECCS'), ('SAVING', 'Everything is saved together')], default='READING', max_length=8)),
                    ('rows', models.PositiveIntegerField(default=0)),
                    ('rows_checked', models.PositiveIntegerField(default=0)),
                    ('faults', models.JSONField(default=list)),
                    ('refusal', models.CharField(blank=True, max_length=300)),
                    ('summary', models.JSONField(default=dict)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('touched_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('finished_at', models.DateTimeField(null=True)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['owner', '-created_at'], name='upload_by_owner'), models.Index(condition=models.Q(('state__in', ('RECEIVED', 'CHECKING', 'SAVING'))), fields=['touched_at'], name='upload_at_work'), models.Index(condition=models.Q(('companion_due', True)), fields=['touched_at'], name='upload_companion_due')],
                },
            ),
            migrations.CreateModel(
                name='AuditLine',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('lane', models.CharField(blank=True, max_length=3)),
                    ('seq', models.PositiveBigIntegerField()),
                    ('at', models.DateTimeField()),
                    ('event', models.CharField(max_length=40)),
                    ('username', models.CharField(blank=True, max_length=60)),
                    ('postings', models.CharField(blank=True, max_length=300)),
                    ('stations', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), size=None)),
                    ('about', models.CharField(blank=True, max_length=200)),
                    ('address', models.CharField(blank=True, max_length=45)),
                    ('browser', models.CharField(blank=True, max_length=160)),
                    ('request_id', models.CharField(blank=True, max_length=16)),
                    ('why', models.CharField(blank=True, max_length=300)),
                    ('details', models.JSONField(default=dict)),
                    ('previous', models.CharField(blank=True, max_length=64)),
                    ('seal', models.CharField(max_length=64)),
                    ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['at', 'id'], name='audit_by_time'), models.Index(fields=['event', 'at', 'id'], name='audit_by_event'), models.Index(fields=['username', 'at', 'id'], name='audit_by_person'), models.Index(fields=['about', 'at', 'id'], name='audit_by_document'), models.Index(fields=['address', 'at', 'id'], name='audit_by_address'), models.Index(fields=['request_id'], name='audit_by_request'), django.contrib.postgres.indexes.GinIndex(fields=['stations'], name='audit_by_station')],
                    'constraints': [models.UniqueConstraint(fields=('lane', 'seq'), name='audit_line_seq')],
                },
            ),
        ]),
    ]
