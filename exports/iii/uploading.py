"""The house airway bills of a CSB-III from a file, one a row; the flight is typed in the draft. Signed, it is filed as one bill."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Actor
from eccs.models import Upload
from eccs.money import grouped
from eccs.upload_runner import Kind as FileKind
from eccs.upload_runner import register
from eccs.uploads import Table
from eccs.workflow import Refused, take
from exports.filing import declarations
from exports.forms.words import LABELS
from exports.iii.columns import COLUMNS
from exports.iii.filing import as_checked, declared, hold_numbers
from exports.iii.reading import Covered, judge_flight, judge_shipments
from exports.models import CourierShippingBill
from exports.stages import Stage

KIND = "csb-iii"


def _draft(upload: Upload) -> CourierShippingBill:
    found: CourierShippingBill = CourierShippingBill.objects.select_related("courier", "station").get(
        pk=upload.subject_id or 0
    )
    return found


def _judge(upload: Upload, table: Table) -> None:
    """Each row by itself and beside the others. Raises Refused where the flight is not whole, or the draft is filed."""
    bill = _draft(upload)
    if bill.stage != Stage.DRAFT:
        raise Refused([_("The shipping bill is no longer a draft.")], bill)
    flights, flight = judge_flight(bill)
    if flights.faults:
        told = "; ".join(f"{LABELS[fault.column]} {fault.reason}" for fault in flights.faults[:4])
        raise Refused([_("Complete the flight first: %(faults)s.") % {"faults": told}], bill)
    hold_numbers(bill)
    judge_shipments(bill, table)
    table.prepared = Covered(flight, table.values)


def _sum_up(_upload: Upload, table: Table) -> dict[str, Any]:
    covered: Covered = table.prepared
    return {
        "shipments": covered.count, "bags": len(covered.bags), "loose": covered.loose, "labels": covered.labels,
        "gross_weight_kg": str(covered.weight),
    }  # fmt: skip


def _save(upload: Upload, table: Table, user_id: int) -> dict[str, Any]:
    """The draft is filed by its own step over the rows of the file, which were checked just now."""
    actor, at = Actor.of(User.objects.get(pk=user_id)).by_key(upload.via), timezone.now()
    with as_checked(table.prepared):
        filed = take(_draft(upload), "file", actor, at=at)
    return {"filed": 1, "first": filed.number, "last": filed.number, "filed_at": at.isoformat()}


def _context(upload: Upload) -> dict[str, Any]:
    bill, step, sums = _draft(upload), CourierShippingBill.steps()["file"], upload.summary
    return {
        "subject": bill, "files": CourierShippingBill, "done_template": "exports/upload_done.html", "caption": f"{bill.courier}, {bill.station_id}",
        "upload_url": reverse("csb-documents-upload", args=[bill.pk]), "facts": [],
        "heading": _("One CSB-III is ready to file"),
        "sums": [
            (_("House airway bills"), grouped(sums.get("shipments", 0))), (_("Bags"), grouped(sums.get("bags", 0))),
            (_("Loose"), grouped(sums.get("loose", 0))), (_("Bags and loose pieces"), grouped(sums.get("labels", 0))),
            (_("Gross weight, kg"), sums.get("gross_weight_kg", "0")), (_("Commercial value"), _("nil")),
        ],
        "declarations": declarations(documents=True), "button": _("Sign and file the shipping bill"),
        "next_words": _("It gets its number at once. It goes to X-ray when every bag and loose piece is at the terminal."),
        "hindrances": lambda actor: step.reasons_not(bill, actor),
        "may_sign": lambda actor: not actor.why_not(step.activity_at(Stage.DRAFT), bill),
    }  # fmt: skip


_LABEL = gettext_lazy("CSB-III, one shipping bill over bags and loose shipments")
register(
    FileKind(KIND, _LABEL, COLUMNS, _judge, _sum_up, _save, _context, filings=lambda table: [declared(table.prepared)])
)
