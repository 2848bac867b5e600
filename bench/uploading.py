"""A 10,000-row ECM over HTTP, with all checks and the trail, beside COPY into a stage, checks in SQL and INSERT SELECT."""

from __future__ import annotations

import time
from io import StringIO
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from import_export import resources
from tablib import Dataset

from bench import flights, world
from bench.measure import Row, at_least, rounds, timed
from eccs.models import Upload
from manifests.models import ExpressCargoManifest, HouseAirwayBill, MasterAirwayBill

ROWS = 10_000
PEER_ROWS = 500
ROUNDS = 5
DONE = (Upload.State.READY, Upload.State.REFUSED, Upload.State.FAILED)

CHECKS = """
SELECT count(*) FROM stage WHERE hawb !~ '^[A-Z0-9]{4,20}$' OR mawb !~ '^[0-9]{3}-[0-9]{8}$'
    OR substr(mawb, 5, 7)::int %% 7 <> substr(mawb, 12, 1)::int OR packages !~ '^[1-9][0-9]{0,4}$'
    OR gross_weight_kg !~ '^[0-9]{1,7}(\\.[0-9]{1,3})?$' OR gross_weight_kg::numeric <= 0 OR length(description) NOT BETWEEN 1 AND 240
    OR length(consignor_name) NOT BETWEEN 1 AND 120 OR length(consignor_address) NOT BETWEEN 1 AND 240
    OR consignor_country !~ '^[A-Z]{2}$' OR length(consignee_name) NOT BETWEEN 1 AND 120
    OR length(consignee_address) NOT BETWEEN 1 AND 240 OR length(consignee_city) NOT BETWEEN 1 AND 60
    OR length(consignee_state) NOT BETWEEN 1 AND 60 OR consignee_pin !~ '^([1-9][0-9]{5})?$'
    OR invoice_value !~ '^[0-9]{1,12}(\\.[0-9]{1,2})?$' OR invoice_currency !~ '^[A-Z]{3}$' OR transshipment NOT IN ('Y', 'N', '')
    OR (packages::int > 1 AND cardinality(string_to_array(crn_numbers, ' ')) <> packages::int)
"""


def run() -> list[Row]:
    """CSV, XLSX, and the peer."""
    found = []
    with world.web() as (port, _process), world.worker():
        client = world.Client(port, "signatory.swift")
        rows = flights.shipments(ROWS)
        for name, content, aim in (("csv", flights.as_csv(rows), 0.40), ("xlsx", flights.as_xlsx(rows), 0.25)):
            upload(client, name, content)  # the first one warms the worker
            base, mine = rounds(ROUNDS, lambda: floor(rows), lambda n=name, c=content: upload(client, n, c))  # type: ignore[misc]
            found.append(
                at_least(
                    f"upload ECM {name}",
                    f"{ROWS / mine:,.0f} rows/s",
                    f"COPY and SQL {ROWS / base:,.0f} rows/s",
                    base / mine,
                    aim,
                )
            )
            if name == "csv":
                slow = timed(lambda: peer(flights.shipments(PEER_ROWS, 9))) / PEER_ROWS
                ratio = slow * ROWS / mine
                found.append(
                    at_least(
                        "upload ECM beside import-export",
                        f"{ROWS / mine:,.0f} rows/s",
                        f"preview and confirm {1 / slow:,.0f} rows/s",
                        ratio,
                        60,
                    )
                )
    return found


def upload(client: world.Client, kind: str, content: bytes) -> float:
    """From the press of the button until the draft holds every row."""
    manifest = world.draft()
    start = perf_counter()
    status, _body, location = client.send_file(f"/manifests/{manifest.key}/upload/", f"ecm.{kind}", content)
    assert status == 302, status
    pk = int(location.strip("/").split("/")[-1])
    while (state := Upload.objects.values_list("state", flat=True).get(pk=pk)) not in DONE:
        time.sleep(0.005)
    taken = perf_counter() - start
    assert state == Upload.State.READY, Upload.objects.get(pk=pk).refusal
    assert HouseAirwayBill.objects.filter(manifest=manifest).count() == ROWS
    forget(manifest)
    return taken


