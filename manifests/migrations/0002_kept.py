from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of manifests and their amendments are only ever added to."""

    dependencies = [("manifests", "0001_initial"), ("eccs", "0002_kept")]

    operations = [keep_trail("manifests_manifesttrail"), keep_trail("manifests_amendmenttrail")]
