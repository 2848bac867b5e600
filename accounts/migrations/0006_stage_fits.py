from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever is active may sign in, and nobody else."""

    dependencies = [("accounts", "0005_homes")]

    operations = [
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_active', True), ('stage', 'ACTIVE')), models.Q(models.Q(('stage', 'ACTIVE'), _negated=True), ('is_active', False)), _connector='OR'), name='person_signs_in_while_active'),
        ),
    ]
