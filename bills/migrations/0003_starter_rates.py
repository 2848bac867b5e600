import csv
from decimal import Decimal
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


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


class Migration(migrations.Migration):
    """The starter tariff and rates of exchange."""

    dependencies = [("bills", "0002_kept")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
