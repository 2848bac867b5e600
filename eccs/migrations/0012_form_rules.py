from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("cbe_xii_gift_limit", LONG_AGO, "10000", "Notification 171/93-Customs as amended in 2007"),
    (
        "cbe_xii_gift_limit",
        date(2016, 3, 1),
        "20000",
        "Notification 171/93-Customs as amended in 2016; the day to be confirmed",
    ),
    ("cbe_xii_gifts_restricted", LONG_AGO, "off", "before the Foreign Trade Policy closed gifts"),
    (
        "cbe_xii_gifts_restricted",
        date(2019, 12, 12),
        "on",
        "Foreign Trade Policy 2.26 as amended in December 2019; the day to be confirmed",
    ),
]


def sow(apps, schema_editor):
    """The limits of the forms, each with its source."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """Dated rules of the forms of a bill."""

    dependencies = [("eccs", "0011_uncleared_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
