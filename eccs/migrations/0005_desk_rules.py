from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
CHARTER = "citizens' charter of the desks, illustrative"

SEED = [
    ("target_assessment", "120"),
    ("target_approval", "120"),
    ("target_first_check", "240"),
    ("target_xray", "60"),
    ("target_examination", "240"),
    ("target_out_of_charge", "60"),
    ("target_adjudication", "2880"),
    ("target_requests", "1440"),
    ("set_aside_days", "14"),
]


def sow(apps, schema_editor):
    """The targets of the desks, the same everywhere until a station has its own."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, station_code="", from_date=LONG_AGO, value=value, source=CHARTER) for name, value in SEED
    )


class Migration(migrations.Migration):
    """The first rows of the rules of the desks."""

    dependencies = [("eccs", "0004_in_hand")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
