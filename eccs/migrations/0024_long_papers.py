from datetime import date

from django.db import migrations, models

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations


def sow(apps, schema_editor):
    """The lines of a paper that is drawn at once."""
    apps.get_model("eccs", "DatedRule").objects.create(
        name="paper_lines_at_once", station_code="", from_date=LONG_AGO, value="1000", source="practice of the system, illustrative"
    )


class Migration(migrations.Migration):
    """Papers of many lines are made by a worker, which tells how many pages are drawn."""

    dependencies = [("eccs", "0023_request_ids")]

    operations = [
        migrations.AddField("paperbatch", "pages", models.PositiveIntegerField(default=0)),
        migrations.RunPython(sow, migrations.RunPython.noop),
    ]
