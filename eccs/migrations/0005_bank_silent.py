from datetime import date

from django.db import migrations


def sow(apps, schema_editor):
    """After how many days a challan that its bank has not decided goes to the DC/AC."""
    apps.get_model("eccs", "DatedRule").objects.create(
        name="bank_silent_days", station_code="", from_date=date(2010, 5, 5), value="2",
        source="PN17 8.1; a practice, the paragraph names no days",
    )  # fmt: skip


class Migration(migrations.Migration):
    """One rule more."""

    dependencies = [("eccs", "0004_minimum_shares")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
