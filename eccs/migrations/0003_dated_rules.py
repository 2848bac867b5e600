from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

# Name, station (none: everywhere), first day, value, source
SEED = [
    ("cbe_xii_sample_limit", "", LONG_AGO, "10000", "Notification 36/2010-Customs (N.T.)"),
    ("cbe_xiii_value_limit", "", LONG_AGO, "100000", "PN17 5.4.3"),
    ("dcac_approval_above", "", LONG_AGO, "100000", "PN17 7.1(f)"),
    ("auto_out_of_charge", "", LONG_AGO, "off", "before Circular 40/2019"),
    ("auto_out_of_charge", "", date(2019, 11, 29), "on", "Circular 40/2019"),
    ("duty_waived_up_to", "", LONG_AGO, "100", "Customs Act 1962, section 25(6)"),
    ("images_compulsory_xiii", "", LONG_AGO, "off", "Form D, left to the station"),
    ("random_assessment_percent", "", LONG_AGO, "3", "national random share, illustrative"),
    ("random_examination_percent", "", LONG_AGO, "2", "national random share, illustrative"),
    ("weight_tolerance_percent", "", LONG_AGO, "5", "custodian practice, illustrative"),
    ("courier_inactive_after_days", "", LONG_AGO, "365", "Notification 85/2021-Customs (N.T.)"),
    ("uncleared_after_days", "", LONG_AGO, "30", "PN17 5.0(v)"),
    ("freight_cap_percent", "", LONG_AGO, "20", "Valuation Rules 2007, rule 10(2)"),
    ("insurance_percent", "", LONG_AGO, "1.125", "Valuation Rules 2007, rule 10(2)"),
    ("landing_percent", "", LONG_AGO, "1", "Valuation Rules 2007, rule 10(2), before 26.09.2017"),
    ("landing_percent", "", date(2017, 9, 26), "0", "Notification 91/2017-Customs (N.T.)"),
    ("sws_percent", "", LONG_AGO, "0", "before the Finance Act 2018"),
    ("sws_percent", "", date(2018, 2, 2), "10", "Finance Act 2018, section 110"),
    ("interest_percent", "", LONG_AGO, "15", "Customs Act 1962, section 47(2)"),
    ("target_minutes", "", LONG_AGO, "120", "citizens' charter of the desks, illustrative"),
    ("password_length", "", LONG_AGO, "12", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("password_length_privileged", "", LONG_AGO, "14", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("password_classes", "", LONG_AGO, "3", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("passwords_not_reused", "", LONG_AGO, "5", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("password_warned_from_day", "", LONG_AGO, "76", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("password_expires_on_day", "", LONG_AGO, "90", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("failures_before_lock", "", LONG_AGO, "5", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("query_chaser_days", "", LONG_AGO, "3", "practice of the desks, illustrative"),
    ("provisional_requisition_days", "", date(2025, 9, 12), "15", "Customs (Finalisation of Provisional Assessment) Regulations 2025, Notification 55/2025-Customs (N.T.)"),
    ("provisional_documents_months", "", date(2025, 9, 12), "2", "Customs (Finalisation of Provisional Assessment) Regulations 2025, Notification 55/2025-Customs (N.T.)"),
    ("provisional_outer_months", "", date(2025, 9, 12), "14", "Customs (Finalisation of Provisional Assessment) Regulations 2025, Notification 55/2025-Customs (N.T.)"),
    ("provisional_final_months", "", date(2025, 9, 12), "3", "Customs (Finalisation of Provisional Assessment) Regulations 2025, Notification 55/2025-Customs (N.T.)"),
    ("provisional_limit_months", "", date(2025, 9, 12), "24", "Customs Act 1962, section 18, in force from 29.03.2025"),
    ("courier_security", "", LONG_AGO, "500000", "Regulations 2010, reg. 11: other airports"),
    ("courier_security", "BOM", LONG_AGO, "1000000", "Regulations 2010, reg. 11: major international airports; which ones it does not name"),
    ("courier_security", "CCU", LONG_AGO, "1000000", "Regulations 2010, reg. 11: major international airports; which ones it does not name"),
    ("courier_security", "DEL", LONG_AGO, "1000000", "Regulations 2010, reg. 11: major international airports; which ones it does not name"),
    ("courier_security", "MAA", LONG_AGO, "1000000", "Regulations 2010, reg. 11: major international airports; which ones it does not name"),
    ("courier_warning_days", "", LONG_AGO, "30", "warned before inactivity or the end of a registration, illustrative"),
    ("courier_renewal_within_days", "", date(2021, 10, 27), "90", "Notification 85/2021-Customs (N.T.), reg. 10B"),
    ("courier_renewal_fee", "", date(2021, 10, 27), "15000", "Notification 85/2021-Customs (N.T.), Form K"),
    ("courier_revocation_notice_days", "", LONG_AGO, "45", "Regulations 2010, reg. 13A"),
    ("return_to_origin", "", LONG_AGO, "off", "Regulations 2010"),
    ("return_to_origin", "", date(2026, 4, 1), "on", "Notification 33/2026-Customs (N.T.), reg. 5(6)"),
    ("return_to_origin_after_days", "", LONG_AGO, "15", "Notification 33/2026-Customs (N.T.), reg. 5(6); until 31.03.2026 a list only"),
    ("cbe_xii_gift_limit", "", LONG_AGO, "10000", "Notification 171/93-Customs as amended in 2007"),
    ("cbe_xii_gift_limit", "", date(2016, 3, 1), "20000", "Notification 171/93-Customs as it stood when rescinded on 01.07.2017 (27/2017-Customs); no bill in ECCS is older"),
    ("cbe_xii_gifts_restricted", "", LONG_AGO, "off", "before the Foreign Trade Policy closed gifts"),
    ("cbe_xii_gifts_restricted", "", date(2019, 12, 12), "on", "Foreign Trade Policy 2015-20, 2.25, as amended by DGFT Notification 35/2015-2020 of 12.12.2019"),
    ("lock_first_seconds", "", LONG_AGO, "60", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("lock_longest_minutes", "", LONG_AGO, "60", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("failures_forgotten_hours", "", LONG_AGO, "24", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("reset_asks_an_hour", "", LONG_AGO, "30", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("reset_letters_a_day", "", LONG_AGO, "5", "CBIC password policy as practised (Advisory 10/2025), illustrative"),
    ("audit_online_days", "", date(2022, 4, 28), "180", "CERT-In directions 20(3)/2022-CERT-In of 28.04.2022, paragraph (iv)"),
]


def sow(apps, schema_editor):
    """The values in force since the Regulations began, each with its source."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, station_code=station, from_date=day, value=value, source=source)
        for name, station, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """The first rows of the dated rules."""

    dependencies = [("eccs", "0002_kept")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
