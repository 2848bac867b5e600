from django.db import migrations, models


class Migration(migrations.Migration):
    """Recovery codes under the hash of passwords, each found by its first sign; those of before stay as they are."""

    dependencies = [("accounts", "0005_second_wall")]

    operations = [
        migrations.AddField(
            model_name='recoverycode',
            name='first_sign',
            field=models.CharField(blank=True, max_length=1, null=True),
        ),
        migrations.AlterField(
            model_name='recoverycode',
            name='digest',
            field=models.CharField(max_length=128),
        ),
        migrations.AddConstraint(
            model_name='recoverycode',
            constraint=models.UniqueConstraint(fields=('user', 'first_sign'), name='recovery_code_begins_alone'),
        ),
    ]
