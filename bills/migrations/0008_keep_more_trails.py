from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of requests and provisional assessments may only grow."""

    dependencies = [("bills", "0007_every_path"), ("eccs", "0002_trail_function")]

    operations = [
        keep_trail("bills_amendmenttrail"),
        keep_trail("bills_cancellationtrail"),
        keep_trail("bills_provisionaltrail"),
    ]
