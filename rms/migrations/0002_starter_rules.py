from datetime import date

from django.db import migrations

START = date(2017, 7, 26)  # the day of the public notice

RULES = [
    ("N-0001", "assessable_value", "ABOVE", "90000", "ASSESSMENT", "Value close to the limit of CBE-XIII: verify the invoice.", ""),
    ("N-0002", "tariff_items", "STARTS_WITH", "7113", "BOTH", "Articles of jewellery: verify eligibility for courier mode.", ""),
    ("N-0003", "tariff_items", "STARTS_WITH", "9306", "BOTH", "Ammunition and parts: verify licence.", ""),
    ("N-0004", "tariff_items", "STARTS_WITH", "8802", "BOTH", "Aircraft, drones: verify import authorisation.", "Import authorisation"),
    ("N-0005", "descriptions", "CONTAINS", "REPLICA", "BOTH", "Possible infringement of trade marks: examine.", ""),
    ("N-0006", "weight_kg", "ABOVE", "60", "EXAMINATION", "Heavy consignment: compare contents with the declaration.", ""),
]  # fmt: skip


def sow(apps, schema_editor):
    """A few illustrative national criteria to start with."""
    RiskRule = apps.get_model("rms", "RiskRule")
    RiskRule.objects.bulk_create(
        RiskRule(
            code=code, fact=fact, comparison=comparison, value=value, outcome=outcome, instruction=instruction,
            documents_required=documents, from_date=START,
        )
        for code, fact, comparison, value, outcome, instruction, documents in RULES
    )  # fmt: skip


class Migration(migrations.Migration):
    """The first criteria of the Risk Management System."""

    dependencies = [("rms", "0001_initial")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
