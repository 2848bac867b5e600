"""Filing: from checked declarations to numbered shipping bills that await their goods.

One from a draft, and thousands from a file, go the same way; thousands go set-wise, by COPY.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.permissions import Actor
from bills import drafts
from bills.declarations import of_documents as declarations_of_documents
from bills.filing_together import refuse_faults, write_filed
from counter.sealing import on_behalf
from eccs import trail
from eccs.copying import Mould, next_ids
from eccs.identifiers import mask_aadhaar
from eccs.models import Upload
from eccs.money import grouped, rupees
from eccs.upload_runner import Kind as FileKind
from eccs.upload_runner import register
from eccs.uploads import Sheet, Table, check
from eccs.uploads.checks import Tell, nobody
from eccs.workflow import Refused, why_not
from exports.columns import COLUMNS, HEADER, SAME
from exports.models import CourierShippingBill, ExportItem, ShippingBillFile
from exports.reading import Lodging, Prepared, judge
from exports.stages import Stage

KIND = "csb"
OF_OTHERS = {"form", "kyc_type", "kyc_number", "scheme"}  # not fields of the bill under the same name
DECLARED = tuple(name for name in (*SAME, *HEADER) if name not in OF_OTHERS)
NOTHING = Decimal(0)


def complete(bill: CourierShippingBill, one: Prepared, lodging: Lodging, at: datetime) -> list[models.Model]:
    """Put what was declared and valued on a shipping bill, and return its items."""
    header = one.header
    put(bill, one)
    bill.kind, bill.hawb, bill.kyc_type = header["form"], one.hawb, header["kyc_type"]
    bill.kyc_number = _shown_kyc(header)
    bill.kyc_token = one.kyc_token
    bill.filed_at, bill.presented_on = at, lodging.on
    return [
        put_item(ExportItem(bill_id=bill.pk), given, value) for given, value in zip(one.items, one.values, strict=True)
    ]


def put(bill: CourierShippingBill, one: Prepared) -> None:
    """Put on a shipping bill what was declared of it as a whole, and its value; who declares was settled at filing."""
    for name in DECLARED:
        setattr(bill, name, one.header[name])
    bill.goods, bill.first_cth, bill.item_count = one.items[0]["description"], one.items[0]["cth"], len(one.items)
    bill.exchange_rate, bill.exchange_unit = one.exchange.rate, one.exchange.unit
    bill.exchange_source = one.exchange.notification
    bill.fob_foreign, bill.fob_value, bill.igst_paid = one.fob_foreign, one.fob_value, one.igst_paid


def put_item(item: ExportItem, given: dict[str, Any], value: Decimal) -> ExportItem:
    """Put on an item what was declared of it, and its value in rupees."""
    for name in ("item_no", "cth", "sku", "description", "quantity", "uom", "unit_price"):
        setattr(item, name, given[name])
    for name in ("taxable_value", "igst_paid", "cess_paid"):
        setattr(item, name, given[name] or NOTHING)
    item.fob_foreign, item.fob_value = given["fob_value"], value
    return item


def _shown_kyc(header: dict[str, Any]) -> str:
    number: str = header["kyc_number"]
    return mask_aadhaar(number) if header["kyc_type"] == "AADHAAR" else number


def declared(one: Prepared) -> dict[str, Any]:
    """What was declared, for the trail; an Aadhaar number stays masked."""
    header = {**one.header, "kyc_number": _shown_kyc(one.header)}
    return {
        "hawb": one.hawb, **_given(header), "items": [_given(item) for item in one.items], "fob_value": one.fob_value,
    }  # fmt: skip


def _given(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in (None, "", False)}


def file_many(
    lodging: Lodging, prepared: list[Prepared], actor: Actor, at: datetime, tell: Tell = nobody
) -> list[CourierShippingBill]:
    """File shipping bills set-wise, inside the caller's transaction. Raises Refused where the person or the courier may not."""
    step = CourierShippingBill.steps()["file"]
    blank = CourierShippingBill(
        station_id=lodging.station, courier=lodging.courier, created_by_id=actor.person_id, filed_by_id=actor.user_id
    )
    if reasons := why_not(blank, step, actor):
        raise Refused(reasons)
    role, mould = actor.acts_as(step.activity_at(Stage.DRAFT), blank), Mould(blank)
    bills: list[CourierShippingBill] = []
    items: list[models.Model] = []
    entries = []
    for key, one in zip(next_ids(CourierShippingBill, len(prepared)), prepared, strict=True):
        bill = mould.cast(id=key, stage_since=at)
        items += complete(bill, one, lodging, at)
        bill.__dict__["stage"] = Stage.GOODS.value
        bills.append(bill)
        entries.append(
            trail.Entry(
                bill, at=at, step="file", from_stage=Stage.DRAFT, to_stage=bill.stage, by_id=actor.user_id,
                by_name=actor.name, role=role, answers={}, snapshot=declared(one),
            )
        )  # fmt: skip
        tell(len(items))
    write_filed(bills, entries, {ExportItem: items})
    return bills


def table_of_draft(bill: CourierShippingBill) -> Table:
    """A draft as the rows of a file, every cell checked."""
    names = [column.name for column in COLUMNS]
    header = drafts.header(bill)
    same = {name: header.get(name, "") for name in SAME}
    rows = []
    for n, item in enumerate(drafts.items(bill) or [{}], 1):
        given = (header if n == 1 else same) | item | {"form": bill.kind, "hawb": bill.hawb, "item_no": str(n)}
        rows.append([str(given.get(name, "") or "").strip() for name in names])
    return check(Sheet(names, rows, list(range(1, len(rows) + 1)), False), COLUMNS)


