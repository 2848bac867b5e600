from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of manual clearances and paper forms may only grow."""

    dependencies = [("bills", "0011_manual_clearance"), ("eccs", "0011_uncleared_rules")]

    operations = [keep_trail("bills_manualclearancetrail"), keep_trail("bills_manualformtrail")]
