from datetime import date

from django.db import migrations


def sow(apps, schema_editor):
    """Whether the RMS decides, and when one of its rules is proposed for retirement."""
    rules, start = apps.get_model("eccs", "DatedRule").objects, date(2010, 5, 5)
    rules.create(name="rms_in_service", station_code="", from_date=start, value="on", source="PN17 6.1")
    rules.create(
        name="risk_never_confirms_after", station_code="", from_date=start, value="100", source="practice of the desks, illustrative"
    )


class Migration(migrations.Migration):
    """Two rules more."""

    dependencies = [("eccs", "0012_bond_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
