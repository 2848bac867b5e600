from django.db import migrations

from eccs.walls import let_delete


class Migration(migrations.Migration):
    """Marks and tries that are forgotten again."""

    dependencies = [("accounts", "0004_authenticators"), ("eccs", "0029_second_wall"), ("sessions", "0001_initial")]

    operations = [
        let_delete(
            "accounts_retiredpassword",
            "accounts_livesession",
            "accounts_secondfactorrole",
            "accounts_recoverycode",
            "accounts_signintries",
            "otp_totp_totpdevice",
            "django_session",
        ),
    ]
