from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of manifests and their amendments are only ever added to."""

    replaces = [
        ("manifests", "0002_kept"),
    ]

    dependencies = [("manifests", "0001_tables"), ("eccs", "0002_guards")]

    operations = [keep_trail("manifests_manifesttrail"), keep_trail("manifests_amendmenttrail")]
