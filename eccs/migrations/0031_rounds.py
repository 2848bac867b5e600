from datetime import date

from django.db import migrations, models

from eccs.tables import together

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [("chains_round_days", "30")]


def sow(apps, schema_editor):
    """Within how many days every chain is verified anew."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source="practice of the system, illustrative")
        for name, value in SEED
    )


class Migration(migrations.Migration):
    """The nightly verification goes round in shares, and a day's root is over the lines of the day."""

    dependencies = [("eccs", "0030_trails_by_year")]

    operations = [
        *together([
            migrations.CreateModel(
                name="Round",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("name", models.CharField(max_length=80, unique=True)),
                    ("upto", models.CharField(blank=True, max_length=120)),
                    ("begun_at", models.DateTimeField()),
                    ("whole_at", models.DateTimeField(null=True)),
                ],
            ),
            migrations.AddField(model_name="trailroot", name="upto", field=models.BigIntegerField(null=True)),
        ]),
        migrations.RunPython(sow, migrations.RunPython.noop),
    ]
