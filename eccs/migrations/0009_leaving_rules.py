from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("let_export_chaser_days", LONG_AGO, "3", "practice of the terminals, illustrative"),
    ("return_jewellery_days", LONG_AGO, "45", "Notification 57/2022-Customs (N.T.); Circular 09/2022-Customs"),
    ("return_jewellery_fob_limit", LONG_AGO, "25000", "Notification 57/2022-Customs (N.T.); Circular 09/2022-Customs"),
]


def sow(apps, schema_editor):
    """When a courier is reminded of goods that have not left, and what jewellery that comes back must keep to."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """The dated rules of goods that wait to leave, and of those that come back."""

    dependencies = [("eccs", "0008_export_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
