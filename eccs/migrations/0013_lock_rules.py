from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
POLICY = "CBIC password policy as practised (Advisory 10/2025), illustrative"

SEED = [
    ("lock_first_seconds", "60"),
    ("lock_longest_minutes", "60"),
    ("failures_forgotten_hours", "24"),
    ("reset_asks_an_hour", "30"),
    ("reset_letters_a_day", "5"),
]


def sow(apps, schema_editor):
    """How long sign-in waits, and how often a forgotten password may be asked for."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, from_date=LONG_AGO, value=value, source=POLICY) for name, value in SEED
    )


class Migration(migrations.Migration):
    """The waits and limits at the sign-in, as dated rules."""

    dependencies = [("eccs", "0012_form_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
