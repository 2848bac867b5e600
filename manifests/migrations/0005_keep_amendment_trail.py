from django.db import migrations

from eccs.protection import keep_trail


class Migration(migrations.Migration):
    """The trail of an amendment may only grow."""

    dependencies = [("manifests", "0004_documents_amendments_register")]

    operations = [keep_trail("manifests_amendmenttrail")]
