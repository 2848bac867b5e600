from datetime import date

from django.db import migrations

from eccs.protection import FUNCTION_OF_SIGNATURES, keep_trail

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [
    ("signed_filings", "off", "PN17 2.4: on from the day a station orders it; until then password and declaration"),
    ("signed_orders", "off", "on from the day a station orders it"),
    ("signing_minutes", "30", "practice, illustrative"),
    ("revocation_lists_demanded", "off", "on from the day the lists are loaded daily"),
]


def sow(apps, schema_editor):
    """Where a digital signature is demanded, and what a certificate must show."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source=source) for name, value, source in SEED
    )


class Migration(migrations.Migration):
    """The dated rules of signatures, and signatures as they were made."""

    dependencies = [("eccs", "0011_signatures")]

    operations = [
        migrations.RunPython(sow, migrations.RunPython.noop),
        migrations.RunSQL(FUNCTION_OF_SIGNATURES, "DROP FUNCTION eccs_keep_signature()"),
        keep_trail("eccs_signature", "eccs_keep_signature"),
    ]
