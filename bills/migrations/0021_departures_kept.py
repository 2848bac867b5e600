from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trail of departures is only ever added to."""

    dependencies = [("bills", "0020_departures"), ("eccs", "0002_kept")]

    operations = [keep_trail("bills_riskdeparturetrail")]
