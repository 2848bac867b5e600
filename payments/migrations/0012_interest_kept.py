from django.db import migrations, models


class Migration(migrations.Migration):
    """How the interest on a challan came about."""

    dependencies = [
        ('payments', '0011_days_and_bounces'),
    ]

    operations = [
        migrations.AddField(
            model_name='challanline',
            name='interest_kept',
            field=models.JSONField(default=dict),
        ),
    ]
