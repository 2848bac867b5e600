from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of returns and disposals may only grow."""

    dependencies = [("bills", "0009_uncleared_goods"), ("eccs", "0011_uncleared_rules")]

    operations = [keep_trail("bills_returntrail"), keep_trail("bills_disposaltrail")]
