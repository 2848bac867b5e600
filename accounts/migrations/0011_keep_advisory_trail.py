from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trail of advisories is only ever added to."""

    dependencies = [("accounts", "0010_advisories"), ("eccs", "0002_trail_function")]

    operations = [keep_trail("accounts_advisorytrail")]
