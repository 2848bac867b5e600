import django.db.models.deletion
from django.db import migrations, models

from eccs.protection import keep_trail
from eccs.tables import together

WITHIN_PAID = """
CREATE FUNCTION payments_refund_within_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid numeric;
    back numeric;
BEGIN
    IF NEW.bill_id IS NOT NULL THEN
        SELECT duty_paid INTO paid FROM bills_courierbillofentry WHERE id = NEW.bill_id FOR NO KEY UPDATE;
        SELECT paid + coalesce(sum(amount), 0) INTO paid FROM payments_challanline
            WHERE bill_id = NEW.bill_id AND credited_at IS NOT NULL AND (assessment_id IS NOT NULL OR penalty_id IS NOT NULL);
        SELECT coalesce(sum(amount), 0) INTO back FROM payments_refund WHERE bill_id = NEW.bill_id;
    ELSE
        SELECT CASE WHEN fee_paid_at IS NULL THEN 0 ELSE fee END INTO paid FROM transit_cargotransfermanifest
            WHERE id = NEW.transfer_id FOR NO KEY UPDATE;
        SELECT coalesce(sum(amount), 0) INTO back FROM payments_refund WHERE transfer_id = NEW.transfer_id;
    END IF;
    IF paid IS NULL OR back + NEW.amount > paid THEN
        RAISE EXCEPTION 'more would be refunded than was paid: % after % of %', NEW.amount, back, paid USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_refund_within_paid BEFORE INSERT ON payments_refund
    FOR EACH ROW EXECUTE FUNCTION payments_refund_within_paid();
"""

CREDITED_BEFORE = """
INSERT INTO payments_refund (entry_id, bill_id, assessment_id, amount)
SELECT e.id, coalesce(a.bill_id, split_part(e.key, ':', 3)::bigint), a.id, e.amount
FROM payments_cashentry e
LEFT JOIN bills_provisionalassessment a ON split_part(e.key, ':', 2) = 'assessment' AND a.id = split_part(e.key, ':', 3)::bigint
WHERE e.key LIKE 'refund:%'
"""


class Migration(migrations.Migration):
    """Refunds know what they are of: of one bill, or of one fee, all come to no more than was paid."""

    dependencies = [
        ('bills', '0009_refundable'),
        ('payments', '0007_differing'),
        ('transit', '0002_guards'),
    ]

    operations = together([
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                ('assessment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='bills.provisionalassessment')),
                ('bill', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='bills.courierbillofentry')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='refund', to='payments.cashentry')),
                ('transfer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='transit.cargotransfermanifest')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('bill__isnull', False), ('transfer', None)), models.Q(('assessment', None), ('bill', None), ('transfer__isnull', False)), _connector='OR'), name='refund_is_of_one_thing'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='refund_above_zero')],
            },
        ),
        migrations.RunSQL(WITHIN_PAID, "DROP FUNCTION payments_refund_within_paid() CASCADE"),
        keep_trail("payments_refund", "payments_keep_books"),
        migrations.RunSQL(CREDITED_BEFORE, migrations.RunSQL.noop),
    ])
