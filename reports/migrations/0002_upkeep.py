from django.db import migrations

LARGE = ("bills_courierbillofentry", "exports_couriershippingbill", "manifests_houseairwaybill", "manifests_package", "manifests_warehouseentry")
WRITTEN_ONCE = ("bills_billtrail", "exports_shippingbilltrail", "manifests_arrivalscan", "rms_riskdecision", "bills_item")
FEW_AND_BUSY = ("eccs_counter", "eccs_auditlane", "eccs_measure", "reports_mark", "reports_pendingtally")

PLAN = {
    LARGE: "autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.01",
    WRITTEN_ONCE: "autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, autovacuum_freeze_min_age = 0",
    FEW_AND_BUSY: "fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500",
}


def names(settings):
    return ", ".join(one.partition(" = ")[0] for one in settings.split(", "))


class Migration(migrations.Migration):
    """When PostgreSQL tidies which table: of millions of rows a fiftieth is much; what is written once is frozen at once."""

    dependencies = [
        ("reports", "0001_tables"), ("bills", "0001_tables"), ("exports", "0001_tables"), ("manifests", "0001_tables"), ("rms", "0001_tables"),
        ("eccs", "0015_measures"),
    ]  # fmt: skip

    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE {table} SET ({settings})" for tables, settings in PLAN.items() for table in tables],
            [f"ALTER TABLE {table} RESET ({names(settings)})" for tables, settings in PLAN.items() for table in tables],
        )
    ]
