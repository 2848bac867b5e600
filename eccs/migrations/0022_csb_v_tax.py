from datetime import date

from django.db import migrations

SEED = [
    ("csb_v_tax_told", date(2010, 5, 5), "off", "before Notification 67/2017-Customs (N.T.)"),
    ("csb_v_tax_told", date(2017, 6, 30), "on", "Notification 67/2017-Customs (N.T.)"),
]


def sow(apps, schema_editor):
    """With the Goods and Services Tax a shipping bill of commercial goods tells GSTIN, and IGST or undertaking."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """What CSB-V tells of tax."""

    dependencies = [("eccs", "0021_sent_notices")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
