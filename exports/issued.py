"""The papers of exports as they would be issued now, each found by its number."""

from __future__ import annotations

from typing import Any

from bills import decision_papers
from bills.summary import sees_declaration
from eccs import batches
from eccs.paper_kinds import Draw, present
from eccs.paper_parts import Kind
from exports import papers
from exports.models import CourierExportManifest, CourierShippingBill, ExportDetention, LetExportOrder
from exports.stages import UNFILED, Stage

LEAVING = (Stage.LET_EXPORT, Stage.MANIFESTED, Stage.EXPORTED)


def _one(rows: Any, number: str, *related: str) -> Any:
    return rows.select_related(*related).filter(number=number).first()


@present(Kind.SHIPPING_BILL)
def shipping_bill(number: str) -> Draw | None:
    """A filed shipping bill."""
    found = _one(CourierShippingBill.objects.exclude(stage__in=UNFILED), number, "station", "courier")
    return (lambda: papers.shipping_bill(found)) if found else None


@present(Kind.LET_EXPORT)
def let_export(number: str) -> Draw | None:
    """A Let Export Order under which the goods leave or left; goods that went back to town have none."""
    found = _one(LetExportOrder.objects.filter(bill__stage__in=LEAVING), number, "bill__station", "bill__courier")
    return (lambda: papers.let_export_order(found.bill)) if found else None


@present(Kind.DETENTION)
def detention(number: str) -> Draw | None:
    """A memo on goods that are detained still."""
    found = _one(ExportDetention.objects.filter(ended_at=None), number, "bill__station", "bill__courier")
    return (lambda: papers.detention_memo(found)) if found else None


@present(Kind.EXPORT_MANIFEST)
def export_manifest(number: str) -> Draw | None:
    """A filed export manifest."""
    found = _one(CourierExportManifest.objects, number, "station", "courier")
    return (lambda: papers.export_manifest(found)) if found else None


@present(Kind.SHUT_OUT)
def shut_out(number: str) -> Draw | None:
    """The shut-out notice of an export manifest."""
    found = _one(CourierExportManifest.objects, number, "station", "courier")
    return (lambda: papers.shut_out_notice(found)) if found else None


def _decided(sort: str) -> None:
    """Memos, reports and orders are found by the number of their bill and their place on it."""

    @present(decision_papers.SORTS[sort].kind)
    def find(number: str) -> Draw | None:
        row = decision_papers.found(sort, CourierShippingBill.objects, number)
        return (lambda: decision_papers.print_of(sort, row)) if row else None


for _sort in decision_papers.SORTS:
    _decided(_sort)


def _may(actor: Any, one: Any) -> bool:
    return one.stage not in UNFILED and sees_declaration(actor, one)


batches.register(
    "exports/bills", CourierShippingBill, batches.Printable(_may, papers.shipping_bill, ("station", "courier"))
)
batches.register(
    "exports/manifests",
    CourierExportManifest,
    batches.Printable(lambda _actor, one: one.number is not None, papers.export_manifest, ("station", "courier")),
)
