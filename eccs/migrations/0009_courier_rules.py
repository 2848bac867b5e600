from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
SINCE_2021 = date(2021, 10, 27)

SEED = [
    ("courier_security", "", LONG_AGO, "500000", "Regulations 2010, reg. 11: other airports"),
    *(
        ("courier_security", code, LONG_AGO, "1000000", "Regulations 2010, reg. 11: major international airports; which ones it does not name")
        for code in ("BOM", "CCU", "DEL", "MAA")
    ),
    ("courier_warning_days", "", LONG_AGO, "30", "warned before inactivity or the end of a registration, illustrative"),
    ("courier_renewal_within_days", "", SINCE_2021, "90", "Notification 85/2021-Customs (N.T.), reg. 10B"),
    ("courier_renewal_fee", "", SINCE_2021, "15000", "Notification 85/2021-Customs (N.T.), Form K"),
    ("courier_revocation_notice_days", "", LONG_AGO, "45", "Regulations 2010, reg. 13A"),
]


def sow(apps, schema_editor):
    """The values for the directory of couriers, each with its source."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, station_code=station, from_date=day, value=value, source=source)
        for name, station, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """Dated rules of the directory of couriers."""

    dependencies = [("eccs", "0008_audit_online_days")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
