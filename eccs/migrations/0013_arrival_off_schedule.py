from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
SOURCE = "PN17 5.1 asks for the actual arrival; the days are illustrative"


def sow(apps, schema_editor):
    """How far from its schedule an aircraft may land before the day is taken for a slip."""
    apps.get_model("eccs", "DatedRule").objects.create(
        name="arrival_off_schedule_days", station_code="", from_date=LONG_AGO, value="30", source=SOURCE
    )


class Migration(migrations.Migration):
    """One rule more."""

    dependencies = [("eccs", "0012_bond_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
