"""Filing: from checked declarations to numbered bills with value, duty, risk decision and the first line of the trail.

One bill from a draft, and thousands from a file, go the same way; thousands go set-wise, by COPY.
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
from bills import returns, routing
from bills.columns import CHARGES, COLUMNS, ITEM, ITEM_E
from bills.draft_rows import judge_draft
from bills.dues import late_charge
from bills.duty.levies import HEADS
from bills.filing_images import give_images, judge_images
from bills.filing_together import refuse_faults, write_filed
from bills.flight import Flight
from bills.form_e import whole
from bills.kinds import EXEMPTED_BY, Kind, Nature
from bills.models import BillInvoice, CourierBillOfEntry, FormE, Item
from bills.reading import Prepared, judge
from bills.reckoning import heads_of_duty
from bills.stages import Stage
from bills.xi.filing import file_documents
from counter.sealing import on_behalf
from eccs import trail
from eccs.copying import Mould, next_ids
from eccs.identifiers import PERSONAL_IMPORT_IEC, mask_aadhaar
from eccs.models import Upload
from eccs.money import grouped, rupees
from eccs.upload_runner import Kind as FileKind
from eccs.upload_runner import register
from eccs.uploads import Table
from eccs.uploads.checks import Tell, nobody
from eccs.workflow import Refused, why_not
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest
from rms.deciding import Asked
from rms.decision import Decided
from rms.facts import PLACES, ConsignmentFacts
from rms.history import Goods
from rms.models import RiskDecision

_item = Mould(Item()).cast
ZIP_LABEL = gettext_lazy("ZIP with the images that the file names, at most 100 MiB (optional)")
DECLARED = (
    "government", "eou", "repair_and_return", "ecommerce", "iec_branch", "gstin", "state_code", "ad_code", "invoice_number",
    "invoice_date", "invoice_terms", "currency", *CHARGES, "return_of", "hawb_image", "invoice_image",
)  # fmt: skip


def complete(
    bill: CourierBillOfEntry, one: Prepared, flight: Flight, decided: Decided, at: datetime
) -> list[models.Model]:
    """Put what was declared, reckoned and decided on a bill, and return its items, and of a CBE-XIV its invoices and blocks."""
    header = one.header
    for name in DECLARED:
        setattr(bill, name, header[name])
    individual = header["kyc_type"] in ("AADHAAR", "PAN", "PASSPORT", "VOTER_ID")
    bill.iec = header["iec"] or (PERSONAL_IMPORT_IEC if individual else "")
    bill.kyc_type = header["kyc_type"]
    bill.kyc_number = mask_aadhaar(header["kyc_number"]) if bill.kyc_type == "AADHAAR" else header["kyc_number"]
    bill.kyc_token = one.kyc_token
    bill.filed_at, bill.presented_on, bill.rates_on = at, flight.presented_on, flight.rates_on
    bill.goods, bill.first_cth, bill.item_count = one.items[0]["description"], one.items[0]["cth"], len(one.items)
    exchange = flight.exchange.rate(header["currency"], flight.presented_on)
    assert exchange is not None
    bill.exchange_rate, bill.exchange_unit, bill.exchange_source = exchange.rate, exchange.unit, exchange.notification
    bill.arrived_at = one.hawb.arrived_at
    bill.late_charge = late_charge(flight.manifest.actual_arrival, flight.presented_on, flight.manifest.station_id)
    set_duty(bill, one)
    bill.facilitated, bill.risk_pending = decided.lane == "FACILITATED", decided.lane == "PENDING"
    bill.assessment_required = decided.lane in ("ASSESSMENT", "BOTH", "PENDING")  # waits there until the RMS decides
    bill.examination_prescribed = decided.lane in ("EXAMINATION", "BOTH")
    unsold = returns.papers_of_jewellery(header, one.items)
    bill.documents_required = "; ".join(filter(None, (decided.documents_required, unsold)))
    blocks = _blocks(bill, one, flight)
    if bill.images_compulsory() and not (one.images_at_hand and bill.hawb_image and bill.invoice_image):
        wanted = _("Images of the house airway bill and of the invoice")
        bill.documents_required = "; ".join(filter(None, (bill.documents_required, wanted)))
    bill.documents_complete = not bill.documents_required
    return [*items_of(bill, one), *blocks]


def _blocks(bill: CourierBillOfEntry, one: Prepared, flight: Flight) -> list[models.Model]:
    """The blocks and invoices of a CBE-XIV. A special request, particulars still owed, or a price between related parties, is for an officer to look at."""
    if bill.kind != Kind.XIV:
        return []
    form_e = FormE(bill_id=bill.pk, **whole(one.form_e, flight, government=bill.government))
    invoices = []
    for place, told in enumerate(one.invoices, 1):
        exchange = flight.exchange.rate(told["currency"], flight.presented_on)
        assert exchange is not None
        invoices.append(
            BillInvoice(
                bill_id=bill.pk, place=place, **told | {"valuation_rule": told["valuation_rule"] or "3"},
                exchange_rate=exchange.rate, exchange_unit=exchange.unit, exchange_source=exchange.notification,
            )
        )  # fmt: skip
    asked = form_e.first_check or form_e.provisional_documents or form_e.first_proviso
    if asked or any(invoice.related for invoice in invoices):
        bill.assess_anew()
    return [form_e, *invoices]


def set_duty(bill: CourierBillOfEntry, one: Prepared) -> None:
    """The value and the duty as reckoned, in rupees."""
    bill.assessable_value, bill.total_duty = one.assessable_value, one.duty.total
    bill.duty_heads = heads_of_duty(one.duty)


def items_of(bill: CourierBillOfEntry, one: Prepared) -> list[Item]:
    """The items with their share of the value and their duty by head."""
    items = []
    declared_of_item = (*ITEM, *ITEM_E, "invoice_place") if bill.kind == Kind.XIV else (*ITEM, "invoice_place")
    for given, value, duty in zip(one.items, one.values, one.duty.items, strict=True):
        bcd, aidc, sws, igst, cess = duty.heads
        told = {name: given[name] for name in declared_of_item}
        if duty.forgone and one.duty.exempted and not told["notification"]:
            told["notification"] = EXEMPTED_BY[Nature(told["nature"])]
        items.append(
            _item(
                bill_id=bill.pk, **told, assessable_value=value, bcd=bcd, aidc=aidc, sws=sws,
                igst=igst, cess=cess, duty_forgone=duty.forgone, total_duty=duty.total,
            )
        )  # fmt: skip
    return items


def facts_of(bill: CourierBillOfEntry, one: Prepared, flight: Flight) -> ConsignmentFacts:
    """What the RMS may look at."""
    hawb, header = one.hawb, one.header
    return ConsignmentFacts(
        kind=bill.kind, station=bill.station_id, courier=flight.manifest.courier.number or "", hawb=hawb.number,
        consignor=hawb.consignor_name, consignor_country=hawb.consignor_country, consignee=hawb.consignee_name,
        consignee_city=hawb.consignee_city, kyc_type=header["kyc_type"],
        kyc_token=one.kyc_token, iec=header["iec"] or "", gstin=header["gstin"] or "",
        assessable_value=one.assessable_value, weight_kg=hawb.gross_weight_kg, packages=hawb.packages,
        ecommerce=header["ecommerce"], comes_back=bool(header[returns.NAME]), tariff_items=tuple(i["cth"] for i in one.items),
        origins=tuple(i["country_of_origin"] for i in one.items), descriptions=tuple(i["description"] for i in one.items),
        address=hawb.consignee_address, route=flight.manifest.airport_of_shipment, flight=flight.manifest.flight_number,
        unit_values=tuple(
            (value / i["quantity"]).quantize(PLACES) for i, value in zip(one.items, one.values, strict=True) if i["quantity"]
        ),
        actual_weight_kg=hawb.actual_weight_kg,
    )  # fmt: skip


def asked_of(bill: CourierBillOfEntry, one: Prepared, flight: Flight) -> Asked:
    """A bill as the RMS is asked about it."""
    goods = [
        Goods(given["cth"], given["uom"], value / given["quantity"])
        for given, value in zip(one.items, one.values, strict=True)
        if given["quantity"]
    ]
    return Asked(facts_of(bill, one, flight), goods)


def declared(one: Prepared) -> dict[str, Any]:
    """What was declared, for the trail; an Aadhaar number stays masked."""
    header = dict(one.header)
    if header["kyc_type"] == "AADHAAR":
        header["kyc_number"] = mask_aadhaar(header["kyc_number"])
    told = {
        "hawb": one.hawb.number, **_given(header | one.form_e), "items": [_given(item) for item in one.items],
        "assessable_value": one.assessable_value, "total_duty": one.duty.total,
    }  # fmt: skip
    return {**told, "invoices": [_given(invoice) for invoice in one.invoices]} if one.form_e else told


def _given(told: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in told.items() if v not in (None, "", False) and (k, v) != ("invoice_place", 1)}


def file_many(
    flight: Flight, prepared: list[Prepared], actor: Actor, at: datetime, tell: Tell = nobody
) -> list[CourierBillOfEntry]:
    """File the bills of a flight set-wise: a COPY a table and one number series a form, inside the caller's transaction.

    Raises Refused where the courier or the person may not file; then nothing has changed. `tell` hears how many items
    are done.
    """
    manifest, step = flight.manifest, CourierBillOfEntry.steps()["file"]
    blank = _blank(manifest, prepared[0], actor)
    mould = Mould(blank)
    if reasons := why_not(blank, step, actor):
        raise Refused(reasons, manifest)
    role = actor.acts_as(step.activity_at(Stage.DRAFT), blank)
    keys = next_ids(CourierBillOfEntry, len(prepared))
    decision_keys = next_ids(RiskDecision, len(prepared))
    begun = [
        mould.cast(
            {"hawb": one.hawb}, id=key, kind=one.header["form"], hawb_id=one.hawb.pk, filed_by_id=actor.user_id,
            risk_decision_id=decision_key, stage_since=at,
        )
        for key, decision_key, one in zip(keys, decision_keys, prepared, strict=True)
    ]  # fmt: skip
    answers = flight.risk_desk().decide(
        [asked_of(bill, one, flight) for bill, one in zip(begun, prepared, strict=True)], at
    )
    bills, decisions, entries = [], [], []
    belongings: dict[type[models.Model], list[models.Model]] = {Item: [], FormE: [], BillInvoice: []}
    for bill, decision_key, one, answer in zip(begun, decision_keys, prepared, answers, strict=True):
        decided, decision = answer.decided, answer.decision
        decision.pk = decision_key
        for made in complete(bill, one, flight, decided, at):
            belongings[type(made)].append(made)
        bill.__dict__["stage"] = routing.after_filing(bill).value
        bills.append(bill)
        decisions.append(decision)
        entries.append(
            trail.Entry(
                bill, at=at, step="file", from_stage=Stage.DRAFT, to_stage=bill.stage, by_id=actor.user_id, by_name=actor.name,
                role=role, answers={}, snapshot=declared(one),
            )
        )  # fmt: skip
        tell(len(belongings[Item]))
    write_filed(bills, entries, belongings, decisions)
    return bills


def _blank(manifest: ExpressCargoManifest, one: Prepared, actor: Actor) -> CourierBillOfEntry:
    assert actor.user_id is not None
    return CourierBillOfEntry(
        kind=one.header["form"], station_id=manifest.station_id, courier=manifest.courier, manifest=manifest, hawb=one.hawb,
        created_by_id=actor.user_id,
    )  # fmt: skip


def file_draft(bill: CourierBillOfEntry) -> Iterable[models.Model]:
    """File one draft inside the gate: refused with every fault, or completed and its items returned to be written."""
    if bill.is_documents:
        file_documents(bill)
        return []
    if reason := why_no_bills(bill.manifest):
        raise Refused([reason], bill)
    flight, table, prepared = judge_draft(bill, lock=True)
    refuse_faults(bill, table)
    at, one = bill.taken_at, prepared[0]
    answer = flight.risk_desk().decide([asked_of(bill, one, flight)], at)[0]
    answer.decision.save()
    bill.risk_decision = answer.decision
    items = complete(bill, one, flight, answer.decided, at)
    bill.filed_by_id, bill.draft = bill.taken_by.user_id, {}
    bill.snapshot_for_trail = {**declared(one), **on_behalf(bill)}
    return items


def why_no_bills(manifest: ExpressCargoManifest) -> str:
    """Why no CBE-XII, XIII or XIV is filed for the shipments of a manifest, or nothing."""
    if manifest.stage in (ManifestStage.DRAFT, ManifestStage.DISCARDED):
        return _("The manifest is not submitted yet: bills are filed for a submitted manifest.")
    if manifest.is_documents:
        return _("The manifest is of documents: they are cleared on CBE-XI, not on CBE-XII, CBE-XIII or CBE-XIV.")
    return ""


def _flight_of(upload: Upload, *, lock: bool) -> Flight:
    manifest = ExpressCargoManifest.objects.select_related("courier", "station").get(pk=upload.subject_id)
    if reason := why_no_bills(manifest):
        raise Refused([reason], manifest)
    return Flight.load(manifest, lock=lock)


def _judge_file(upload: Upload, table: Table) -> None:
    flight = _flight_of(upload, lock=connection.in_atomic_block)
    prepared = judge(flight, table)
    for one in prepared:
        one.images_at_hand = bool(upload.companion)
    table.prepared = (flight, prepared)
    if upload.state != Upload.State.SAVING:  # the ZIP was looked through when the file was checked
        judge_images(upload, table)


def _sum_up(upload: Upload, table: Table) -> dict[str, Any]:
    _flight, prepared = table.prepared
    dearest = max(prepared, key=lambda one: one.assessable_value)
    return {
        "bills": len(prepared), "items": sum(len(one.items) for one in prepared),
        "forms": dict(Counter(one.header["form"] for one in prepared)),
        "assessable_value": str(sum((one.assessable_value for one in prepared), Decimal(0))),
        "total_duty": str(sum((one.duty.total for one in prepared), Decimal(0))),
        "free": sum(1 for one in prepared if not one.duty.total),
        "dearest": [dearest.hawb.number, str(dearest.assessable_value)],
    }  # fmt: skip


def _save_file(upload: Upload, table: Table, user_id: int) -> dict[str, Any]:
    flight, prepared = table.prepared
    at = timezone.now()
    bills = file_many(flight, prepared, Actor.of(User.objects.get(pk=user_id)).by_key(upload.via), at, table.tell)
    return {"filed": len(bills), "first": bills[0].number, "last": bills[-1].number, "filed_at": at.isoformat()}


def _dearest(sums: dict[str, Any]) -> tuple[str, str]:
    hawb, value = sums.get("dearest", ("–", "0"))
    return hawb, rupees(Decimal(value), 2)


def heads_of(bill: CourierBillOfEntry) -> list[tuple[str, Decimal]]:
    """The duty of a bill by head, in the order of the law."""
    return [(head, Decimal(bill.duty_heads.get(head, "0"))) for head in HEADS]


def _context(upload: Upload) -> dict[str, Any]:
    manifest = ExpressCargoManifest.objects.select_related("courier").get(pk=upload.subject_id)
    step, sums = CourierBillOfEntry.steps()["file"], upload.summary
    template = CourierBillOfEntry(courier=manifest.courier, station_id=manifest.station_id)
    return {
        "subject": manifest, "files": CourierBillOfEntry, "manifest": manifest, "done_template": "bills/upload_done.html",
        "caption": f"{manifest} · {manifest.flight_number} · {manifest.airport_of_shipment}",
        "upload_url": reverse("bill-upload", args=[manifest.key]), "facts": [], "companion_label": ZIP_LABEL,
        "heading": ngettext("%(n)s bill is ready to file", "%(n)s bills are ready to file", sums.get("bills", 0))
        % {"n": grouped(sums.get("bills", 0))},
        "sums": [
            *((_("Bills of entry, %(form)s") % {"form": form}, grouped(count)) for form, count in sorted(sums.get("forms", {}).items())),
            (_("Items"), grouped(sums.get("items", 0))),
            (_("Assessable value"), rupees(Decimal(sums.get("assessable_value", "0")), 2)),
            (_("Duty as declared"), rupees(Decimal(sums.get("total_duty", "0")))),
            (_("Bills with no duty to pay"), grouped(sums.get("free", 0))),
            (_("Highest value"), "{}, {}".format(*_dearest(sums))),
            *([(_("ZIP of images"), upload.companion_name)] if upload.companion else []),
        ],
        "declarations": [
            _("We are authorised by the consignees to file these bills, and what they declare is true and complete."),
            _("If we receive a document that contradicts a declaration, we will report it to the Commissioner of Customs."),
        ],
        "button": _("Sign and file %(n)s bills") % {"n": grouped(sums.get("bills", 0))},
        "next_words": _("Each bill gets its number at once. Duty can be paid as soon as the bills are filed; the goods go to X-ray when duty is paid and every package has arrived."),
        "hindrances": lambda actor: step.reasons_not(template, actor),
        "may_sign": lambda actor: not actor.why_not(step.activity_at(Stage.DRAFT), template),
    }  # fmt: skip


_LABEL = gettext_lazy("CBE-XII, CBE-XIII and CBE-XIV, one bill a HAWB")


def _filings(table: Table) -> list[dict[str, Any]]:
    return [declared(one) for one in table.prepared[1]]


register(FileKind("cbe", _LABEL, COLUMNS, _judge_file, _sum_up, _save_file, _context, give_images, _filings))
