from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("auto_leo_facilitated", LONG_AGO, "off", "before Circular 41/2020-Customs"),
    ("auto_leo_facilitated", date(2020, 9, 7), "on", "Circular 41/2020-Customs"),
    ("auto_leo_assessed", LONG_AGO, "off", "before Circular 19/2023-Customs"),
    ("auto_leo_assessed", date(2023, 8, 2), "on", "Circular 19/2023-Customs; Advisory 08/SYS/WZU/2023"),
    ("csb_iv_sample_limit", LONG_AGO, "50000", "Customs Manual, courier exports"),
    ("csb_iv_gift_limit", LONG_AGO, "25000", "Customs Manual, courier exports"),
    ("csb_v_limited", LONG_AGO, "on", "Notification 36/2010-Customs (N.T.)"),
    ("csb_v_limited", date(2026, 4, 1), "off", "Notification 33/2026-Customs (N.T.)"),
    ("csb_v_fob_limit", LONG_AGO, "25000", "Notification 36/2010-Customs (N.T.)"),
    ("csb_v_fob_limit", date(2018, 8, 3), "500000", "Notification 68/2018-Customs (N.T.)"),
    ("csb_v_fob_limit", date(2023, 4, 1), "1000000", "amendment of the Regulations, 01.04.2023"),
    ("csb_jewellery_block", LONG_AGO, "off", "before Notification 57/2022-Customs (N.T.)"),
    ("csb_jewellery_block", date(2022, 6, 30), "on", "Notification 57/2022-Customs (N.T.)"),
    ("target_let_export", LONG_AGO, "30", "practice of the desks, illustrative"),
]


def sow(apps, schema_editor):
    """Auto LEO by its two circulars, the limits of CSB-IV and CSB-V, and what jewellery tells."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """The dated rules of exports."""

    dependencies = [("eccs", "0007_hand_over_of_firms")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
