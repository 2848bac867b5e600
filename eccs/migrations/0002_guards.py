from django.db import migrations

from eccs.protection import FUNCTION, FUNCTION_OF_THE_AUDIT_LOG, keep_trail


class Migration(migrations.Migration):
    """What refuses to change a trail, and the audit log, which is only ever added to."""

    replaces = [
        ("eccs", "0002_kept"),
    ]

    dependencies = [("eccs", "0001_tables")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION eccs_keep_trail()"),
        migrations.RunSQL(FUNCTION_OF_THE_AUDIT_LOG, "DROP FUNCTION eccs_keep_audit()"),
        keep_trail("eccs_auditline", "eccs_keep_audit"),
    ]
