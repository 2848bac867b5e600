from datetime import date

from django.db import migrations


def sow(apps, schema_editor):
    """Whether the RMS decides."""
    apps.get_model("eccs", "DatedRule").objects.create(
        name="rms_in_service", station_code="", from_date=date(2010, 5, 5), value="on", source="PN17 6.1"
    )


class Migration(migrations.Migration):
    """One rule more."""

    dependencies = [("eccs", "0012_bond_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
