import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "locations.csv"


def sow(apps, schema_editor):
    """The thirteen courier terminals, airports, and the ports and depots of the answer to Lok Sabha question 2299."""
    location = apps.get_model("accounts", "Location")
    with DATA.open(encoding="utf-8", newline="") as file:
        location.objects.bulk_create(
            location(**row, station_id=row["code"] if row["kind"] == "TERMINAL" else None) for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    """The directory as it begins."""

    dependencies = [("accounts", "0010_locations"), ("accounts", "0003_stations_and_roles")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
