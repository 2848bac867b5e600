from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("transshipment_bond_percent", "100", "PN17 14.0; the share is illustrative"),
    ("transshipment_fee", "on", "PN17 14.1"),
    ("transshipment_fee_amount", "500", "PN17 14.1; the amount is illustrative"),
    ("transshipment_days", "30", "illustrative"),
    ("transshipment_reminder_days", "7", "illustrative"),
]


def sow(apps, schema_editor):
    """What a transfer manifest costs and secures, and how long the goods may be on their way."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source=source) for name, value, source in SEED
    )


class Migration(migrations.Migration):
    """Five rules more."""

    dependencies = [("eccs", "0015_interest_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
