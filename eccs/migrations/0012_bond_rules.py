from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("bond_percent", "100", "practice of the desks, illustrative"),
    ("bond_security_percent", "25", "practice of the desks, illustrative"),
    ("bond_first_alert_days", "30", "PN17 13.3; the days are illustrative"),
    ("bond_second_alert_days", "15", "PN17 13.3; the days are illustrative"),
    ("bond_third_alert_days", "7", "PN17 13.3; the days are illustrative"),
    ("bond_last_alert_days", "1", "PN17 13.3; the days are illustrative"),
]


def sow(apps, schema_editor):
    """How a bond is computed, and how early its firm is told that it expires."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source=source) for name, value, source in SEED
    )


class Migration(migrations.Migration):
    """Six rules more."""

    dependencies = [("eccs", "0011_provisional_reminders")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
