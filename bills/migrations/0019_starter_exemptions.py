import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "exemptions.csv"
NUMBERS = ("bcd_percent", "aidc_percent", "sws_percent", "igst_percent", "cess_percent", "until")


def sow(apps, schema_editor):
    """The one serial that the sources name; the System Admin loads the others by file."""
    exemption = apps.get_model("bills", "ExemptionRate")
    with DATA.open(encoding="utf-8", newline="") as file:
        exemption.objects.bulk_create(
            exemption(**{**row, **{name: row[name] or None for name in NUMBERS}, "code": f"50/2017-CUS|{row['serial']}"})
            for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    """Exemptions to start with."""

    dependencies = [("bills", "0018_exemptions")]

    operations = [
        migrations.RunPython(sow, migrations.RunPython.noop),
        migrations.RunSQL(
            "CREATE TRIGGER bills_exemptionrate_kept BEFORE UPDATE OR DELETE ON bills_exemptionrate FOR EACH ROW "
            "EXECUTE FUNCTION bills_keep_rates()",
            "DROP TRIGGER bills_exemptionrate_kept ON bills_exemptionrate",
        ),
    ]
