from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trail may only grow."""

    dependencies = [("payments", "0001_initial"), ("eccs", "0002_trail_function")]

    operations = [keep_trail("payments_challantrail")]
