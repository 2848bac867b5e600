from django.db import migrations

from eccs.walls import belongs


class Migration(migrations.Migration):
    """Whose visits to the Service Centre are."""

    dependencies = [("counter", "0002_answers"), ("eccs", "0029_second_wall")]

    operations = [
        *(belongs(f"counter_{kind}", station="station_id") for kind in ("visit", "customerdisplay")),
        *(belongs(f"counter_{kind}", to={"visit_id": "counter_visit"}) for kind in ("broughtpaper", "sealedprint")),
        belongs("counter_visittrail", to={"document_id": "counter_visit"}),
        belongs("counter_answer", station="station_id", courier="courier_id", importer="importer_id"),
    ]
