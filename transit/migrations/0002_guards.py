from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of transfer manifests and arrivals are only ever added to."""

    replaces = [
        ("transit", "0002_kept"),
    ]

    dependencies = [("transit", "0001_tables"), ("eccs", "0002_guards")]

    operations = [keep_trail(table) for table in ("transit_transfertrail", "transit_arrivaltrail")]
