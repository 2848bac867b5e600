from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trail of export manifests is only ever added to."""

    dependencies = [("exports", "0004_export_manifests"), ("eccs", "0002_guards")]

    operations = [keep_trail("exports_exportmanifesttrail")]
