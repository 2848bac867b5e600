from django.db import migrations, models


def wait(apps, schema_editor):
    """Bills on which the RMS has not decided wait for it."""
    bills = apps.get_model("bills", "CourierBillOfEntry").objects
    bills.filter(risk_decision__lane="PENDING").update(risk_pending=True)


class Migration(migrations.Migration):

    dependencies = [
        ('bills', '0010_goods_that_return'),
        ('rms', '0005_carried'),
    ]

    operations = [
        migrations.AddField(
            model_name='courierbillofentry',
            name='risk_pending',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(wait, migrations.RunPython.noop),
    ]
