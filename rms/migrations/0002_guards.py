from django.db import migrations

from eccs.protection import keep_trail

VERSIONS = """
CREATE FUNCTION rms_keep_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'versions of rules are append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""


class Migration(migrations.Migration):
    """The trail of rules and their versions are only ever added to."""

    replaces = [
        ("rms", "0005_rules_kept"),
    ]

    dependencies = [("rms", "0001_tables"), ("eccs", "0002_guards")]

    operations = [
        keep_trail("rms_riskruletrail"),
        migrations.RunSQL(VERSIONS, "DROP FUNCTION rms_keep_versions()"),
        migrations.RunSQL(
            "CREATE TRIGGER rms_ruleversion_lines BEFORE UPDATE OR DELETE ON rms_ruleversion "
            "FOR EACH ROW EXECUTE FUNCTION rms_keep_versions()",
            "DROP TRIGGER rms_ruleversion_lines ON rms_ruleversion",
        ),
    ]
