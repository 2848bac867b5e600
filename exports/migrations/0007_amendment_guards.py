from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trail of an amendment of an export manifest is only ever added to."""

    dependencies = [("exports", "0006_manifest_amendments"), ("eccs", "0002_guards")]

    operations = [keep_trail("exports_exportmanifestamendmenttrail")]
