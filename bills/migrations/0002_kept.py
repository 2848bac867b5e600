from django.db import migrations

from eccs.protection import keep_trail

TRAILS = ("bill", "amendment", "cancellation", "provisional", "return", "disposal", "manualclearance", "manualform")

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


class Migration(migrations.Migration):
    """The trails of bills and of what is asked about them are only ever added to."""

    dependencies = [("bills", "0001_initial"), ("eccs", "0002_kept")]

    operations = [
        *(keep_trail(f"bills_{kind}trail") for kind in TRAILS),
        migrations.RunSQL(NO_INDEX_OF_BEGINNINGS, migrations.RunSQL.noop),
    ]
