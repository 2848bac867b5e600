from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("cbe_xii_sample_limit", LONG_AGO, "10000", "Notification 36/2010-Customs (N.T.)"),
    ("cbe_xiii_value_limit", LONG_AGO, "100000", "PN17 5.4.3"),
    ("dcac_approval_above", LONG_AGO, "100000", "PN17 7.1(f)"),
    ("auto_out_of_charge", LONG_AGO, "off", "before Circular 40/2019"),
    ("auto_out_of_charge", date(2019, 11, 29), "on", "Circular 40/2019"),
    ("duty_waived_up_to", LONG_AGO, "100", "Customs Act 1962, section 25(6)"),
    ("images_compulsory_xiii", LONG_AGO, "off", "Form D, left to the station"),
    ("random_assessment_percent", LONG_AGO, "3", "national random share, illustrative"),
    ("random_examination_percent", LONG_AGO, "2", "national random share, illustrative"),
    ("weight_tolerance_percent", LONG_AGO, "5", "custodian practice, illustrative"),
    ("courier_inactive_after_days", LONG_AGO, "365", "Notification 85/2021-Customs (N.T.)"),
    ("uncleared_after_days", LONG_AGO, "30", "PN17 5.0(v)"),
    ("freight_cap_percent", LONG_AGO, "20", "Valuation Rules 2007, rule 10(2)"),
    ("insurance_percent", LONG_AGO, "1.125", "Valuation Rules 2007, rule 10(2)"),
    ("landing_percent", LONG_AGO, "1", "Valuation Rules 2007, rule 10(2), before 26.09.2017"),
    ("landing_percent", date(2017, 9, 26), "0", "Notification 91/2017-Customs (N.T.)"),
    ("sws_percent", LONG_AGO, "0", "before the Finance Act 2018"),
    ("sws_percent", date(2018, 2, 2), "10", "Finance Act 2018, section 110"),
    ("interest_percent", LONG_AGO, "15", "Customs Act 1962, section 47(2)"),
    ("target_minutes", LONG_AGO, "120", "citizens' charter of the desks, illustrative"),
]


def sow(apps, schema_editor):
    """The values in force since the Regulations began, each with its source."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """The first rows of the dated rules."""

    dependencies = [("eccs", "0002_trail_function")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
