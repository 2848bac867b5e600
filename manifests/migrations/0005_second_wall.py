from django.db import migrations

from eccs.walls import belongs, let_delete


def of_manifest(table, column="manifest_id", also=""):
    """What belongs to a manifest: to the courier that lodged it, and to the station where it was lodged."""
    own = "station_id = ANY ((SELECT eccs_stations())::varchar[]) OR courier_id = (SELECT eccs_firm('courier'))"
    on_it = f"EXISTS (SELECT FROM manifests_expresscargomanifest m WHERE m.id = {table}.{column} AND ({own}))"
    return belongs(table, also=f"{on_it} OR {also}" if also else on_it)


class Migration(migrations.Migration):
    """Whose manifests are, and what stands on them."""

    dependencies = [("manifests", "0004_owed_since"), ("eccs", "0029_second_wall")]

    operations = [
        belongs("manifests_expresscargomanifest", station="station_id", courier="courier_id"),
        *(
            of_manifest(f"manifests_{kind}")
            for kind in ("houseairwaybill", "arrivalscan", "difference", "manifestversion")
        ),
        of_manifest("manifests_manifesttrail", "document_id"),
        *(
            of_manifest(
                f"manifests_{kind}",
                also=f"EXISTS (SELECT FROM manifests_houseairwaybill h WHERE h.{column} = manifests_{kind}.id)",
            )
            for kind, column in (("masterairwaybill", "master_id"), ("bag", "bag_id"))
        ),
        of_manifest(
            "manifests_package",
            also="EXISTS (SELECT FROM manifests_houseairwaybill h WHERE h.id = manifests_package.hawb_id)",
        ),
        belongs("manifests_manifestamendment", station="station_id", courier="courier_id"),
        belongs("manifests_amendmentline", to={"amendment_id": "manifests_manifestamendment"}),
        belongs("manifests_amendmenttrail", to={"document_id": "manifests_manifestamendment"}),
        belongs("manifests_hold", to={"hawb_id": "manifests_houseairwaybill"}),
        belongs("manifests_warehouseentry", station="station_id", to={"hawb_id": "manifests_houseairwaybill"}),
        *(
            belongs(f"manifests_{kind}", to={"entry_id": "manifests_warehouseentry"})
            for kind in ("warehousemove", "warehousedetention")
        ),
        let_delete(
            "manifests_masterairwaybill",
            "manifests_bag",
            "manifests_houseairwaybill",
            "manifests_package",
            "manifests_amendmentline",
            "manifests_hold",
            "manifests_warehouseentry",
            "manifests_warehousemove",
            "manifests_warehousedetention",
        ),
    ]
