from django.db import migrations

from eccs.walls import belongs, let_delete


# An importer that files for itself sees the shipments consigned to it, and the heads of the manifests on which they stand. The
# function reads past the policies, as those of manifests and of shipments would otherwise ask one another without end.
IMPORTERS = """
CREATE FUNCTION eccs_carries_own(manifest bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM bills_courierbillofentry b WHERE b.manifest_id = manifest AND b.importer_id = eccs_firm('importer'))
        OR EXISTS (SELECT FROM manifests_houseairwaybill h JOIN accounts_importer i ON i.id = eccs_firm('importer')
            WHERE h.manifest_id = manifest AND upper(h.consignee_name) = upper(i.name)) $$
"""


class Migration(migrations.Migration):
    """Whose bills are, and what belongs to them."""

    dependencies = [("bills", "0015_trail_index"), ("manifests", "0005_second_wall"), ("eccs", "0029_second_wall")]

    operations = [
        belongs("bills_courierbillofentry", station="station_id", courier="courier_id", importer="importer_id"),
        *(
            belongs(f"bills_{kind}", to={"bill_id": "bills_courierbillofentry"})
            for kind in (
                "adjudication",
                "attachment",
                "billinvoice",
                "coveredshipment",
                "examination",
                "forme",
                "item",
                "provisionalrelease",
                "querymemo",
            )
        ),
        belongs("bills_billtrail", to={"document_id": "bills_courierbillofentry"}),
        *(
            belongs(
                f"bills_{kind}", station="station_id", courier="courier_id", to={"bill_id": "bills_courierbillofentry"}
            )
            for kind in ("billamendment", "billcancellation", "penaltydemand", "provisionalassessment")
        ),
        *(
            belongs(f"bills_{kind}", station="station_id", to={"bill_id": "bills_courierbillofentry"})
            for kind in ("detentionmemo", "outofcharge")
        ),
        belongs("bills_riskdeparture", station="station_id"),
        belongs(
            "bills_manualclearance",
            station="station_id",
            also="EXISTS (SELECT FROM bills_manualform f WHERE f.order_id = bills_manualclearance.id)",
        ),
        belongs("bills_manualform", station="station_id", courier="courier_id"),
        belongs("bills_manualscan", to={"form_id": "bills_manualform"}),
        belongs("bills_manualshipment", courier="courier_id", to={"form_id": "bills_manualform"}),
        *(
            belongs(f"bills_{kind}", station="station_id", courier="courier_id")
            for kind in ("disposal", "returntoorigin")
        ),
        belongs("bills_reexport", station="station_id", to={"origin_id": "bills_returntoorigin"}),
        belongs(
            "bills_unclearednotice",
            station="station_id",
            importer="importer_id",
            to={"hawb_id": "manifests_houseairwaybill"},
        ),
        *(
            belongs(f"bills_{trail}", to={"document_id": f"bills_{document}"})
            for trail, document in (
                ("amendmenttrail", "billamendment"),
                ("cancellationtrail", "billcancellation"),
                ("penaltytrail", "penaltydemand"),
                ("provisionaltrail", "provisionalassessment"),
                ("riskdeparturetrail", "riskdeparture"),
                ("disposaltrail", "disposal"),
                ("manualclearancetrail", "manualclearance"),
                ("manualformtrail", "manualform"),
                ("returntrail", "returntoorigin"),
            )
        ),
        migrations.RunSQL(IMPORTERS, "DROP FUNCTION eccs_carries_own(bigint)"),
        belongs(
            "manifests_houseairwaybill",
            name="of_the_importer",
            also="(SELECT eccs_firm('importer')) IS NOT NULL AND (EXISTS (SELECT FROM bills_courierbillofentry b"
            " WHERE b.hawb_id = manifests_houseairwaybill.id) OR upper(consignee_name) = "
            "(SELECT upper(name) FROM accounts_importer WHERE id = eccs_firm('importer')))",
        ),
        belongs(
            "manifests_expresscargomanifest",
            name="of_the_importer",
            also="(SELECT eccs_firm('importer')) IS NOT NULL AND eccs_carries_own(id)",
        ),
        let_delete(
            "bills_coveredshipment",
            "bills_holiday",
            "bills_ratechange",
            "bills_tariffrate",
            "bills_exemptionrate",
            "bills_exchangerate",
            "bills_manualshipment",
            "bills_item",
            "bills_billinvoice",
        ),
    ]
