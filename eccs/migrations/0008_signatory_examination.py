from datetime import date

from django.db import migrations

SOURCE = "PN17 5.0(iii); CBLR 2018, regulations 6 and 13: warned of until a station orders it"


def sow(apps, schema_editor):
    """The examination of signatories is warned of everywhere, and enforced nowhere yet."""
    DatedRule = apps.get_model("eccs", "DatedRule")
    DatedRule.objects.create(
        name="signatory_examination", station_code="", from_date=date(2010, 5, 5), value="off", source=SOURCE
    )


class Migration(migrations.Migration):
    """The first row of the rule about signatories."""

    dependencies = [("eccs", "0007_upload_signer")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
