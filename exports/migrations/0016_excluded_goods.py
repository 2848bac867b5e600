import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from eccs.protection import keep_trail
from eccs.tables import together


KEEP_EXCLUDED = """
CREATE FUNCTION exports_keep_excluded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
           AND (OLD.to_date IS NULL OR NEW.to_date < OLD.to_date)
           AND to_jsonb(NEW) - ARRAY['to_date', 'ended_at', 'ended_by_id', 'ending']
             = to_jsonb(OLD) - ARRAY['to_date', 'ended_at', 'ended_by_id', 'ending'] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the goods that are excluded are added and ended: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""
KEEP_PERMISSION = """
CREATE FUNCTION exports_keep_permission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.withdrawn_at IS NULL
           AND to_jsonb(NEW) - ARRAY['stage', 'stage_since', 'number', 'serial', 'trail_length', 'trail_head', 'withdrawn_at', 'withdrawal']
             = to_jsonb(OLD) - ARRAY['stage', 'stage_since', 'number', 'serial', 'trail_length', 'trail_head', 'withdrawn_at', 'withdrawal'] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a permission for excluded goods is given and withdrawn: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""


class Migration(migrations.Migration):
    """Excluded goods by words too, ended and never deleted; permissions that are withdrawn; MEIS, and ULDs on Form G."""

    dependencies = [
        ('accounts', '0004_authenticators'),
        ('exports', '0015_form_fields'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='ExcludedGoodsPermissionTrail',
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
            name='excludedgoods',
            options={'ordering': ['prefix', 'from_date', 'pk']},
        ),
        migrations.RemoveConstraint(
            model_name='excludedgoodspermission',
            name='excluded_goods_permitted_once',
        ),
        migrations.AddField(
            model_name='couriershippingbill',
            name='meis',
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='excludedgoods',
            name='added_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='excludedgoods',
            name='added_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='excludedgoods',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='excludedgoods',
            name='ended_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='excludedgoods',
            name='ending',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='excludedgoods',
            name='words',
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='goods',
            field=models.CharField(blank=True, max_length=240),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='number',
            field=models.CharField(editable=False, max_length=60, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='serial',
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='stage',
            field=models.CharField(choices=[('GIVEN', 'Excluded goods permitted'), ('WITHDRAWN', 'Permission withdrawn')], default='GIVEN', max_length=9),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='stage_since',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='trail_head',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='trail_length',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='withdrawal',
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name='excludedgoodspermission',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='formg',
            name='ulds',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='excludedgoods',
            name='prefix',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AlterField(
            model_name='excludedgoodspermission',
            name='cth',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddConstraint(
            model_name='excludedgoods',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('prefix', ''), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='excluded_goods_says_which'),
        ),
        migrations.AddConstraint(
            model_name='excludedgoods',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('ending', '')), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('to_date__isnull', False), models.Q(('ending', ''), _negated=True)), _connector='OR'), name='excluded_goods_ended_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='excludedgoodspermission',
            constraint=models.UniqueConstraint(condition=models.Q(('stage', 'GIVEN')), fields=('courier', 'station', 'hawb', 'cth'), name='excluded_goods_permitted_once'),
        ),
        migrations.AddConstraint(
            model_name='excludedgoodspermission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'GIVEN'), ('withdrawal', ''), ('withdrawn_at', None)), models.Q(('stage', 'WITHDRAWN'), ('withdrawn_at__isnull', False), models.Q(('withdrawal', ''), _negated=True)), _connector='OR'), name='excluded_goods_withdrawn_says_why'),
        ),
        migrations.AddField(
            model_name='excludedgoodspermissiontrail',
            name='by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='excludedgoodspermissiontrail',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trail', to='exports.excludedgoodspermission'),
        ),
        migrations.AddIndex(
            model_name='excludedgoodspermissiontrail',
            index=models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='excluded_permit_trail_outbox'),
        ),
        migrations.AddConstraint(
            model_name='excludedgoodspermissiontrail',
            constraint=models.UniqueConstraint(fields=('document', 'seq'), name='excluded_permit_trail_seq'),
        ),
    ]) + [
        migrations.RunSQL(KEEP_EXCLUDED, "DROP FUNCTION exports_keep_excluded()"),
        migrations.RunSQL(KEEP_PERMISSION, "DROP FUNCTION exports_keep_permission()"),
        keep_trail("exports_excludedgoods", "exports_keep_excluded"),
        keep_trail("exports_excludedgoodspermission", "exports_keep_permission"),
        keep_trail("exports_excludedgoodspermissiontrail"),
    ]
