from django.db import migrations

from accounts.stations import STATIONS


def found(apps, schema_editor):
    """Every courier terminal exists from the start."""
    CustomsStation = apps.get_model("accounts", "CustomsStation")
    CustomsStation.objects.bulk_create(
        CustomsStation(code=code, name=name, location_code=location) for code, name, location in STATIONS
    )


class Migration(migrations.Migration):
    """The thirteen courier terminals."""

    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(found, migrations.RunPython.noop)]