def judge_draft(bill: CourierShippingBill) -> tuple[Lodging, Table, list[Prepared]]:
    """Check a draft by the very rules of a file. The row of a fault is the item's number."""
    table = table_of_draft(bill)
    cths = [cth for cth in table.values["cth"] if cth]
    lodging = Lodging.load(bill.courier, bill.station_id, [bill.hawb], cths, draft=bill.pk)
    return lodging, table, judge(lodging, table)


def file_draft(bill: CourierShippingBill) -> Iterable[models.Model]:
    """File one draft inside the gate: refused with every fault, or completed and its items returned to be written."""
    if bill.is_documents:
        from exports.iii.filing import file_documents

        return file_documents(bill)
    lodging, table, prepared = judge_draft(bill)
    refuse_faults(bill, table)
    items = complete(bill, prepared[0], lodging, bill.taken_at)
    bill.filed_by_id, bill.draft = bill.taken_by.user_id, {}
    bill.snapshot_for_trail = {**declared(prepared[0]), **on_behalf(bill)}
    return items


def hold_hawbs_of(courier: int) -> None:
    """Until the transaction ends nobody else begins or files shipping bills of this courier: what is free is free when it is written."""
    hold_alone(f"house airway bills for export: {courier}")


def hold_alone(what: str) -> None:
    """Until the transaction ends nobody else holds what is named so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def _file_of(upload: Upload) -> ShippingBillFile:
    found: ShippingBillFile = ShippingBillFile.objects.select_related("courier", "station").get(
        pk=upload.subject_id or 0
    )
    return found


def _judge_file(upload: Upload, table: Table) -> None:
    subject = _file_of(upload)
    hold_hawbs_of(subject.courier_id)
    hawbs = {hawb for hawb in table.values["hawb"] if hawb}
    lodging = Lodging.load(subject.courier, subject.station_id, hawbs)
    table.prepared = (lodging, judge(lodging, table))


def _sum_up(_upload: Upload, table: Table) -> dict[str, Any]:
    _lodging, prepared = table.prepared
    return {
        "bills": len(prepared), "items": sum(len(one.items) for one in prepared),
        "forms": dict(Counter(one.header["form"] for one in prepared)),
        "fob_value": str(sum((one.fob_value for one in prepared), NOTHING)),
        "igst_paid": str(sum((one.igst_paid for one in prepared), NOTHING)),
    }  # fmt: skip


def _save_file(upload: Upload, table: Table, user_id: int) -> dict[str, Any]:
    lodging, prepared = table.prepared
    at = timezone.now()
    bills = file_many(lodging, prepared, Actor.of(User.objects.get(pk=user_id)).by_key(upload.via), at, table.tell)
    return {"filed": len(bills), "first": bills[0].number, "last": bills[-1].number, "filed_at": at.isoformat()}


def _context(upload: Upload) -> dict[str, Any]:
    subject, step, sums = _file_of(upload), CourierShippingBill.steps()["file"], upload.summary
    blank = CourierShippingBill(courier=subject.courier, station_id=subject.station_id)
    count = sums.get("bills", 0)
    return {
        "subject": subject, "files": CourierShippingBill, "done_template": "exports/upload_done.html", "caption": str(subject),
        "upload_url": reverse("csb-upload", args=[subject.station_id]), "facts": [],
        "heading": ngettext("%(n)s shipping bill is ready to file", "%(n)s shipping bills are ready to file", count) % {"n": grouped(count)},
        "sums": [
            *((_("Shipping bills, %(form)s") % {"form": form}, grouped(n)) for form, n in sorted(sums.get("forms", {}).items())),
            (_("Items"), grouped(sums.get("items", 0))),
            (_("FOB value"), rupees(Decimal(sums.get("fob_value", "0")), 2)),
            (_("IGST paid"), rupees(Decimal(sums.get("igst_paid", "0")), 2)),
        ],
        "declarations": declarations(), "button": _("Sign and file %(n)s shipping bills") % {"n": grouped(count)},
        "next_words": _("Each shipping bill gets its number at once. It goes on when the custodian has registered its goods."),
        "hindrances": lambda actor: step.reasons_not(blank, actor),
        "may_sign": lambda actor: not actor.why_not(step.activity_at(Stage.DRAFT), blank),
    }  # fmt: skip


def declarations(*, documents: bool = False) -> list[str]:
    """What is declared when shipping bills are filed (Forms G, H and HA)."""
    if documents:
        return declarations_of_documents(_("We are authorised by the consignors to file, and to send these documents."))
    return [
        _("We are authorised by the exporters to file, and what is declared is true and complete."),
        _("No drawback, RoDTEP or RoSCTL is claimed on these goods."),
        _("If we receive a document that contradicts a declaration, we will report it to the Commissioner of Customs."),
    ]


_LABEL = gettext_lazy("CSB-IV and CSB-V, one shipping bill a HAWB")


def _filings(table: Table) -> list[dict[str, Any]]:
    return [declared(one) for one in table.prepared[1]]


register(FileKind(KIND, _LABEL, COLUMNS, _judge_file, _sum_up, _save_file, _context, filings=_filings))
