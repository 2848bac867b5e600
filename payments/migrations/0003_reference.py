from datetime import date

from django.db import migrations


def sow(apps, schema_editor):
    """The first bank is authorised at every station without banks of its own, from the day of the notice."""
    authorisations = apps.get_model("payments", "BankAuthorisation")
    authorisations.objects.create(station=None, bank="BANK", from_date=date(2017, 1, 1), source="PN17 8.0")


class Migration(migrations.Migration):
    """The first bank."""

    replaces = [
        ("payments", "0010_first_bank"),
    ]

    dependencies = [("payments", "0002_guards")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
