from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("api_requests_a_minute", LONG_AGO, "600", "practice of the system, illustrative"),
    ("api_estimates_a_minute", LONG_AGO, "30", "practice of the system, illustrative"),
    ("api_key_longest_days", LONG_AGO, "365", "practice of the system, illustrative"),
]


def sow(apps, schema_editor):
    """How often the HTTP API is asked, and how long a key of it is in force."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """The dated rules of the HTTP API."""

    dependencies = [("eccs", "0009_leaving_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
