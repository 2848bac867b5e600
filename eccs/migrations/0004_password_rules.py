from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
POLICY = "CBIC password policy as practised (Advisory 10/2025), illustrative"

SEED = [
    ("password_length", "12"),
    ("password_length_privileged", "14"),
    ("password_classes", "3"),
    ("passwords_not_reused", "5"),
    ("password_warned_from_day", "76"),
    ("password_expires_on_day", "90"),
    ("failures_before_lock", "5"),
]


def sow(apps, schema_editor):
    """The password policy in force."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, from_date=LONG_AGO, value=value, source=POLICY) for name, value in SEED
    )


class Migration(migrations.Migration):
    """The first rows of the password policy."""

    dependencies = [("eccs", "0003_dated_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
