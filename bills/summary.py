"""All of one bill for its page: parties, route, items, duty and its working, papers, queries; for officers the risk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills import altered, dues, form_e_shown, rates, workings_paper
from bills.assessment import reckon_again
from bills.clearance.provisional import ProvisionalStage
from bills.duty.levies import LEVIES
from bills.duty.statement import workings
from bills.duty.valuation import Valuation
from bills.filing import heads_of
from bills.kinds import TYPED, Kind
from bills.models import Attachment, CourierBillOfEntry, Item, ReturnToOrigin
from bills.models.clearable import Clearable
from bills.reckoning import Reckoned
from bills.stages import UNFILED, Stage
from eccs.dated_rules import rule_book
from eccs.money import grouped, rupees
from eccs.workflow import Refused
from manifests import lateness

CUSTOMS_STAGES = (
    Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.FIRST_CHECK_ARRIVAL, Stage.FIRST_CHECK, Stage.APPROVAL, Stage.QUERY,
    Stage.ADJUDICATION, Stage.DETAINED, Stage.STOPPED,
)  # fmt: skip
SUMS: dict[str, Any] = {"C&F": gettext_lazy("FOB and freight"), "C&I": gettext_lazy("FOB and insurance")}
"""On what a share is reckoned where the price is no FOB, but a sum with it (Valuation Rules 2007, rule 10(2), provisos)."""
XRAY_STAGES = (Stage.XRAY, Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE)


def summary(bill: CourierBillOfEntry, actor: Any) -> dict[str, Any]:
    """What the page of a bill shows to this person."""
    if bill.is_documents:
        return summary_of_documents(bill, actor)
    assert bill.hawb is not None
    if bill.stage in UNFILED:
        from bills.checking import check

        found = check(bill) if bill.stage == Stage.DRAFT else None
        return {
            "bill": bill,
            "page": "bills/draft.html",
            "check": found,
            "papers": bill.attachments.all(),
            "kinds": (Kind.XIV,) if bill.importer_id else TYPED,
        }
    if not sees_declaration(actor, bill):
        return {**_for_custodian(bill), "page": "bills/bill_custodian.html", "route": route(bill)}
    items = list(bill.items.all())
    told = {
        "bill": bill,
        "pays": actor.is_trade and actor.importer_id == bill.importer_id,
        "is_courier": actor.courier_id == bill.courier_id,
        "items": items,
        "packages": list(bill.hawb.pieces.order_by("part")),
        "papers": papers_for(bill, actor),
        "heads": heads(bill),
        "waived": Decimal(bill.duty_heads.get("WAIVED", "0")),
        "exempted": Decimal(bill.duty_heads.get("EXEMPTED", "0")),
        "forgone": sum((item.duty_forgone for item in items), Decimal(0)),
        "relieved": Decimal(bill.duty_heads.get("FORGONE", "0")),
        "altered": altered.altered(bill) if bill.assessed_at or bill.rates_on != bill.presented_on else (),
        "denied": altered.denied(items),
        **dues.shown(bill),
        "form_e": form_e_shown.blocks(bill),
        "form_e_invoices": form_e_shown.invoices(bill, items),
        "exchange": _exact(bill.exchange_rate) if bill.exchange_rate else "",
        **decisions(bill),
        "assessments": bill.provisional_assessments.exclude(stage=ProvisionalStage.SUPERSEDED).select_related("bond")
        if bill.assessed_at
        else (),
        **reckoning(bill, items),
        "set_by_officer": workings_paper.decided(bill, items),
    }
    if actor.is_trade:
        return {
            **told,
            "page": "bills/bill_courier.html",
            "stepper": stepper(bill),
            "courier_words": courier_words(bill),
        }
    told |= {"page": "bills/bill.html", "route": route(bill), "facts_limit": _limit(bill)}
    if actor.is_officer:  # what the RMS decided never leaves Customs
        told["decision"] = bill.risk_decision
    return told


def courier_words(bill: Clearable) -> str:
    """The words that a rule has for the trade, while the bill is with Customs: the only ones of it that leave Customs."""
    at_customs = bill.stage in (Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.EXAMINATION)
    return str(bill.risk_decision.courier_words) if at_customs and bill.risk_decision is not None else ""


def papers_for(bill: Clearable, actor: Any) -> Any:
    """The papers attached to a bill that this person may see."""
    if not sees_declaration(actor, bill):
        return bill.attachments.none()
    return bill.attachments.all() if actor.is_officer else bill.attachments.exclude(kind__in=Attachment.OFFICERS_ONLY)


def sees_declaration(actor: Any, bill: Clearable) -> bool:
    """Whether the person may read what a bill declares: officers, its firms, and whoever entered or filed it for a walk-in.

    The custodian's work needs the goods, where they are, and whether they may leave: not their value, whose they are by KYC, nor papers.
    """
    if actor.is_officer or actor.is_trade:
        return True
    entered = actor.user_id is not None and actor.user_id in (bill.created_by_id, bill.filed_by_id)
    return entered or (bill.stage == Stage.DRAFT and actor.serves(bill))


def _for_custodian(bill: CourierBillOfEntry) -> dict[str, Any]:
    """What whoever has the goods in custody is told of their bill."""
    return {
        "bill": bill, "order": getattr(bill, "order", None), "detentions": bill.detentions.all(),
        "packages": list(bill.hawb.pieces.order_by("part")) if bill.hawb else [],
    }  # fmt: skip


def decisions(bill: CourierBillOfEntry) -> dict[str, Any]:
    """What desks asked, found and decided on a bill of any form."""
    return {
        "queries": bill.queries.select_related("raised_by"),
        "examinations": bill.examinations.select_related("by"),
        "order": getattr(bill, "order", None),
        "detentions": bill.detentions.select_related("issued_by", "ended_by"),
        "penalty_demands": bill.penalty_demands.all() if bill.stage == Stage.CONFISCATED else (),
        "releases": bill.releases.select_related("bond"),
        "adjudications": bill.adjudications.select_related("by"),
        "requests": [
            *bill.amendments.all(),
            *bill.cancellations.all(),
            *ReturnToOrigin.objects.filter(hawb__isnull=False, hawb=bill.hawb_id),
        ],
        "back": bill.stage_labels().get(bill.goes_back_to, ""),
    }


def summary_of_documents(bill: CourierBillOfEntry, actor: Any) -> dict[str, Any]:
    """What the page of a CBE-XI shows to this person: the shipments by number, the flight, papers and decisions."""
    from bills.xi.shown import of_draft, of_shipments

    if bill.stage in UNFILED:
        return {"bill": bill, "page": "bills/xi_draft.html", **of_draft(bill)}
    if not sees_declaration(actor, bill):
        return {**_for_custodian(bill), "page": "bills/xi_custodian.html", **of_shipments(bill)}
    told = {
        "bill": bill, "is_courier": actor.courier_id == bill.courier_id, "papers": papers_for(bill, actor),
        **decisions(bill), **of_shipments(bill),
    }  # fmt: skip
    if actor.is_trade:
        return {**told, "page": "bills/xi_courier.html", "stepper": stepper(bill), "courier_words": courier_words(bill)}
    told |= {"page": "bills/xi.html", "heads": heads(bill)}
    if actor.is_officer:
        told["decision"] = bill.risk_decision
    return told


def heads(bill: CourierBillOfEntry) -> list[dict[str, Any]]:
    """The duty of the bill by head, in rupees."""
    return [
        {"head": levy.head, "name": levy.name, "amount": amount}
        for levy, (_head, amount) in zip(LEVIES, heads_of(bill), strict=True)
    ]


def reckoning(bill: CourierBillOfEntry, items: list[Item]) -> dict[str, Any]:
    """The value and the duty worked out again for show, line by line."""
    if bill.exchange_rate is None or bill.presented_on is None or not items:
        return {"lines": [_item_line(item) for item in items], "value_lines": []}
    on = bill.rates_on or bill.presented_on
    try:
        found = reckon_again(bill, items, rates.tariff(item.cth for item in items), on)
    except Refused:  # a rate that was withdrawn since: the figures stand, their working cannot be shown
        return {"lines": [_item_line(item) for item in items], "value_lines": []}
    sws = rates.sws_percent(on, bill.station_id)
    lines = [
        {
            **_item_line(item), "workings": workings(goods, sws_percent=sws), "exempted": goods.full is not None,
            "share": _share(bill, item, items, found),
        }
        for item, goods in zip(items, found.goods, strict=True)
    ]  # fmt: skip
    several = list(bill.invoices.all()) if bill.kind == Kind.XIV else []
    worth = sum((item.quantity * item.unit_price for item in items), Decimal(0)) if len(several) < 2 else None
    return {
        "lines": lines,
        "worth": worth,
        "invoices": several,
        "value_lines": value_lines(bill, items, found),
        "rates_day": on,
    }


def _share(bill: CourierBillOfEntry, item: Item, items: list[Item], found: Reckoned) -> str:
    """How the value of an invoice with several items was shared: what of its price, of what value in rupees; nothing of one item alone."""
    several = bill.kind == Kind.XIV and len(found.valuations) > 1
    own = [one for one in items if one.invoice_place == item.invoice_place] if several else items
    if len(own) == 1:
        return ""
    valuation = found.valuations[item.invoice_place - 1 if several else 0]
    told = {
        "worth": _exact(item.quantity * item.unit_price), "all": _exact(sum((one.quantity * one.unit_price for one in own), Decimal(0))),
        "value": rupees(valuation.assessable_value, 2),
    }  # fmt: skip
    words = _("%(worth)s of %(all)s of the invoice, of its value of %(value)s")
    dearest = max(own, key=lambda one: one.quantity * one.unit_price)
    return (words if item is not dearest else _("%(worth)s of %(all)s of the invoice, of its value of %(value)s, with the odd paise")) % told  # fmt: skip


def _item_line(item: Item) -> dict[str, Any]:
    """An item with its figures as people write them."""
    worth = item.quantity * item.unit_price
    return {
        "item": item,
        "worth": worth,
        "price": _exact(item.unit_price),
        "quantity": f"{item.quantity.normalize():f}",
    }


def value_lines(bill: CourierBillOfEntry, items: list[Item], found: Reckoned) -> list[dict[str, str]]:
    """How each invoice became its part of the assessable value (Valuation Rules 2007, rule 10(2))."""
    several = list(bill.invoices.all()) if bill.kind == Kind.XIV else []
    lines: list[dict[str, str]] = []
    for place, valuation in enumerate(found.valuations, 1):
        worth = sum((i.quantity * i.unit_price for i in items if i.invoice_place == place), Decimal(0))
        lines += invoice_lines(bill, several[place - 1] if several else bill, worth, valuation)
    return lines


def invoice_lines(bill: CourierBillOfEntry, invoice: Any, worth: Decimal, valuation: Valuation) -> list[dict[str, str]]:
    """One invoice: of a CBE-XIV one of several, of the others the one on the bill."""
    assert bill.presented_on is not None
    book, cur = rule_book(), invoice.currency
    cap = f"{book.amount('freight_cap_percent', bill.presented_on, bill.station_id).normalize():f}"
    cover = f"{book.amount('insurance_percent', bill.presented_on, bill.station_id).normalize():f}"
    notes = {
        "DECLARED": _("declared"),
        "INCLUDED": _("in the price"),
        "CAPPED": _("declared %(declared)s; by air at most %(cap)s percent of FOB counts")
        % {"declared": grouped(invoice.freight or 0, 2), "cap": cap},
    }
    told = f"{invoice.invoice_number}, {invoice.invoice_terms}" if bill.kind == Kind.XIV else invoice.invoice_terms
    lines = [_line(_("Invoice"), told, cur, worth)]
    if invoice.inland_charges and invoice.invoice_terms == "EXW":
        lines.append(_line(_("Inland charges"), _("to the airport of shipment"), cur, invoice.inland_charges))
    if charges := getattr(invoice, "charges", None):
        lines.append(_line(_("Loading and miscellaneous"), _("declared"), cur, charges))
    if invoice.discount:
        other, note = invoice.discount_currency or cur, _("taken off")
        if other != cur:  # what of the price is gone, by the rates of exchange of the day
            before = worth + (charges or 0) + (invoice.inland_charges or 0 if invoice.invoice_terms == "EXW" else 0)
            note = _("taken off, as %(amount)s") % {"amount": f"{cur} {_exact(before - valuation.base)}"}
        lines.append(_line(_("Discount"), note, other, invoice.discount))
    if invoice.landing_charges:
        lines.append(_line(_("Landing charges"), _("declared, no part of the value"), cur, invoice.landing_charges))
    if invoice.invoice_terms in SUMS:  # FOB is not told apart in the price: the rule takes the sum that is known
        base = {
            "cap": cap,
            "cover": cover,
            "base": SUMS[invoice.invoice_terms],
            "declared": grouped(invoice.freight or 0, 2),
        }
        notes["CAPPED"] = _("declared %(declared)s; by air at most %(cap)s percent of %(base)s counts") % base
        assumed = (
            _("not declared: %(cap)s percent of %(base)s") % base,
            _("not declared: %(cover)s percent of %(base)s") % base,
        )
    else:
        assumed = (
            _("not declared: %(cap)s percent of FOB") % {"cap": cap},
            _("not declared: %(cover)s percent of FOB") % {"cover": cover},
        )
    freight_note = notes.get(valuation.freight_note) or assumed[0]
    insurance_note = notes.get(valuation.insurance_note) or assumed[1]
    for label, note, amount, told in (
        (_("Freight"), freight_note, valuation.freight, valuation.freight_note),
        (_("Insurance"), insurance_note, valuation.insurance, valuation.insurance_note),
    ):
        shown = _line(label, note, cur, amount)
        lines.append({**shown, "amount": "–"} if told == "INCLUDED" else shown)
    if valuation.landing:
        lines.append(_line(_("Landing charges"), _("percent of CIF"), cur, valuation.landing))
    unit = f"{invoice.exchange_unit} {cur}" if invoice.exchange_unit != 1 else cur
    lines.append(
        {
            "label": _("CIF"),
            "amount": rupees(valuation.assessable_value, 2),
            "note": f"{cur} {_exact(valuation.cif)} × ₹ {_exact(invoice.exchange_rate)} / {unit}",
        }
    )
    return lines


def _line(label: str, note: str, currency: str, amount: Decimal) -> dict[str, str]:
    return {"label": label, "note": note, "amount": f"{currency} {_exact(amount)}"}


def _exact(amount: Decimal) -> str:
    """An amount as it is reckoned with: two places, more only where they are, and never more than six."""
    text = f"{amount.normalize():f}"
    _whole, _point, places = text.partition(".")
    return grouped(amount, min(max(2, len(places)), 6))


def _limit(bill: CourierBillOfEntry) -> Decimal:
    """The value limit that decides on the form of the bill: of samples for a CBE-XII, else that of CBE-XIII."""
    assert bill.presented_on is not None
    rule = "cbe_xii_sample_limit" if bill.kind == Kind.XII else "cbe_xiii_value_limit"
    return rule_book().amount(rule, bill.presented_on, bill.station_id)


def _at(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%d/%m/%Y %H:%M") if moment else ""


def route(bill: CourierBillOfEntry) -> list[dict[str, str]]:
    """The way of the shipment: what is behind it, where it is, what is to come."""
    manifest, hawb = bill.manifest, bill.hawb
    assert hawb is not None
    landed, arrived = manifest.actual_arrival, hawb.arrived_at
    weighed = hawb.actual_weight_kg
    came = {"count": hawb.packages_arrived, "all": hawb.packages}
    points = [
        {
            "label": f"{manifest.airport_of_shipment} ({manifest.country_of_exportation})",
            "note": manifest.airline,
            "state": "done",
        },
        {
            "label": f"{manifest.flight_number}, {hawb.master}",
            "state": "done" if landed else "",
            "note": _("scheduled %(at)s") % {"at": _at(manifest.scheduled_arrival)},
        },
        {
            "label": _("Landed %(station)s, IGM %(igm)s")
            % {"station": bill.station_id, "igm": manifest.igm_number or "–"},
            "note": f"{_at(landed) or _('to come')} {lateness.words(manifest)}".strip(),
            "state": "done" if landed else "",
        },
        {
            "label": _("Arrival scan, %(count)d of %(all)d") % came,
            "note": _at(arrived) or _("to come"),
            "state": "done" if arrived else "",
        },
    ]
    if weighed is not None:
        points.append(
            {"label": _("Weighed %(kg)s kg") % {"kg": f"{weighed.normalize():f}"}, "note": "", "state": "done"}
        )
    closed = bill.stage == Stage.OUT_OF_CHARGE
    here = {
        "label": str(bill.get_stage_display()),
        "note": _at(bill.stage_since),
        "state": "done" if closed else "here",
    }
    return [*points, here]


def stepper(bill: CourierBillOfEntry) -> list[dict[str, str]]:
    """The way of the bill in five words, for the courier."""
    stage = bill.stage
    done_duty = stage in (Stage.ARRIVAL, *XRAY_STAGES, Stage.OUT_OF_CHARGE)
    parts = [
        (_("Filed"), "done", _at(bill.filed_at)),
        (
            _("Customs"),
            "here" if stage in CUSTOMS_STAGES else "done",
            _("with Customs") if stage in CUSTOMS_STAGES else "",
        ),
        (
            _("Duty"),
            "here" if stage == Stage.DUTY else "done" if done_duty else "",
            _("to pay") if stage == Stage.DUTY else _at(bill.paid_at) or (_("nil") if done_duty else _("to come")),
        ),
        (
            _("Arrival"),
            "done" if bill.arrived_at else "here" if stage == Stage.ARRIVAL else "",
            _at(bill.arrived_at) or _("to come"),
        ),
        (
            _("X-ray"),
            "here" if stage in XRAY_STAGES else "done" if stage == Stage.OUT_OF_CHARGE else "",
            _at(bill.xray_at),
        ),
        (_("Out of Charge"), "done" if bill.out_of_charge_at else "", _at(bill.out_of_charge_at) or _("to come")),
    ]
    return [{"label": label, "state": state, "note": note} for label, state, note in parts]
