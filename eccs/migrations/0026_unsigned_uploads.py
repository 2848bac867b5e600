from datetime import date

from django.db import migrations, models

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
VALUES = {"upload_unsigned_days": "30", "upload_notice_days": "7"}


def sow(apps, schema_editor):
    """How long a checked file that nobody signs is kept, and how long before its end the firm is told."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source="practice of the system, illustrative")
        for name, value in VALUES.items()
    )


class Migration(migrations.Migration):
    """Checked files that nobody signs come to an end."""

    dependencies = [("eccs", "0025_csb_v_meis")]

    operations = [
        migrations.AddField(
            model_name="upload", name="expiry_told_at", field=models.DateTimeField(null=True)
        ),
        migrations.RunPython(sow, migrations.RunPython.noop),
    ]
