from datetime import date

from django.db import migrations

SEED = [
    ("pay_at_bank", date(2010, 5, 5), "on", "PN17 8.0; kept for stations not yet on the cash ledger alone"),
    ("pay_from_cash_ledger", date(2010, 5, 5), "off", "before the Electronic Cash Ledger"),
    ("pay_from_cash_ledger", date(2024, 3, 1), "on", "Customs Act 1962, section 51A; courier duty from 01.03.2024"),
]


def sow(apps, schema_editor):
    """How challans are paid: at an authorised bank, from the Electronic Cash Ledger."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """Two rules more."""

    dependencies = [("eccs", "0016_transshipment_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
