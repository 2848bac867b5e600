from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("paper_checks_a_minute", LONG_AGO, "20", "practice of the system, illustrative"),
    ("papers_in_a_batch", LONG_AGO, "1000", "practice of the system, illustrative"),
    ("paper_batch_hours", LONG_AGO, "24", "practice of the system, illustrative"),
]


def sow(apps, schema_editor):
    """How often papers are checked by the public, how many are printed together and how long they are kept."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """The dated rules of papers."""

    dependencies = [("eccs", "0018_webhook_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
