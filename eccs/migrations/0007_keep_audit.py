from django.db import migrations

from eccs.protection import FUNCTION_OF_THE_AUDIT_LOG, keep_trail


class Migration(migrations.Migration):
    """The audit log is only ever added to."""

    dependencies = [("eccs", "0006_audit")]

    operations = [
        migrations.RunSQL(FUNCTION_OF_THE_AUDIT_LOG, "DROP FUNCTION eccs_keep_audit()"),
        keep_trail("eccs_auditline", "eccs_keep_audit"),
    ]
