from datetime import date
from importlib import import_module

from django.db import migrations

starter = import_module("rms.migrations.0002_starter_rules")


def sow(apps, schema_editor):
    """The starter rules as rules with a version in force."""
    rules, versions = apps.get_model("rms", "RiskRule"), apps.get_model("rms", "RuleVersion")
    for serial, (code, fact, comparison, value, outcome, instruction, documents) in enumerate(starter.RULES, 1):
        rule = rules.objects.create(
            number=code, serial=serial, stage="ACTIVE", kind="RULE", title=instruction.split(":")[0][:120], latest_no=1, in_force_no=1
        )
        versions.objects.create(
            rule=rule, no=1, condition={"all": [{"fact": fact, "is": comparison, "value": value}]}, outcome=outcome,
            instruction=instruction, documents=documents, from_date=starter.START, why="A starter rule, illustrative.",
        )
    split = rules.objects.create(
        number="N-0007", serial=7, stage="ACTIVE", kind="RULE", title="Split shipments", latest_no=1, in_force_no=1
    )
    limit = [{"fact": f"same_day_value_{whose}", "is": "ABOVE", "value": "100000"} for whose in ("consignee", "kyc", "address")]
    versions.objects.create(
        rule=split, no=1, outcome="ASSESSMENT", from_date=date(2026, 11, 22),
        condition={"all": [{"fact": "kind", "is": "ONE_OF", "values": ["CBE-XII", "CBE-XIII"]}, {"any": limit}]},
        instruction="Several consignments on one day together exceed the limit of the form: look at them as one.",
        why="The value limit of the forms gives reason to split, illustrative.",
    )
    names = rules.objects.create(
        number="N-0008", serial=8, stage="ACTIVE", kind="RULE", title="One KYC id, several names", latest_no=1, in_force_no=1
    )
    versions.objects.create(
        rule=names, no=1, outcome="ASSESSMENT", from_date=date(2026, 11, 22),
        condition={"all": [{"fact": "kyc_names", "is": "ABOVE", "value": "3"}]},
        instruction="The KYC id came with several names in a year: verify who the consignee is.", why="Illustrative.",
    )
    outliers = rules.objects.create(
        number="N-0009", serial=9, stage="ACTIVE", kind="RULE", title="Unit value far below the usual", latest_no=1, in_force_no=1
    )
    versions.objects.create(
        rule=outliers, no=1, outcome="ASSESSMENT", from_date=date(2026, 11, 22),
        condition={"all": [{"fact": "unit_value_percent", "is": "BELOW", "value": "10"}]},
        instruction="The unit value is below a tenth of what is usual for the tariff item: verify the value.", why="Illustrative.",
    )
    apps.get_model("eccs", "Counter").objects.create(series="RISK_N", last=9)


class Migration(migrations.Migration):
    """The first rules of the Risk Management System."""

    dependencies = [("rms", "0005_rules_kept"), ("eccs", "0003_dated_rules")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
