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
    """The starter rules as rules with a version in force."""
    rules, versions = apps.get_model("rms", "RiskRule"), apps.get_model("rms", "RuleVersion")
    for serial, (code, fact, comparison, value, outcome, instruction, documents) in enumerate(RULES, 1):
        rule = rules.objects.create(
            number=code, serial=serial, stage="ACTIVE", kind="RULE", title=instruction.split(":")[0][:120], latest_no=1, in_force_no=1
        )
        versions.objects.create(
            rule=rule, no=1, condition={"all": [{"fact": fact, "is": comparison, "value": value}]}, outcome=outcome,
            instruction=instruction, documents=documents, from_date=START, why="A starter rule, illustrative.",
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

    replaces = [
        ("rms", "0002_starter_rules"),
        ("rms", "0006_starter_rules_sown"),
    ]

    dependencies = [("rms", "0002_guards"), ("eccs", "0003_reference")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
