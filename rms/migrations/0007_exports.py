from datetime import date

from django.db import migrations, models

from eccs.tables import together

START = date(2026, 11, 22)
WHY = "Illustrative."


def sow(apps, schema_editor):
    """Starter rules for exports: prices far above the usual, and one consignment sent as several."""
    told = [
        (
            "Unit value of exports far above the usual",
            [{"fact": "kind", "is": "ONE_OF", "values": ["CSB-IV", "CSB-V"]}, {"fact": "unit_value_percent", "is": "ABOVE", "value": "1000"}],
            "The unit value is above ten times what exports of the tariff item usually bring: verify the value.",
        ),
        (
            "Split shipments of exports",
            [
                {"fact": "kind", "is": "EQUALS", "value": "CSB-IV"},
                {"any": [{"fact": f"same_day_value_{whose}", "is": "ABOVE", "value": "50000"} for whose in ("consignee", "kyc", "address")]},
            ],
            "Several consignments on one day together exceed the limit of the form: look at them as one.",
        ),
    ]  # fmt: skip
    rules, versions, counters = (apps.get_model(*one) for one in (("rms", "RiskRule"), ("rms", "RuleVersion"), ("eccs", "Counter")))
    counter = counters.objects.get(series="RISK_N")
    for title, condition, instruction in told:
        counter.last += 1
        rule = rules.objects.create(
            number=f"N-{counter.last:04d}", serial=counter.last, stage="ACTIVE", kind="RULE", title=title, latest_no=1, in_force_no=1
        )
        versions.objects.create(
            rule=rule, no=1, condition={"all": condition}, outcome="ASSESSMENT", from_date=START, instruction=instruction, why=WHY
        )
    counter.save()


class Migration(migrations.Migration):
    """The history of what exports bring, and of parties on one day in each direction; rules that look at it; how far a test is; what decides until a version begins."""

    dependencies = [
        ("rms", "0006_compulsory_documents"),
    ]

    operations = [
        *together([
            migrations.AddField(
                model_name="partyday",
                name="exported",
                field=models.BooleanField(default=False),
            ),
            migrations.AddField(
                model_name="unitvaluemonth",
                name="exported",
                field=models.BooleanField(default=False),
            ),
            migrations.AddField(
                model_name="riskrule",
                name="before_no",
                field=models.PositiveIntegerField(default=0),
            ),
            migrations.AddField(
                model_name="backtest",
                name="total",
                field=models.PositiveIntegerField(default=0),
            ),
            migrations.AddField(
                model_name="backtest",
                name="gone",
                field=models.PositiveIntegerField(default=0),
            ),
        ]),
        migrations.RunPython(sow, migrations.RunPython.noop),
    ]  # fmt: skip
