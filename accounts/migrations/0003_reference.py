import csv
from pathlib import Path

from django.db import migrations

from accounts.stations import STATIONS

DATA = Path(__file__).resolve().parent.parent / "data" / "locations.csv"

# Every officer, every admin and every signatory
ROLES = """
    SYSTEM_ADMIN PORT_ADMIN CUSTOMS_ADMIN ASSESSING_OFFICER DCAC XRAY_OFFICER INSPECTOR SHED_SUPERINTENDENT LEO_OFFICER
    BOND_MAKER BOND_CHECKER RISK_OFFICER RISK_APPROVER JOINT_COMMISSIONER COMMISSIONER AUDITOR
    COURIER_ADMIN COURIER_SIGNATORY IMPORTER_ADMIN CUSTODIAN_ADMIN
""".split()


def ask(apps, schema_editor):
    """The roles that sign in with a second factor until the System Admin sets them anew."""
    SecondFactorRole = apps.get_model("accounts", "SecondFactorRole")
    SecondFactorRole.objects.bulk_create(SecondFactorRole(role=role) for role in ROLES)


def found(apps, schema_editor):
    """Every courier terminal exists from the start."""
    CustomsStation = apps.get_model("accounts", "CustomsStation")
    CustomsStation.objects.bulk_create(
        CustomsStation(code=code, name=name, location_code=location) for code, name, location in STATIONS
    )


def direct(apps, schema_editor):
    """The thirteen courier terminals, airports, and the ports and depots of the answer to Lok Sabha question 2299."""
    location = apps.get_model("accounts", "Location")
    with DATA.open(encoding="utf-8", newline="") as file:
        location.objects.bulk_create(
            location(**row, station_id=row["code"] if row["kind"] == "TERMINAL" else None) for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    """The thirteen courier terminals, the directory of locations, and the first policy of the second factor."""

    replaces = [
        ("accounts", "0003_stations_and_roles"),
        ("accounts", "0011_location_directory"),
    ]

    dependencies = [("accounts", "0002_guards")]

    operations = [
        migrations.RunPython(found, migrations.RunPython.noop),
        migrations.RunPython(direct, migrations.RunPython.noop),
        migrations.RunPython(ask, migrations.RunPython.noop),
    ]
