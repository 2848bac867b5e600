from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations


def sow(apps, schema_editor):
    """How early a firm is reminded of the documents of a provisional assessment."""
    apps.get_model("eccs", "DatedRule").objects.create(
        name="provisional_reminder_days", station_code="", from_date=LONG_AGO, value="15",
        source="practice of the desks, illustrative",
    )


class Migration(migrations.Migration):
    """One rule more."""

    dependencies = [("eccs", "0010_targets_of_days")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
