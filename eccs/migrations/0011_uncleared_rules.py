from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
FROM_2026 = date(2026, 4, 1)
SOURCE = "Notification 33/2026-Customs (N.T.), reg. 5(6)"

SEED = [
    ("return_to_origin", LONG_AGO, "off", "Regulations 2010"),
    ("return_to_origin", FROM_2026, "on", SOURCE),
    ("return_to_origin_after_days", LONG_AGO, "15", f"{SOURCE}; until 31.03.2026 a list only"),
]


def sow(apps, schema_editor):
    """From when and after how many days goods go back to their sender on the courier's request."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """The dated rules of return to origin."""

    dependencies = [("eccs", "0010_upload_progress")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
