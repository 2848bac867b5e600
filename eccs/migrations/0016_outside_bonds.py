from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations


def sow(apps, schema_editor):
    """Whether a bond that is not registered in ECCS secures a bill where it is entered whole."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.create(
        name="outside_bonds_accepted", station_code="", from_date=LONG_AGO, value="on", source="PN17 7.1(c), 7.1(n)"
    )


class Migration(migrations.Migration):
    """The dated rule of bonds that are not registered in ECCS."""

    dependencies = [("eccs", "0015_measures")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
