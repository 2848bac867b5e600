import django.utils.timezone
from django.db import migrations, models

from eccs.tables import together


class Migration(migrations.Migration):
    """When a notice is tried again, and who has it already."""

    dependencies = [
        ('eccs', '0020_paper_batches'),
    ]

    operations = together([
        migrations.AddField(
            model_name='notice',
            name='sent_to',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='notice',
            name='tries',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='notice',
            name='try_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
    ])
