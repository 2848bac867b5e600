from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
VALUES = {"public_tracking_a_minute": "20", "public_searches_a_minute": "60"}


def sow(apps, schema_editor):
    """How often the public may ask from one address."""
    for name, value in VALUES.items():
        apps.get_model("eccs", "DatedRule").objects.create(
            name=name, station_code="", from_date=LONG_AGO, value=value, source="practice of the system, illustrative",
        )


class Migration(migrations.Migration):
    """The dated rules of the public window."""

    dependencies = [("eccs", "0016_outside_bonds")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
