from django.db import migrations

from eccs.protection import FUNCTION


class Migration(migrations.Migration):
    """The function behind every trail's triggers."""

    dependencies = [("eccs", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION eccs_keep_trail()")]
