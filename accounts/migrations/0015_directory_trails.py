from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trails of the directory may only grow."""

    dependencies = [("accounts", "0014_directory_holds"), ("eccs", "0002_trail_function")]

    operations = [
        keep_trail("accounts_couriertrail"), keep_trail("accounts_custodiantrail"), keep_trail("accounts_importertrail"),
    ]
