import csv
from decimal import Decimal
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"
NUMBERS = ("bcd_percent", "aidc_percent", "sws_percent", "igst_percent", "cess_percent", "until")


def rows_of(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def sow(apps, schema_editor):
    """Illustrative rates to start with; the System Admin adds the notified ones."""
    tariff, exchange = apps.get_model("bills", "TariffRate"), apps.get_model("bills", "ExchangeRate")
    tariff.objects.bulk_create(
        tariff(
            **{
                **row,
                "bcd_specific": row["bcd_specific"] or None,
                "sws_applies": row["sws_applies"] == "Y",
            }
        )
        for row in rows_of("starter_tariff.csv")
    )
    exchange.objects.bulk_create(
        exchange(
            **{
                **row,
                "unit": int(row["unit"]),
                "import_rate": Decimal(row["import_rate"]),
                "export_rate": Decimal(row["export_rate"]),
            }
        )
        for row in rows_of("exchange_rates.csv")
    )


def exempt(apps, schema_editor):
    """The one serial that the sources name; the System Admin loads the others by file."""
    exemption = apps.get_model("bills", "ExemptionRate")
    exemption.objects.bulk_create(
        exemption(**{**row, **{name: row[name] or None for name in NUMBERS}, "code": f"50/2017-CUS|{row['serial']}"})
        for row in rows_of("exemptions.csv")
    )


class Migration(migrations.Migration):
    """The starter tariff, rates of exchange and exemptions."""

    replaces = [
        ("bills", "0003_starter_rates"),
        ("bills", "0019_starter_exemptions"),
    ]

    dependencies = [("bills", "0002_guards")]

    operations = [
        migrations.RunPython(sow, migrations.RunPython.noop),
        migrations.RunPython(exempt, migrations.RunPython.noop),
    ]
