from django.db import migrations

from eccs.walls import let_delete


class Migration(migrations.Migration):
    """Tallies that are counted anew."""

    dependencies = [("reports", "0002_upkeep"), ("eccs", "0029_second_wall")]

    operations = [
        let_delete(
            "reports_daytally", "reports_dwelltally", "reports_hourtally", "reports_pendingtally", "reports_mark"
        ),
    ]
