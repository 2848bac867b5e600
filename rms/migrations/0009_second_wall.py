from django.db import migrations

from eccs.walls import let_delete


class Migration(migrations.Migration):
    """Days that are folded into months."""

    dependencies = [("rms", "0008_rule_days_at_a_station"), ("eccs", "0029_second_wall")]

    operations = [
        let_delete("rms_partyday", "rms_unitvaluemonth", "rms_ruleday"),
    ]
