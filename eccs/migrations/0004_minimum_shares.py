from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
SHARES = [("minimum_assessment_percent", "3"), ("minimum_examination_percent", "2")]


def sow(apps, schema_editor):
    """At least what chance alone takes, until a station or the System Admin asks for more."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source="national minimum share, illustrative")
        for name, value in SHARES
    )


class Migration(migrations.Migration):
    """Two rules more."""

    dependencies = [("eccs", "0003_reference")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
