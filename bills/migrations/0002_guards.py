from django.db import migrations

from eccs.protection import keep_trail

TRAILS = ("bill", "amendment", "cancellation", "provisional", "return", "disposal", "manualclearance", "manualform", "ratefile", "riskdeparture")
RATES = ("bills_tariffrate", "bills_exchangerate", "bills_exemptionrate")

# Nothing asks for the beginning of a bill's number, and every step would keep that index up to date.
NO_INDEX_OF_BEGINNINGS = r"""
DO $$
DECLARE found text;
BEGIN
    FOR found IN SELECT indexname FROM pg_indexes
        WHERE schemaname = current_schema() AND indexname LIKE 'bills\_courierbillofentry\_number\_%\_like'
    LOOP EXECUTE format('DROP INDEX %I', found); END LOOP;
END $$
"""

FUNCTION = """
CREATE FUNCTION bills_keep_rates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.file_id IS NULL AND TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSIF OLD.file_id IS NULL THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' AND OLD.from_date > (now() AT TIME ZONE 'Asia/Kolkata')::date THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'rates that were approved are only added to: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""


def keep(table):
    return (
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION bills_keep_rates()",
        f"DROP TRIGGER {table}_kept ON {table}",
    )


class Migration(migrations.Migration):
    """The trails of bills and of what is asked about them, and approved rates, are only ever added to; what has not begun can be taken back."""

    replaces = [
        ("bills", "0002_kept"),
        ("bills", "0014_rates_kept"),
        ("bills", "0021_departures_kept"),
    ]

    dependencies = [("bills", "0001_tables"), ("eccs", "0002_guards")]

    operations = [
        *(keep_trail(f"bills_{kind}trail") for kind in TRAILS),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION bills_keep_rates()"),
        *(migrations.RunSQL(*keep(table)) for table in RATES),
        migrations.RunSQL(NO_INDEX_OF_BEGINNINGS, migrations.RunSQL.noop),
    ]