def floor(rows: list[dict[str, str]]) -> float:
    """The same rows by the least that a database must do."""
    manifest, names = world.draft(), flights.shipment_names()
    text = "".join("\t".join(row[name] for name in names) + "\n" for row in rows)

    def work() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE stage ({', '.join(f'{n} text' for n in names)}) ON COMMIT DROP")
            cursor.copy_expert(f"COPY stage ({', '.join(names)}) FROM STDIN", StringIO(text))
            cursor.execute(CHECKS.replace("%%", "%"))
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT count(*) - count(DISTINCT hawb) FROM stage")
            assert cursor.fetchone() == (0,)
            cursor.execute(
                "INSERT INTO manifests_masterairwaybill (manifest_id, number) SELECT DISTINCT %s::bigint, mawb FROM stage",
                [manifest.pk],
            )
            cursor.execute(
                "INSERT INTO manifests_houseairwaybill (manifest_id, master_id, number, ucr, packages, packages_arrived, "
                "gross_weight_kg, description, consignor_name, consignor_address, consignor_country, consignee_name, "
                "consignee_address, consignee_city, consignee_state, consignee_pin, invoice_value, invoice_currency, "
                "transshipment, transshipment_to) SELECT m.manifest_id, m.id, hawb, ucr, packages::int, 0, "
                "gross_weight_kg::numeric, description, consignor_name, consignor_address, consignor_country, consignee_name, "
                "consignee_address, consignee_city, consignee_state, consignee_pin, invoice_value::numeric, invoice_currency, "
                "transshipment = 'Y', transshipment_to FROM stage JOIN manifests_masterairwaybill m "
                "ON m.number = stage.mawb AND m.manifest_id = %s",
                [manifest.pk],
            )
            cursor.execute(
                "INSERT INTO manifests_package (manifest_id, hawb_id, crn, part) SELECT h.manifest_id, h.id, c.crn, c.part FROM stage "
                "JOIN manifests_houseairwaybill h ON h.number = stage.hawb AND h.manifest_id = %s, LATERAL unnest(string_to_array("
                "CASE WHEN crn_numbers = '' THEN hawb ELSE crn_numbers END, ' ')) WITH ORDINALITY AS c(crn, part)",
                [manifest.pk],
            )

    taken = timed(work)
    forget(manifest)
    return taken


def forget(manifest: ExpressCargoManifest) -> None:
    """Leave the tables as they were, so that every round finds the same."""
    with connection.cursor() as cursor:
        for table in ("package", "houseairwaybill", "masterairwaybill"):
            cursor.execute(f"DELETE FROM manifests_{table} WHERE manifest_id = %s", [manifest.pk])
        cursor.execute("VACUUM manifests_package, manifests_houseairwaybill, manifests_masterairwaybill")


class Shipments(resources.ModelResource):
    """The peer's way to the same rows."""

    class Meta:
        model = HouseAirwayBill
        import_id_fields = ("number",)
        fields = (
            "number", "ucr", "packages", "gross_weight_kg", "description", "consignor_name", "consignor_address",
            "consignor_country", "consignee_name", "consignee_address", "consignee_city", "consignee_state", "consignee_pin",
            "invoice_value", "invoice_currency",
        )  # fmt: skip
        use_transactions = True
        clean_model_instances = True

    def __init__(self, manifest: ExpressCargoManifest, master: MasterAirwayBill) -> None:
        super().__init__()
        self.manifest, self.master = manifest, master

    def get_queryset(self) -> Any:
        """The rows of this manifest."""
        return HouseAirwayBill.objects.filter(manifest=self.manifest)

    def init_instance(self, row: Any = None) -> HouseAirwayBill:
        """A new row of this manifest."""
        return HouseAirwayBill(manifest=self.manifest, master=self.master)


def peer(rows: list[dict[str, str]]) -> None:
    """django-import-export: preview, then confirm."""
    manifest = world.draft()
    master = MasterAirwayBill.objects.create(manifest=manifest, number="157-12345675")
    data = Dataset(*(list({**row, "number": row["hawb"]}.values()) for row in rows), headers=[*rows[0], "number"])
    resource = Shipments(manifest, master)
    assert not resource.import_data(data, dry_run=True).has_errors()
    assert not resource.import_data(data, dry_run=False).has_errors()
    assert HouseAirwayBill.objects.filter(manifest=manifest).count() == len(rows)
    forget(manifest)
