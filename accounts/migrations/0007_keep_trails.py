from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of people and roles may only grow."""

    dependencies = [("accounts", "0006_stage_fits"), ("eccs", "0002_trail_function")]

    operations = [keep_trail("accounts_persontrail"), keep_trail("accounts_stationroletrail")]
