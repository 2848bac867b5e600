from django.db import migrations

from eccs.walls import belongs, let_delete


# Shipments on their way are seen where they are sent, and by the firm that sends them. The function reads past the policies, as
# those of shipments and of transfer manifests would otherwise ask one another without end.
ON_ITS_WAY = """
CREATE FUNCTION eccs_on_its_way(wanted_manifest bigint, wanted_hawb bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM transit_cargotransfermanifest t
        WHERE t.manifest_id = wanted_manifest
        AND (wanted_hawb IS NULL OR EXISTS (SELECT FROM transit_transferline l WHERE l.transfer_id = t.id AND l.hawb_id = wanted_hawb))
        AND (t.courier_id = eccs_firm('courier') OR t.importer_id = eccs_firm('importer') OR EXISTS (
            SELECT FROM transit_transferarrival a WHERE a.transfer_id = t.id AND a.station_id = ANY (eccs_stations())
        ))
    ) $$;
CREATE FUNCTION eccs_left_here(wanted bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM transit_cargotransfermanifest t WHERE t.id = wanted AND t.station_id = ANY (eccs_stations())) $$
"""


class Migration(migrations.Migration):
    """Whose transfer manifests and arrivals are; the station of arrival sees what is on its way there."""

    dependencies = [("transit", "0003_importers"), ("bills", "0016_second_wall"), ("eccs", "0029_second_wall")]

    operations = [
        migrations.RunSQL(
            ON_ITS_WAY, "DROP FUNCTION eccs_left_here(bigint); DROP FUNCTION eccs_on_its_way(bigint, bigint)"
        ),
        belongs(
            "transit_transferarrival",
            station="station_id",
            courier="courier_id",
            importer="importer_id",
            also="eccs_left_here(transfer_id)",
        ),
        belongs(
            "transit_cargotransfermanifest",
            station="station_id",
            courier="courier_id",
            importer="importer_id",
            also="EXISTS (SELECT FROM transit_transferarrival a WHERE a.transfer_id = transit_cargotransfermanifest.id)",
        ),
        belongs("transit_transferscan", to={"transfer_id": "transit_cargotransfermanifest"}),
        # What stands on another firm's transfer manifest stands in the way: seen by whoever sees the shipment
        belongs(
            "transit_transferline",
            to={"transfer_id": "transit_cargotransfermanifest"},
            also="filed AND EXISTS (SELECT FROM manifests_houseairwaybill h WHERE h.id = transit_transferline.hawb_id)",
        ),
        belongs("transit_transfertrail", to={"document_id": "transit_cargotransfermanifest"}),
        belongs("transit_arrivaltrail", to={"document_id": "transit_transferarrival"}),
        belongs(
            "manifests_houseairwaybill",
            name="on_its_way",
            also="eccs_on_its_way(manifest_id, id)",
        ),
        belongs(
            "manifests_expresscargomanifest",
            name="on_its_way",
            also="eccs_on_its_way(id, NULL)",
        ),
        let_delete("transit_transferscan", "transit_transferline"),
    ]
