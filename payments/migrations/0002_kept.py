from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trail of challans is only ever added to."""

    dependencies = [("payments", "0001_initial"), ("eccs", "0002_kept")]

    operations = [keep_trail("payments_challantrail")]
