from django.db import migrations

from eccs.protection import keep_trail

TRAILS = ("person", "stationrole", "advisory", "courier", "custodian", "importer")


class Migration(migrations.Migration):
    """The trails of people, roles, advisories and firms are only ever added to."""

    replaces = [
        ("accounts", "0002_kept"),
    ]

    dependencies = [("accounts", "0001_tables"), ("eccs", "0002_guards")]

    operations = [keep_trail(f"accounts_{kind}trail") for kind in TRAILS]
