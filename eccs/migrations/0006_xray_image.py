from django.db import migrations


def sow(apps, schema_editor):
    """A suspicious X-ray is marked with remarks and its image from the day of the notice on; a station may order otherwise."""
    rules = apps.get_model("eccs", "DatedRule")
    source = "PN17 7.1(h): the Inspector examines what the X-ray shows"
    rules.objects.get_or_create(
        name="xray_image_required", station_code="", from_date="2010-05-05", defaults={"value": "on", "source": source}
    )


class Migration(migrations.Migration):
    """The rule on the image of a suspicious X-ray."""

    dependencies = [("eccs", "0005_bank_silent")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
