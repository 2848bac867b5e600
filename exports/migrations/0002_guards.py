from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of shipping bills, their cancellations and export manifests are only ever added to."""

    dependencies = [("exports", "0001_tables"), ("eccs", "0002_guards")]

    operations = [keep_trail(table) for table in ("exports_shippingbilltrail", "exports_exportcancellationtrail", "exports_exportmanifesttrail")]
