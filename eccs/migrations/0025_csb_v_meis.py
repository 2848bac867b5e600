from datetime import date

from django.db import migrations

SEED = [
    ("csb_v_meis_asked", date(2010, 5, 5), "on", "Form HA, block B"),
    ("csb_v_meis_asked", date(2024, 9, 12), "off", "Notification 60/2024-Customs (N.T.)"),
]


def sow(apps, schema_editor):
    """From the day of the notification the forms no longer name the Merchandise Exports from India Scheme."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """Until when CSB-V tells whether MEIS is claimed."""

    dependencies = [("eccs", "0024_long_papers")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
