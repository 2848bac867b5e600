from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
LIABLE = "it is liable to export duty, which ECCS does not collect"
SOURCE = "Regulation 2(2); headings of the Second Schedule, illustrative"
PREFIXES = ("2601", "2610", "4101", "4102", "4103")


def sow(apps, schema_editor):
    """Goods liable to export duty do not leave by courier: a small illustrative list of headings."""
    goods = apps.get_model("exports", "ExcludedGoods").objects
    goods.bulk_create(
        goods.model(prefix=prefix, reason=LIABLE, from_date=LONG_AGO, source=SOURCE) for prefix in PREFIXES
    )


class Migration(migrations.Migration):
    """The first rows of the goods that no courier exports."""

    dependencies = [("exports", "0002_guards")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
