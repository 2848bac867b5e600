"""The papers of bills of entry as they would be issued now, each found by its number."""

from __future__ import annotations

from typing import Any

from bills import decision_papers, documents
from bills.final_paper import final_paper
from bills.manual.papers import blanks
from bills.models import (
    CourierBillOfEntry,
    DetentionMemo,
    ManualForm,
    OutOfCharge,
    ProvisionalAssessment,
    ReExport,
    UnclearedNotice,
)
from bills.stages import UNFILED, Stage
from bills.summary import sees_declaration
from bills.uncleared.papers import notice_paper, re_export_paper
from eccs import batches
from eccs.paper_kinds import Draw, present
from eccs.paper_parts import Kind


def _one(rows: Any, number: str, *related: str) -> Any:
    return rows.select_related(*related).filter(number=number).first()


@present(Kind.BILL)
def bill(number: str) -> Draw | None:
    """A filed bill."""
    found = _one(CourierBillOfEntry.objects.exclude(stage__in=UNFILED), number)
    return (lambda: documents.courier_bill_of_entry(found)) if found else None


@present(Kind.OUT_OF_CHARGE)
def out_of_charge(number: str) -> Draw | None:
    """An Out of Charge whose bill still stands so."""
    found = _one(OutOfCharge.objects.filter(bill__stage=Stage.OUT_OF_CHARGE), number, "bill")
    return (lambda: documents.out_of_charge_order(found.bill)) if found else None


@present(Kind.GATE_PASS)
def gate_pass(number: str) -> Draw | None:
    """The gate pass of an Out of Charge whose bill still stands so."""
    order = number.removesuffix("/G")
    found = _one(
        OutOfCharge.objects.filter(bill__stage=Stage.OUT_OF_CHARGE),
        order,
        "bill__courier",
        "bill__station",
        "bill__hawb",
    )
    return (lambda: decision_papers.gate_pass(found.bill)) if found else None


@present(Kind.DETENTION)
def detention(number: str) -> Draw | None:
    """A memo on goods that are detained still."""
    found = _one(DetentionMemo.objects.filter(ended_at=None), number, "bill")
    return (lambda: documents.detention_memo(found)) if found else None


@present(Kind.FINAL)
def final(number: str) -> Draw | None:
    """A final assessment that stands."""
    rows = ProvisionalAssessment.objects.filter(stage__in=("EXTRA_DUTY", "FINAL"))
    found = _one(rows, number, "bill__courier", "bill__hawb", "bill__station")
    return (lambda: final_paper(found)) if found else None


@present(Kind.UNCLEARED)
def uncleared(number: str) -> Draw | None:
    """A notice of uncleared goods."""
    found = _one(UnclearedNotice.objects, number)
    return (lambda: notice_paper(found, "")) if found else None


@present(Kind.RE_EXPORT)
def re_export(number: str) -> Draw | None:
    """A re-export record."""
    found = _one(ReExport.objects, number)
    return (lambda: re_export_paper(found, "")) if found else None


@present(Kind.MANUAL_FORM)
def manual_form(number: str) -> Draw | None:
    """A numbered blank form."""
    found = _one(ManualForm.objects, number, "station")
    return (lambda: blanks([found], "")) if found else None


def _decided(sort: str) -> None:
    """Memos, reports and orders are found by the number of their bill and their place on it."""

    @present(decision_papers.SORTS[sort].kind)
    def find(number: str) -> Draw | None:
        row = decision_papers.found(sort, CourierBillOfEntry.objects, number)
        return (lambda: decision_papers.print_of(sort, row)) if row else None


for _sort in decision_papers.SORTS:
    _decided(_sort)


def _may(actor: Any, one: Any) -> bool:
    return one.stage not in UNFILED and sees_declaration(actor, one)


batches.register("bills/imports", CourierBillOfEntry, batches.Printable(_may, documents.courier_bill_of_entry))
