from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
CHARTER = "citizens' charter of the desks, illustrative"
LIMIT = date(2025, 3, 29)  # the limit of two years stands in section 18 from this day, before the Regulations of 2025


def sow(apps, schema_editor):
    """What takes days is not late after two hours; the limit of section 18 has its own first day."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create([
        DatedRule(name="target_of_days", station_code="", from_date=LONG_AGO, value="10080", source=CHARTER),
        DatedRule(name="target_final_assessment", station_code="", from_date=LONG_AGO, value="129600", source=CHARTER),
    ])
    DatedRule.objects.filter(name="provisional_limit_months", station_code="", from_date=date(2025, 9, 12)).update(
        from_date=LIMIT
    )


class Migration(migrations.Migration):
    """Two targets more, and the day from which the limit of section 18 counts."""

    dependencies = [("eccs", "0009_notices_in_languages")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
