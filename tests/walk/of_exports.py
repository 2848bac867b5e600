"""The addresses of shipping bills, with one at each stage behind them."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.utils import timezone

from eccs import numbering
from eccs.models import Upload
from eccs.workflow import Document
from exports.models import (
    ExportDetention,
    ExportGoods,
    ExportPaper,
    ShippingBillFile,
    Transmission,
    TransmissionFile,
)
from exports.stages import Stage
from tests.factories.orders import let_export_order
from tests.factories.shipping import (
    documents,
    excluded_goods,
    export_amendment,
    export_cancellation,
    export_demand,
    export_departure,
    export_manifest,
    manifest_amendment,
    permission,
    shipping_bill,
)
from tests.walk.world import World


def of_exports(world: World) -> list[Document]:
    """Addresses of shipping bills, their papers, files and the station where goods are received; the documents behind them."""
    bills = {stage: shipping_bill(stage, lane="ASSESSMENT") for stage in Stage}
    draft, asked, let, held = (bills[s] for s in (Stage.DRAFT, Stage.QUERY, Stage.LET_EXPORT, Stage.DETAINED))
    for name in ("consignment", "exporter", "invoice", "ecommerce"):
        world.own("csb-part", draft.pk, name)
    world.own("csb-item", draft.pk, 1)
    world.own("csb-item-remove", draft.pk, 1)
    let_export_order(let)
    for one in (asked, let):
        world.own("csb-print", one.key)
        world.own("csb-labels", one.key)
        world.own("csb-attach", one.key)
    world.own("let-export-print", let.key)
    world.own("export-detention-print", ExportDetention.objects.get(bill=held).number)
    memo = asked.queries.first() or asked.queries.create(
        raised_from="ASSESSMENT", question="Why?", raised_by=asked.created_by
    )
    world.own("export-decision-print", "query", memo.pk)
    paper = ExportPaper.objects.create(
        bill=asked, kind="OTHER", name="yarn.pdf", file=ContentFile(b"%PDF-1.7", "yarn.pdf"), content_type="application/pdf",
        size=8, sha256="0" * 64, by=asked.created_by,
    )  # fmt: skip
    world.own("csb-paper", paper.pk)
    for name in ("goods-scan", "goods-packages", "goods-scans", "goods-weight"):
        world.own(name, "BLR")
    kept = ExportGoods.objects.create(bill=asked, station_id="BLR", in_at=timezone.now())
    world.own("export-goods-entry", kept.pk)
    for name in (
        "csb-start", "goods-station", "leo-waiting", "leo-waiting-export", "goods-by-courier", "goods-permit", "excluded-goods", "excluded-goods-new", "export-goods-register",
        "transmissions", "transmission-send", "export-goods-export", "export-goods-print", "export-goods-move",
    ):  # fmt: skip
        world.common(name)
    world.common("excluded-goods-end", excluded_goods("9999").pk)
    world.common("csb-upload", "BLR")
    world.common("upload-template", "csb")
    subject = ShippingBillFile.objects.create(courier=asked.courier, station_id="BLR")
    upload = Upload.objects.create(
        kind="csb", owner=f"courier:{asked.courier_id}", subject_id=subject.pk, by=asked.created_by, name="csb.csv",
        file=ContentFile(b"hawb\nSWX1\n", "csb.csv"), size=10, digest="0" * 64, state="DONE", rows=1,
        summary={"filed": 1, "first": "–", "last": "–"},
    )  # fmt: skip
    for name in ("upload", "upload-sign", "upload-errors"):
        world.own(name, upload.pk)
    flown_file = TransmissionFile(
        register="EDPMS", station_id="BLR", day=timezone.localdate(), made_by=asked.created_by, line_count=1
    )
    numbering.number([flown_file])
    flown_file.save()
    refused = Transmission.objects.create(
        register="EDPMS", station_id="BLR", courier=asked.courier, shipping_bill=bills[Stage.EXPORTED], state="REFUSED",
        file=flown_file, content={"number": bills[Stage.EXPORTED].number},
    )  # fmt: skip
    world.own("transmission-correct", refused.pk)
    for name in ("transmission-file", "transmission-download"):
        world.own(name, flown_file.number)
    begun, flown = export_manifest(), export_manifest("FILED")
    flown.lines.update(shut_out_at=timezone.now(), reason="No room.")
    world.common("cem-new")
    world.own("cem-lines", begun.pk)
    for name in ("cem-print", "shut-out-print"):
        world.own(name, flown.number)
    world.common("fine-challan")
    papers = [documents(stage) for stage in (Stage.DRAFT, Stage.XRAY, Stage.MANIFESTED)]
    typed, seen, loaded = papers
    world.own("csb-part", typed.pk, "flight")
    world.own("csb-item", typed.pk, 1)
    world.own("csb-documents-upload", typed.pk)
    world.own("csb-shipments", seen.number)
    world.own("csb-print", seen.number)
    world.common("upload-template", "csb-iii")
    leaves = export_manifest("FILED", of=loaded)
    shipment = loaded.shipments.get(bag=None)
    shipment.shut_out.create(line=leaves.lines.get(), at=timezone.now(), reason="Wet.")
    for name in ("cem-print", "shut-out-print"):
        world.own(name, leaves.number)
    return [
        *bills.values(),
        *papers,
        leaves,
        export_amendment(),
        export_cancellation(),
        export_demand(),
        export_departure(),
        begun,
        flown,
        manifest_amendment(),
        permission(),
    ]
