from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [("webhook_tried_hours", "72"), ("webhook_kept_days", "30")]


def sow(apps, schema_editor):
    """How long a message to a webhook is tried, and how long it is kept."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source="practice of the system, illustrative")
        for name, value in SEED
    )


class Migration(migrations.Migration):
    """The dated rules of webhooks."""

    dependencies = [("eccs", "0017_public_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
