from django.db import migrations

# Every officer, every admin and every signatory
ROLES = """
    SYSTEM_ADMIN PORT_ADMIN CUSTOMS_ADMIN ASSESSING_OFFICER DCAC XRAY_OFFICER INSPECTOR SHED_SUPERINTENDENT LEO_OFFICER
    BOND_MAKER BOND_CHECKER RISK_OFFICER RISK_APPROVER JOINT_COMMISSIONER COMMISSIONER AUDITOR
    COURIER_ADMIN COURIER_SIGNATORY IMPORTER_ADMIN CUSTODIAN_ADMIN
""".split()


def sow(apps, schema_editor):
    """The roles that sign in with a second factor until the System Admin sets them anew."""
    SecondFactorRole = apps.get_model("accounts", "SecondFactorRole")
    SecondFactorRole.objects.bulk_create(SecondFactorRole(role=role) for role in ROLES)


class Migration(migrations.Migration):
    """The first policy of the second factor."""

    dependencies = [("accounts", "0008_sign_in")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
