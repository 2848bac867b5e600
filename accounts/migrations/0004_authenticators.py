from django.db import migrations


class Migration(migrations.Migration):
    """Authenticators, whose keys stand encrypted."""

    dependencies = [("accounts", "0003_reference"), ("otp_totp", "0003_add_timestamps")]

    operations = [
        migrations.CreateModel(
            name='Authenticator',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('otp_totp.totpdevice',),
        ),
    ]
