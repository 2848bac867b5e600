from binascii import unhexlify

from django.db import migrations

from eccs.encryption import MARK, decrypt, encrypt


def encrypt_all(apps, schema_editor):
    """Encrypt the keys of the authenticators that stand in the clear."""
    TOTPDevice = apps.get_model("otp_totp", "TOTPDevice")
    for one in TOTPDevice.objects.exclude(key__startswith=MARK).iterator():
        one.key = encrypt(unhexlify(one.key), f"authenticator:{one.user_id}")
        one.save(update_fields=["key"])


def decrypt_all(apps, schema_editor):
    """Put the keys back in the clear, for the code of before."""
    TOTPDevice = apps.get_model("otp_totp", "TOTPDevice")
    for one in TOTPDevice.objects.filter(key__startswith=MARK).iterator():
        one.key = decrypt(one.key, f"authenticator:{one.user_id}").hex()
        one.save(update_fields=["key"])


class Migration(migrations.Migration):
    """The keys of authenticators stand encrypted in the database."""

    dependencies = [("accounts", "0017_authenticators"), ("otp_totp", "0003_add_timestamps")]

    operations = [migrations.RunPython(encrypt_all, decrypt_all)]
