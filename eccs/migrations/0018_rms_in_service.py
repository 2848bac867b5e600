from datetime import date

from django.db import migrations


def sow(apps, schema_editor):
    """Whether the RMS decides, and when one of its rules is proposed for retirement."""
    rules, start = apps.get_model("eccs", "DatedRule").objects, date(2010, 5, 5)
    rules.create(name="rms_in_service", station_code="", from_date=start, value="on", source="PN17 6.1")
    for name, value in (
        ("risk_rule_hits_most_percent", "20"), ("risk_assessments_a_day", "400"), ("risk_examinations_a_day", "200"),
    ):
        rules.create(name=name, station_code="", from_date=start, value=value, source="practice of the desks, illustrative")
    rules.create(
        name="risk_never_confirms_after", station_code="", from_date=start, value="100", source="practice of the desks, illustrative"
    )


class Migration(migrations.Migration):
    """Rules of risk."""

    dependencies = [("eccs", "0017_payment_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
