from datetime import date

from django.db import migrations

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations
FINALISATION = date(2025, 9, 12)
SOURCE = "Customs (Finalisation of Provisional Assessment) Regulations 2025, Notification 55/2025-Customs (N.T.)"

SEED = [
    ("query_chaser_days", LONG_AGO, "3", "practice of the desks, illustrative"),
    ("provisional_requisition_days", FINALISATION, "15", SOURCE),
    ("provisional_documents_months", FINALISATION, "2", SOURCE),
    ("provisional_outer_months", FINALISATION, "14", SOURCE),
    ("provisional_final_months", FINALISATION, "3", SOURCE),
    ("provisional_limit_months", FINALISATION, "24", "Customs Act 1962, section 18, in force from 29.03.2025"),
]


def sow(apps, schema_editor):
    """Reminders of queries, and the times of provisional assessments."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.bulk_create(
        DatedRule(name=name, from_date=day, value=value, source=source) for name, day, value, source in SEED
    )


class Migration(migrations.Migration):
    """The dated rules of queries and provisional assessments."""

    dependencies = [("eccs", "0004_password_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
