from django.db import migrations

from eccs.walls import belongs


class Migration(migrations.Migration):
    """Whose bonds are."""

    dependencies = [("bonds", "0004_outside_alerts"), ("eccs", "0029_second_wall")]

    operations = [
        *(
            belongs(f"bonds_{kind}", station="station_id", courier="courier_id", importer="importer_id")
            for kind in ("bond", "outsidebond")
        ),
        *(
            belongs(f"bonds_{kind}", to={"bond_id": "bonds_bond"})
            for kind in ("bankguarantee", "bondalert", "bondentry")
        ),
        belongs("bonds_bondtrail", to={"document_id": "bonds_bond"}),
        belongs("bonds_outsidealert", to={"bond_id": "bonds_outsidebond"}),
        belongs("bonds_outsideuse", station="station_id", to={"bond_id": "bonds_outsidebond"}),
        belongs(
            "bonds_bondmaster",
            station="station_id",
            also="stage = 'IN_USE' OR EXISTS (SELECT FROM bonds_bond b WHERE b.master_id = bonds_bondmaster.id)",
        ),
        belongs("bonds_bondmastertrail", to={"document_id": "bonds_bondmaster"}),
    ]
