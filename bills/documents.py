"""The papers of a bill, made from its records: the Courier Bill of Entry and the Out of Charge order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bills import claims, declarations, dues, form_e_shown, rates
from bills.detention_paper import DetentionPaper, draw_detention
from bills.duty.exemptions import Exemption, Exemptions
from bills.duty.levies import LEVIES, BasicCustomsDuty, Charge, other_unit
from bills.duty.tariff import Rate
from bills.form_e_paper import InvoiceLine
from bills.forms.words import LABELS
from bills.kinds import Kind
from bills.models import CourierBillOfEntry, DetentionMemo, Item, OutOfCharge
from bills.papers import (
    BillPaper,
    ChargeLine,
    DutyLine,
    ItemLine,
    OutOfChargePaper,
    PaymentLine,
    draw_bill,
    draw_out_of_charge,
)
from bills.secured_paper import secured_by
from bills.summary import SUMS
from bills.workings_paper import workings_of
from bills.xi.papers import FormB, bags_of, draw_form_b, lines_of, parties_of_documents
from eccs import archive_files, barcodes
from eccs.dated_rules import rule_book
from eccs.money import grouped, to_rupee
from eccs.papers import Head, day, footing, moment
from eccs.papers import Kind as PaperKind
from eccs.workflow import Document

FORMS = {Kind.XI: "B", Kind.XII: "C", Kind.XIII: "D", Kind.XIV: "E"}
PRINTED = {"SWS": "SW SRCHRG", "CESS": "CMPNSTRY"}  # the words of the form where they differ from ours
RELATED = ("station", "courier", "manifest", "hawb__master", "filed_by", "order__by")


def courier_bill_of_entry(bill: CourierBillOfEntry, printed_by: str = "") -> bytes:
    """The Courier Bill of Entry as PDF (Form B for CBE-XI, C for CBE-XII, D for CBE-XIII, E for CBE-XIV)."""
    whole = _whole(bill)
    if whole.is_documents:
        return draw_form_b(form_b(whole, printed_by))
    return draw_bill(bill_paper(whole, printed_by))


def out_of_charge_order(bill: CourierBillOfEntry, printed_by: str = "") -> bytes:
    """The Out of Charge order of a bill as PDF. There must be one."""
    return draw_out_of_charge(order_paper(_whole(bill), printed_by))


def detention_memo(memo: DetentionMemo, printed_by: str = "") -> bytes:
    """A detention memo as PDF (PN17 7(e), 7(l))."""
    return draw_detention(detention_paper(memo, printed_by))


def detention_paper(memo: DetentionMemo, printed_by: str = "") -> DetentionPaper:
    """What stands on the detention memo; the officer is named by office alone."""
    bill = _whole(memo.bill)
    return DetentionPaper(
        head=head_of(bill, _("Detention memo"), _("Goods detained"), printed_by, PaperKind.DETENTION, number=memo.number or ""),
        issued=moment(memo.issued_at), bill=bill.number or "", form=bill.kind, filed=moment(bill.filed_at),
        manifest=bill.manifest.number or "-", flight=bill.manifest.flight_number,
        goods=_goods(bill), grounds=memo.grounds,
        documents_wanted=memo.documents_wanted or _("None"), assessable_value=bill.assessable_value,
        duty=bill.total_duty, **_parties(bill),
    )  # fmt: skip


def _whole(bill: CourierBillOfEntry) -> CourierBillOfEntry:
    """The bill with everything its papers name, in one query."""
    whole: CourierBillOfEntry = CourierBillOfEntry.objects.select_related(*RELATED).get(pk=bill.pk)
    return whole


def bill_paper(bill: CourierBillOfEntry, printed_by: str = "") -> BillPaper:
    """What stands on the Courier Bill of Entry."""
    hawb, items = bill.hawb, list(bill.items.all())
    assert hawb is not None  # a CBE-XI has a paper of its own
    used = sorted({item.notification for item in items if item.notification})
    return BillPaper(
        head=head_of(bill, f"{PaperKind.BILL.label}-{bill.kind.removeprefix('CBE-')}", _form(bill), printed_by, PaperKind.BILL),
        status=_status(bill), filed=moment(bill.filed_at), **_parties(bill), **_flight(bill),
        ucr=hawb.ucr, gstin=bill.gstin, iec=bill.iec, iec_branch=bill.iec_branch, ecommerce=_yes(bill.ecommerce),
        kyc_document=bill.kyc_type, kyc_id=bill.kyc_number, state_code=bill.state_code, ad_code=bill.ad_code,
        government=_("Government") if bill.government else _("NonGovernment"), special_request=_special_request(bill),
        **_invoice_words(bill, items),
        notification=", ".join(used) or _("None"),
        assessable_value=bill.assessable_value, duty=bill.total_duty, interest=bill.interest,
        signed=_signed(bill),
        out_of_charge=_given(bill), items=tuple(_item_lines(bill, items)), charges=tuple(_charges(bill)),
        payments=tuple(_payments(bill)), duty_heads=tuple(_heads(bill)), blocks=tuple(form_e_shown.blocks(bill)),
        invoices=tuple(_invoices(bill, items)), declarations=tuple(declarations.printed(bill)),
        workings=workings_of(bill, items), secured=secured_by(bill),
    )  # fmt: skip


def form_b(bill: CourierBillOfEntry, printed_by: str = "") -> FormB:
    """What stands on the CBE-XI."""
    title = f"{PaperKind.BILL.label}-{bill.kind.removeprefix('CBE-')}"
    told = _parties(bill)
    return FormB(
        head=head_of(bill, title, _form(bill), printed_by, PaperKind.BILL), status=_status(bill), filed=moment(bill.filed_at),
        **{name: told[name] for name in ("courier", "courier_registration", "igm", "hawb", "mawb", "packages", "weight")},
        **_flight(bill), bags=bags_of(bill), signed=_signed(bill), out_of_charge=_given(bill), lines=lines_of(bill),
    )  # fmt: skip


def _flight(bill: CourierBillOfEntry) -> dict[str, Any]:
    """The flight as every form of the bill heads it."""
    manifest = bill.manifest
    landed = timezone.localtime(manifest.actual_arrival or manifest.scheduled_arrival)
    return {
        "manifest": manifest.number or "-", "airline": manifest.airline, "flight": manifest.flight_number,
        "airport_of_arrival": f"{bill.station.name} ({bill.station_id})", "first_port": manifest.first_port_of_arrival,
        "arrival_date": f"{landed:%d/%m/%Y}", "arrival_time": f"{landed:%H:%M} IST",
        "airport_of_shipment": manifest.airport_of_shipment, "country_of_exportation": manifest.country_of_exportation,
    }  # fmt: skip


def _signed(bill: CourierBillOfEntry) -> str:
    """Who declared it, where and when."""
    return f"{bill.filed_by.full_name if bill.filed_by else '-'}\n{bill.station.name}, {moment(bill.filed_at)}"


def _invoice_words(bill: CourierBillOfEntry, items: list[Item]) -> dict[str, Any]:
    """The invoice of the bill; of several, how many there are."""
    count = len({item.invoice_place for item in items})
    if count > 1:
        told = _("%(count)d invoices, listed under “Invoices”") % {"count": count}
        return {"invoice": told, "invoice_value": "-", "exchange_rate": "-"}
    worth = sum((item.quantity * item.unit_price for item in items), Decimal(0))
    return {
        "invoice": f"{bill.invoice_number}, {day(bill.invoice_date)}, {bill.invoice_terms}",
        "invoice_value": f"{bill.currency} {grouped(worth, 2)}",
        "exchange_rate": _exchange(bill),
    }


def _invoices(bill: CourierBillOfEntry, items: list[Item]) -> Iterable[InvoiceLine]:
    for one in form_e_shown.invoices(bill, items):
        yield InvoiceLine(
            invoice=f"{one['number']}\n{one['date']}, {one['terms']}", items=", ".join(map(str, one["items"])),
            value=f"{one['worth']}\n{one['rate']}", assessable_value=one["value"],
            declared="\n".join(f"{label}: {value}" for label, value in one["rows"]),
        )  # fmt: skip


def _special_request(bill: CourierBillOfEntry) -> str:
    """What is asked on Form E beyond the usual clearance."""
    asked = ("first_check", "provisional_documents", "extension_48", "first_proviso")
    form_e = getattr(bill, "form_e", None) if bill.kind == Kind.XIV else None
    told = [str(LABELS[name]) for name in asked if form_e is not None and getattr(form_e, name)]
    return "; ".join(told) or _("None")


def order_paper(bill: CourierBillOfEntry, printed_by: str = "") -> OutOfChargePaper:
    """What stands on the Out of Charge order."""
    order: OutOfCharge = bill.order
    return OutOfChargePaper(
        head=head_of(bill, _("Out of Charge"), _("Order under section 47"), printed_by, PaperKind.OUT_OF_CHARGE, number=order.number or ""),
        bill=bill.number or "", form=bill.kind, filed=moment(bill.filed_at), manifest=bill.manifest.number or "-",
        flight=bill.manifest.flight_number, goods=_goods(bill), **_parties(bill),
        assessable_value=bill.assessable_value, duty=bill.total_duty, interest=bill.interest, paid=bill.duty_paid,
        payments=tuple(_payments(bill)), given_at=moment(order.given_at), given_by=_giver(order),
    )  # fmt: skip


def _goods(bill: CourierBillOfEntry) -> str:
    """The goods in a line, with the number of items."""
    if bill.hawb is None:
        return bill.goods
    return f"{bill.goods or bill.hawb.description} ({bill.item_count})"


def _parties(bill: CourierBillOfEntry) -> dict[str, Any]:
    """What all papers say of the shipment and of who sends, carries and receives it."""
    hawb, manifest, courier = bill.hawb, bill.manifest, bill.courier
    carried = {
        "courier": f"{courier.name}, {courier.address}", "courier_registration": courier.number,
        "igm": f"{manifest.igm_number}, {moment(manifest.actual_arrival)}" if manifest.igm_number else "-",
    }  # fmt: skip
    if hawb is None:
        return carried | parties_of_documents(bill)
    town = " ".join(part for part in (hawb.consignee_city, hawb.consignee_state, hawb.consignee_pin) if part)
    weighed = f"{hawb.actual_weight_kg.normalize():f} kg" if hawb.actual_weight_kg else _("not weighed")
    return carried | {
        "hawb": hawb.number,
        "mawb": hawb.master.number,
        "crns": tuple(hawb.pieces.order_by("part").values_list("crn", flat=True)),
        "consignor": f"{hawb.consignor_name}, {hawb.consignor_address} ({hawb.consignor_country})",
        "consignee": f"{hawb.consignee_name}, {hawb.consignee_address}, {town}",
        "packages": str(hawb.packages),
        "weight": f"{hawb.gross_weight_kg.normalize():f} kg, {weighed}",
    }


def head_of(bill: Document, title: str, subtitle: str, printed_by: str, kind: PaperKind, number: str = "") -> Head:
    """What stands at the top and foot of every paper of a bill."""
    number = number or bill.number or ""
    return Head(
        title=title, subtitle=subtitle, number=number, token=barcodes.token(number),
        place=_("Courier Terminal, %(station)s") % {"station": bill.station},  # type: ignore[attr-defined]
        address=f"{settings.PUBLIC_URL}{bill.get_absolute_url()}", foot=footing(printed_by, number, bill.trail_head), kind=kind,
    )  # fmt: skip


def _form(bill: CourierBillOfEntry) -> str:
    return _("%(form)s, for home consumption") % {"form": _("Form %(letter)s") % {"letter": FORMS[Kind(bill.kind)]}}


def _status(bill: CourierBillOfEntry) -> str:
    if bill.out_of_charge_at:
        return f"OOC ISSUED on {timezone.localtime(bill.out_of_charge_at):%d-%m-%Y %H:%M}"
    status = str(bill.get_stage_display())
    return _("%(status)s, assessed provisionally") % {"status": status} if bill.provisional else status


def _given(bill: CourierBillOfEntry) -> str:
    order = getattr(bill, "order", None)
    return f"{_giver(order)}\n{moment(order.given_at)}" if order else "-"


def _giver(order: OutOfCharge) -> str:
    if order.automatic or order.by is None:
        return _("ECCS: Auto Out of Charge (Circular 40/2019)")
    return _("%(officer)s, Shed Superintendent") % {"officer": order.by.full_name}


def _yes(value: bool) -> str:
    return _("Yes") if value else _("No")


def _exchange(bill: CourierBillOfEntry) -> str:
    if bill.exchange_rate is None:
        return "-"
    source = f", {bill.exchange_source}" if bill.exchange_source else ""
    return f"{bill.exchange_unit} {bill.currency} = ₹ {bill.exchange_rate.normalize():f}{source}"


def _item_lines(bill: CourierBillOfEntry, items: list[Item]) -> Iterable[ItemLine]:
    """The items, each with the rates of the day that its duty was worked out on."""
    on = bill.rates_on or bill.presented_on or timezone.localdate()
    tariff, sws = rates.tariff(item.cth for item in items), rates.sws_percent(on, bill.station_id)
    claimed = claims.of_items(items)
    book = rates.exemptions(claimed)
    for item in items:
        rate = tariff.rate(item.cth, on)
        relief = _relief(item, book, on) if rate and claimed else None
        yield ItemLine(
            number=str(item.item_no), cth=f"{item.cth[:4]} {item.cth[4:6]} {item.cth[6:]}",
            description=item.description, origin=item.country_of_origin,
            quantity=f"{item.quantity.normalize():f} {item.uom}",
            unit_price=grouped(item.unit_price.normalize(), 4 if item.unit_price % Decimal("0.01") else 2),
            value=grouped(item.quantity * item.unit_price, 2),
            assessable_value=item.assessable_value, duty=item.total_duty, forgone=item.duty_forgone,
            heads=tuple(_duty_lines(item, rate, sws, relief)), beside=tuple(filter(None, (item.why_free, *item.beside))),
        )  # fmt: skip


def _relief(item: Item, book: Exemptions, on: date) -> Exemption | None:
    """The exemption by which an item was reckoned; it was checked when it was."""
    if not item.claims or item.claim == claims.Decision.DENIED:
        return None
    return book.at(item.notification, item.notification_sl_no, on)


def _borne(rate: Rate, uom: str) -> Rate:
    """The rate as it was charged: a bill of long ago may count its goods in another unit than the duty by quantity."""
    return replace(rate, bcd_specific=None) if other_unit(rate, uom) else rate


def _duty_lines(item: Item, full: Rate | None, sws: Decimal, relief: Exemption | None) -> Iterable[DutyLine]:
    """The heads of an item: the rate it bears, and what is forgone of each by the exemption, the nature or the limit."""
    rate = relief.leaves(full) if relief and full and item.duty_forgone else full
    charge, without = (
        Charge(item.assessable_value, item.quantity, item.uom, _borne(one, item.uom), sws) if one else None
        for one in (rate, full)
    )
    for levy, amount in zip(LEVIES, (item.bcd, item.aidc, item.sws, item.igst, item.cess), strict=True):
        percent = levy.percent(charge) if charge else None
        if charge:
            levy.reckon(charge)
        forgone = to_rupee(levy.reckon(without)) - amount if without and item.duty_forgone else Decimal(0)
        specific = levy is BasicCustomsDuty and rate is not None and rate.bcd_specific
        yield DutyLine(
            head=PRINTED.get(levy.head, levy.head),
            ad_valorem="-" if percent is None else f"{percent.normalize():f} %" if percent else _("nil"),
            specific=f"₹ {rate.bcd_specific}/{rate.bcd_specific_unit}" if specific and rate else "-",
            forgone=forgone, amount=amount,
        )  # fmt: skip


def _heads(bill: CourierBillOfEntry) -> Iterable[tuple[str, Decimal]]:
    """The duty of the whole bill by head."""
    words = PRINTED | {
        "WAIVED": _("Not collected (section 25(6))"),
        "EXEMPTED": _("Duty forgone: free samples and gifts"),
        "FORGONE": _("Duty forgone: exemptions claimed"),
    }
    for head, amount in bill.duty_heads.items():
        yield words.get(head, head), Decimal(amount)
    for demand in dues.shown(bill)["demands"]:
        yield str(demand["name"]), demand["amount"]


def _charges(bill: CourierBillOfEntry) -> Iterable[ChargeLine]:
    """The charges declared, and those taken from the dated rule instead (Valuation Rules 2007, rule 10)."""
    if bill.kind == Kind.XIV:  # they stand with each invoice
        return
    for label, amount, currency in (
        (_("Freight"), bill.freight, ""), (_("Insurance"), bill.insurance, ""),
        (_("Inland charges"), bill.inland_charges, ""), (_("Discount"), bill.discount, bill.discount_currency),
    ):  # fmt: skip
        if amount is not None:
            yield ChargeLine(label, _("Declared"), f"{currency or bill.currency} {grouped(amount, 2)}")
    if bill.landing_charges is not None:
        worth = f"{bill.currency} {grouped(bill.landing_charges, 2)}"
        yield ChargeLine(_("Landing charges"), _("Declared, no part of the value"), worth)
    for label, amount, rule, terms in (
        (_("Freight"), bill.freight, "freight_cap_percent", ("FOB", "EXW", "C&I")),
        (_("Insurance"), bill.insurance, "insurance_percent", ("FOB", "EXW", "C&F")),
    ):
        if amount is None and bill.invoice_terms in terms:
            yield ChargeLine(label, _not_declared(rule, bill), "-")


def _not_declared(rule: str, bill: CourierBillOfEntry) -> str:
    """Of what the share is taken instead: of FOB, or of the sum with it that the price is."""
    percent = _percent(rule, bill)
    if bill.invoice_terms in SUMS:
        return _("Not declared: %(percent)s percent of %(base)s") % {
            "percent": percent,
            "base": SUMS[bill.invoice_terms],
        }
    return _("Not declared: %s percent of FOB") % percent


def _percent(rule: str, bill: CourierBillOfEntry) -> str:
    on: date = bill.presented_on or timezone.localdate()
    return f"{rule_book().amount(rule, on, bill.station_id).normalize():f}"


def _payments(bill: CourierBillOfEntry) -> Iterable[PaymentLine]:
    """What the bank confirmed, as the trail has it."""
    for line in archive_files.lines_of(bill, ("confirm_payment", "credit_payment")):
        yield PaymentLine(line.answers["challan"], moment(line.at), Decimal(line.answers["amount"]))
    for assessment in bill.provisional_assessments.exclude(extra_paid_at=None).order_by("pk"):  # what was paid finally
        for line in assessment.trail.filter(step="confirm_extra_duty"):
            yield PaymentLine(line.answers["challan"], moment(line.at), Decimal(line.answers["amount"]))
