import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "dated_rules.csv"


def sow(apps, schema_editor):
    """The dated rules as they stand from the day of the Regulations, each value with its source."""
    rules = apps.get_model("eccs", "DatedRule")
    with DATA.open(encoding="utf-8", newline="") as file:
        rules.objects.bulk_create(rules(**row) for row in csv.DictReader(file))


class Migration(migrations.Migration):
    """The first rows of the dated rules."""

    replaces = [
        ("eccs", "0003_dated_rules"),
        ("eccs", "0005_desk_rules"),
        ("eccs", "0008_signatory_examination"),
        ("eccs", "0010_targets_of_days"),
        ("eccs", "0011_provisional_reminders"),
        ("eccs", "0012_bond_rules"),
        ("eccs", "0013_arrival_off_schedule"),
        ("eccs", "0015_interest_rules"),
        ("eccs", "0016_transshipment_rules"),
        ("eccs", "0017_payment_rules"),
        ("eccs", "0018_rms_in_service"),
    ]

    dependencies = [("eccs", "0002_guards")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
