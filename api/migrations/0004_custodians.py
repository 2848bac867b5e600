import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from eccs.tables import together


class Migration(migrations.Migration):
    """Custodians are told by webhooks too; keys that only try, and messages that only try."""

    dependencies = [
        ('accounts', '0004_authenticators'),
        ('api', '0003_webhooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.RemoveConstraint(
            model_name='webhook',
            name='webhook_once',
        ),
        migrations.AddField(
            model_name='apikey',
            name='sandbox',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='delivery',
            name='trial',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='webhook',
            name='custodian',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='accounts.custodian'),
        ),
        migrations.AlterField(
            model_name='webhook',
            name='courier',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='accounts.authorisedcourier'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('courier', 'custodian', 'station', 'address'), name='webhook_of_firm_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('courier', None), ('custodian__isnull', False)), models.Q(('courier__isnull', False), ('custodian', None)), _connector='OR'), name='webhook_of_one_firm'),
        ),
    ])
