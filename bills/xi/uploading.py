"""A CBE-XI from a file: a row names a bag, a house airway bill, or both. Signed, it is filed as one bill."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Actor
from bills import declarations
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from bills.xi import filing
from bills.xi.selection import Chosen, Judged, Named, judge, why_no_documents
from eccs import identifiers
from eccs.models import Upload
from eccs.money import grouped
from eccs.upload_runner import Kind as FileKind
from eccs.upload_runner import register
from eccs.uploads import Table
from eccs.uploads.checks import Column, identifier
from eccs.workflow import Refused, take
from manifests.models import ExpressCargoManifest
from manifests.reading import bag_number

KIND = "cbe-xi"
COLUMNS = (
    Column("bag_number", identifier(bag_number), help=gettext_lazy("A bag: the bill covers everything in it"), example="BAG-0417"),
    Column("hawb", identifier(identifiers.hawb), help=gettext_lazy("A loose house airway bill, or a single one of a bag")),
)  # fmt: skip


def _flight(upload: Upload) -> ExpressCargoManifest:
    manifest: ExpressCargoManifest = ExpressCargoManifest.objects.select_related("courier", "station").get(
        pk=upload.subject_id
    )
    if reason := why_no_documents(manifest):
        raise Refused([reason], manifest)
    return manifest


def _judge(upload: Upload, table: Table) -> None:
    """Each row against the manifest; a fault is named by row and column."""
    manifest, values = _flight(upload), table.values
    rows = zip(table.numbers, values["bag_number"], values["hawb"], strict=True)
    named = tuple(Named(number, bag or "", hawb or "") for number, bag, hawb in rows if None not in (bag, hawb))
    judged = judge(manifest, Chosen(False, named))
    index = {number: place for place, number in enumerate(table.numbers)}
    for fault in judged.faults:
        table.fault(index.get(fault.row, 0), fault.column, fault.value, fault.reason)
    table.prepared = (manifest, Chosen(False, named), judged)


def _sum_up(upload: Upload, table: Table) -> dict[str, Any]:
    judged: Judged = table.prepared[2]
    return {
        "shipments": len(judged.shipments), "bags": len(judged.bags), "loose": judged.loose, "packages": judged.packages,
        "gross_weight_kg": str(judged.weight),
    }  # fmt: skip


def _save(upload: Upload, table: Table, user_id: int) -> dict[str, Any]:
    manifest, chosen, _judged = table.prepared
    actor, at = Actor.of(User.objects.get(pk=user_id)).by_key(upload.via), timezone.now()
    filed = take(filing.start(manifest, user_id, chosen), "file", actor, at=at)
    return {"filed": 1, "first": filed.number, "last": filed.number, "filed_at": at.isoformat()}


def _context(upload: Upload) -> dict[str, Any]:
    manifest = ExpressCargoManifest.objects.select_related("courier").get(pk=upload.subject_id)
    step, sums = CourierBillOfEntry.steps()["file"], upload.summary
    template = CourierBillOfEntry(kind="CBE-XI", courier=manifest.courier, station_id=manifest.station_id)
    return {
        "subject": manifest, "files": CourierBillOfEntry, "manifest": manifest, "done_template": "bills/upload_done.html",
        "caption": f"{manifest} · {manifest.flight_number} · {manifest.airport_of_shipment}",
        "upload_url": reverse("bill-upload", args=[manifest.key]), "facts": [],
        "heading": _("One CBE-XI is ready to file"),
        "sums": [
            (_("House airway bills"), grouped(sums.get("shipments", 0))), (_("Bags"), grouped(sums.get("bags", 0))),
            (_("Loose"), grouped(sums.get("loose", 0))), (_("Pieces"), grouped(sums.get("packages", 0))),
            (_("Gross weight, kg"), sums.get("gross_weight_kg", "0")), (_("Duty"), _("nil")),
        ],
        "declarations": declarations.of_documents(), "button": _("Sign and file the bill"),
        "next_words": _("The bill gets its number at once. It goes to X-ray when every bag and loose piece has arrived."),
        "hindrances": lambda actor: step.reasons_not(template, actor),
        "may_sign": lambda actor: not actor.why_not(step.activity_at(Stage.DRAFT), template),
    }  # fmt: skip


def _filings(table: Table) -> list[dict[str, Any]]:
    manifest, _chosen, judged = table.prepared
    return [filing.declared(CourierBillOfEntry(kind="CBE-XI", manifest=manifest), judged)]


_LABEL = gettext_lazy("CBE-XI, one bill over bags and loose shipments")
register(FileKind(KIND, _LABEL, COLUMNS, _judge, _sum_up, _save, _context, filings=_filings))
