from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations


def sow(apps, schema_editor):
    """How long the HTTP API keeps its answers for requests sent again."""
    apps.get_model("eccs", "DatedRule").objects.create(
        name="api_answers_kept_days", station_code="", from_date=LONG_AGO, value="7",
        source="practice of the system, illustrative",
    )


class Migration(migrations.Migration):
    """The dated rule of answers kept."""

    dependencies = [("eccs", "0013_upload_via")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
