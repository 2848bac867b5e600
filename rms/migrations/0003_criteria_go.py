from django.db import migrations


class Migration(migrations.Migration):
    """The first criteria make way for rules with versions; the starter rules are sown anew as such."""

    dependencies = [("rms", "0002_starter_rules")]

    operations = [migrations.DeleteModel("RiskRule")]
