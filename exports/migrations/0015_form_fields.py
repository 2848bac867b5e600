from django.db import migrations, models

from eccs.tables import together


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0014_order_found'),
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
    ])
