from datetime import date

from django.db import migrations


def sow(apps, schema_editor):
    """How long the audit log is kept online, from the day of the directions on."""
    apps.get_model("eccs", "DatedRule").objects.create(
        name="audit_online_days", from_date=date(2022, 4, 28), value="180",
        source="CERT-In directions 20(3)/2022-CERT-In of 28.04.2022, paragraph (iv)",
    )


class Migration(migrations.Migration):
    """The log is online for 180 days at least."""

    dependencies = [("eccs", "0007_keep_audit")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
