import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from eccs.tables import together


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_authenticators'),
        ('exports', '0014_order_found'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.AddField(
            model_name='couriershippingbill',
            name='crn_mhbs_number',
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name='couriershippingbill',
            name='crn_number',
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name='couriershippingbill',
            name='government',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='couriershippingbill',
            name='iec_branch',
            field=models.CharField(blank=True, max_length=4),
        ),
        migrations.AddField(
            model_name='couriershippingbill',
            name='mhbs_number',
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name='couriershippingbill',
            name='state_code',
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AddField(
            model_name='exportitem',
            name='sku',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.CreateModel(
            name='ExcludedGoodsPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hawb', models.CharField(max_length=20)),
                ('cth', models.CharField(max_length=8)),
                ('reason', models.CharField(max_length=400)),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('courier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.authorisedcourier')),
                ('given_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
            ],
            options={
                'verbose_name': 'permission for excluded goods',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('courier', 'station', 'hawb', 'cth'), name='excluded_goods_permitted_once')],
            },
        ),
    ])
