from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("interest_percent_final", "15", "Customs Act 1962, section 18(3)"),
    ("duty_due_days", "0", "Customs Act 1962, section 47(2): on the day of presentation"),
    ("duty_due_days_assessed", "1", "Customs Act 1962, section 47(2): within one day, excluding holidays"),
    ("saturday_is_holiday", "off", "practice of the terminals, illustrative"),
    ("sunday_is_holiday", "on", "practice of the terminals, illustrative"),
    ("late_filing_charge", "off", "section 46(3); no late charge stands on what ECCS prints in courier mode"),
    ("late_filing_first_days", "3", "Bill of Entry Regulations under section 46(3)"),
    ("late_filing_first_rupees", "5000", "Bill of Entry Regulations under section 46(3)"),
    ("late_filing_later_rupees", "10000", "Bill of Entry Regulations under section 46(3)"),
]


def sow(apps, schema_editor):
    """When duty is due, what late duty costs, and the late charge, which is off."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source=source) for name, value, source in SEED
    )


class Migration(migrations.Migration):
    """Nine rules more."""

    dependencies = [("eccs", "0014_notices_of_a_station")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
