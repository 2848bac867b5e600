from django.db import migrations

from eccs.walls import belongs, let_delete


class Migration(migrations.Migration):
    """Whose shipping bills and export manifests are, and what belongs to them."""

    dependencies = [("exports", "0017_trail_index"), ("bills", "0016_second_wall"), ("eccs", "0029_second_wall")]

    operations = [
        *(
            belongs(f"exports_{kind}", station="station_id", courier="courier_id")
            for kind in (
                "couriershippingbill",
                "courierexportmanifest",
                "exportamendment",
                "exportcancellation",
                "exportdemand",
                "exportmanifestamendment",
                "excludedgoodspermission",
                "shippingbillfile",
                "transmission",
            )
        ),
        *(
            belongs(f"exports_{kind}", to={"bill_id": "exports_couriershippingbill"})
            for kind in ("exportadjudication", "exportexamination", "exportitem", "exportpaper", "exportquery", "formg")
        ),
        *(
            belongs(f"exports_{kind}", station="station_id", to={"bill_id": "exports_couriershippingbill"})
            for kind in ("exportbag", "exportdetention", "exportgoods", "goodsscan", "letexportorder")
        ),
        belongs("exports_exportdeparture", station="station_id"),
        belongs("exports_exportshipment", courier="courier_id", to={"bill_id": "exports_couriershippingbill"}),
        belongs("exports_exportgoodsmove", to={"entry_id": "exports_exportgoods"}),
        *(
            belongs(f"exports_{kind}", to={"manifest_id": "exports_courierexportmanifest"})
            for kind in ("exportmanifestline", "reexportline")
        ),
        belongs("exports_shipmentshutout", to={"line_id": "exports_exportmanifestline"}),
        belongs("exports_transmissionfile", station="station_id"),
        *(
            belongs(f"exports_{trail}", to={"document_id": f"exports_{document}"})
            for trail, document in (
                ("shippingbilltrail", "couriershippingbill"),
                ("exportmanifesttrail", "courierexportmanifest"),
                *(
                    (f"{kind}trail", kind)
                    for kind in (
                        "exportamendment",
                        "exportcancellation",
                        "exportdemand",
                        "exportmanifestamendment",
                        "excludedgoodspermission",
                        "exportdeparture",
                    )
                ),
            )
        ),
        let_delete(
            "exports_transmission",
            "exports_exportshipment",
            "exports_exportbag",
            "exports_exportmanifestline",
            "exports_exportitem",
            "exports_reexportline",
        ),
    ]
