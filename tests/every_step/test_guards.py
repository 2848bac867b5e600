"""Each guard of each step refuses in its own words, and nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.advisories import Advisory, not_over
from accounts.clearance import belongs_to_customs, can_be_reached_by_mail, held_by_nobody, is_composed
from accounts.directory import registration
from accounts.models import AuthorisedCourier, Posting
from bills.clearance import guards, risk
from bills.manual.clearance import nothing_is_decided_first
from bills.models import CourierBillOfEntry, UnclearedNotice
from bills.rate_files import clearance as rates
from bills.stages import Stage
from bills.uncleared.clearance import bill_is_not_closed, disposal_is_open, return_is_open
from bonds.clearance import guarantees_suffice, nothing_secured
from bonds.models import Bond
from counter.clearance import serves_nobody_else
from counter.discarding import begun_at_the_counter
from counter.models import SealedPrint
from counter.sealing import sealed_print_attached
from eccs import dated_rules, trail
from eccs.dated_rules import DatedRule
from eccs.workflow import Document, Guard, Refused, Step, buttons, take, take_many
from exports.clearance import amending as manifest_amending
from exports.clearance import guards as leaving
from exports.clearance.leaving import goods_may_leave, no_open_amendment, something_leaves
from exports.models import ExportManifestLine
from manifests.amendment_clearance import (
    adjudicated,
    manifest_as_it_was,
    not_what_the_scale_showed,
    says_something,
    touches_nothing_locked,
)
from manifests.clearance import (
    courier_in_force,
    courier_in_force_or_left_on_paper,
    has_shipments,
    not_on_hold,
    signatory_examined,
)
from payments.cash.withdrawing import balance_suffices
from payments.clearance import (
    bank_takes_it,
    bills_on_no_other_challan,
    bills_still_due,
    difference_is_on_no_ledger,
    late_payment_reported,
    ledger_pays,
)
from payments.models import BankAuthorisation, BankMessage, CashAccount, Challan, ChallanLine
from payments.reconciling.clearance import ledger_takes_it
from rms import clearance as rules
from tests.every_step import declared as d
from tests.every_step.directory import day
from tests.every_step.test_every_step import named
from tests.factories.amendments import amendment
from tests.factories.bills import bill, examined_too_little
from tests.factories.challans import challan
from tests.factories.counter import operator_serving, visit, who_began
from tests.factories.departures import departure
from tests.factories.directory import importer
from tests.factories.firms import actor, courier, person
from tests.factories.manual import manual_form
from tests.factories.rates import rate_file
from tests.factories.shipping import export_departure, export_manifest, manifest_amendment
from transit import clearance as gates
from transit.models import TransferScan

pytestmark = pytest.mark.django_db


def _set(one: Any, **given: Any) -> None:
    type(one)._default_manager.filter(pk=one.pk).update(**given)


def on_another_challan(one: Challan) -> None:
    line = one.lines.get()
    other = Challan.objects.create(
        station=one.station, courier=one.courier, amount=1, bill_count=1, created_by=one.created_by, number="1911999999"
    )
    ChallanLine.objects.create(challan=other, bill=line.bill, amount=line.amount, live=True)


def _asked_to_depart(one: Any) -> object:
    return departure(of=one) if isinstance(one, CourierBillOfEntry) else export_departure(of=one)


BREAK: dict[Guard, tuple[Callable[[Any], object], str]] = {
    sealed_print_attached: (lambda _one: SealedPrint.objects.all().delete(), "signed and sealed by the customer"),
    begun_at_the_counter: (lambda one: _set(one, created_by=person("Om Shah")), "own people began this draft"),
    serves_nobody_else: (lambda _v: visit("CALLED", operator=person("Uma Pillai")), "finish with that customer first"),
    has_shipments: (lambda m: _set(m, hawb_count=0), "no house airway bill"),
    courier_in_force: (lambda _m: _suspend(), "registration"),
    courier_in_force_or_left_on_paper: (lambda _m: _suspend(), "registration"),
    guards.courier_in_force_or_cleared_on_paper: (lambda _b: _suspend(), "registration"),
    signatory_examined: (lambda _m: _order_examinations(), "holds no examination"),
    return_is_open: (
        lambda r: _set(r.hawb.manifest, actual_arrival=timezone.now()),
        "less than 15 days",
    ),
    bill_is_not_closed: (lambda r: bill(Stage.RETURNED, hawb=r.hawb), "may only be sent back"),
    guards.importer_files_own_goods: (lambda b: _set(b, importer=importer()), "The importer files this bill"),
    guards.discarded_by_whoever_began_it: (lambda b: _set(b, importer=importer()), "The importer began this draft"),
    disposal_is_open: (lambda _d: UnclearedNotice.objects.all().delete(), "Missing: the notice"),
    not_on_hold: (lambda b: _set(b.hawb, held_since=timezone.now()), "is on hold"),
    says_something: (lambda a: a.lines.all().delete(), "changes nothing"),
    touches_nothing_locked: (lambda a: bill(Stage.ASSESSMENT, hawb=a.manifest.hawbs.get()), "is filed for it"),
    adjudicated: (
        lambda a: _set(a.manifest, stage="ARRIVED", igm_number="2914407", actual_arrival=timezone.now()),
        "needs an adjudication",
    ),
    not_what_the_scale_showed: (lambda a: _set(a, of_weight=True), "beyond the tolerance"),
    manifest_as_it_was: (lambda a: _set(a.manifest.hawbs.get(), consignee_city="Hubli"), "has changed since"),
    guards.documents_complete: (lambda b: _set(b, documents_complete=False), "compulsory documents"),
    guards.duty_not_in_doubt: (
        lambda b: _set(b, unreckoned="Item 1 is not in the tariff."),
        "Missing: the assessment. Item 1 is not in the tariff.",
    ),
    guards.duty_paid: (lambda b: _set(b, duty_paid=0), "is not paid"),
    guards.all_packages_arrived: (lambda b: _set(b, arrived_at=None), "not every package has arrived"),
    guards.xray_recorded: (lambda b: _set(b, xray_result=""), "X-ray result is not recorded"),
    guards.examination_reported: (lambda b: _set(b, examination_prescribed=True), "examination report"),
    guards.examined_as_prescribed: (examined_too_little, "10 percent of the packages were examined"),
    guards.compulsory_documents_attached: (lambda b: b.attachments.all().delete(), "attach the documents"),
    nothing_is_decided_first: (
        lambda f: _set(f.bill, stage="DETAINED", detained_from="ASSESSMENT", holds="QUERY AMENDMENT"),
        "Waits for the decision on what was requested",
    ),
    guards.cleared_on_no_paper: (
        lambda b: manual_form("USED", courier=b.courier, hawb=b.hawb.number),
        "was cleared on paper form",
    ),
    guards.no_open_query: (lambda b: _set(b, holds="QUERY"), "answer to an open query"),
    guards.no_detention: (lambda b: _set(b, holds="DETENTION"), "detention is not lifted"),
    guards.no_stop: (lambda b: _set(b, holds="STOP"), "stop of the DC/AC is not cleared"),
    guards.rms_has_decided_on_goods: (lambda b: _set(b, risk_pending=True), "was away"),
    guards.no_open_amendment: (lambda b: _set(b, holds="AMENDMENT"), "requested amendment"),
    guards.no_open_cancellation: (lambda b: _set(b, holds="CANCELLATION"), "requested cancellation"),
    guards.no_open_manifest_amendment: (lambda b: amendment(hawb=b.hawb), "decision of the DC/AC on"),
    guards.not_detained_already: (lambda b: _set(b, holds="DETENTION"), "detained already"),
    guards.goods_not_released: (lambda b: _set(b, released_at=timezone.now()), "have been released provisionally"),
    guards.not_examined_yet: (lambda b: _set(b, examined_at=timezone.now()), "have been examined already"),
    guards.memo_not_answered: (lambda b: b.detentions.update(replied_at=timezone.now()), "is answered already"),
    guards.by_the_desk_that_detained: (
        lambda b: b.detentions.update(activity="courierbillofentry.detain.STOPPED"),
        "Another desk detained the goods",
    ),
    leaving.every_piece_scanned: (lambda b: _set(b, packages_in=0), "0 of 1 packages are scanned"),
    leaving.nothing_has_left: (
        lambda b: ExportManifestLine.objects.create(manifest=export_manifest("EXPORTED"), bill=b, in_part=True),
        "have left with CEM_BLR",
    ),
    leaving.on_no_manifest: (lambda b: export_manifest("DRAFT", of=b), "take them off it first"),
    goods_may_leave: (lambda m: m.lines.all().delete(), "No shipping bill stands on"),
    something_leaves: (lambda m: m.lines.update(live=False), "Everything was shut out"),
    no_open_amendment: (lambda m: manifest_amendment(of=m), "decided or withdrawn first"),
    manifest_amending.manifest_as_it_was: (lambda a: _set(a.manifest, flight_number="ZZ902"), "has changed since"),
    leaving.rms_decided: (lambda b: _set(b, risk_pending=True), "was away when the goods"),
    leaving.goods_registered: (lambda b: _set(b, registered_at=None), "not registered at the terminal"),
    risk.rms_has_decided: (lambda b: _set(b, risk_pending=True), "was away"),
    risk.something_is_prescribed: (
        lambda b: _set(b, assessment_required=False, examination_prescribed=False),
        "prescribes nothing",
    ),
    leaving.of_goods: (lambda b: _set(b, kind="CSB-III"), "is not assessed"),
    leaving.fine_paid: (lambda b: _set(b, holds="FINE"), "fine or penalty of the order is not paid"),
    leaving.weighs_as_declared: (lambda b: _set(b, actual_weight_kg=20), "the goods weigh 20.000 kg, declared 9.400"),
    risk.no_departure_is_asked_for: (_asked_to_depart, "waits for the DC/AC already"),
    risk.still_prescribed: (lambda one: _set(one.bill, examination_prescribed=False), "no longer prescribed"),
    rules.version_can_come_into_force: (lambda one: _set(one, latest_no=9), "Nothing is written yet"),
    rules.version_is_new: (lambda one: _set(one, latest_no=1), "No new version is written"),
    rules.back_in_force: (lambda one: _set(one, in_force_no=0), "never in force"),
    guards.not_held: (lambda r: _set(r.bill, stage=Stage.STOPPED, stopped_from=Stage.DUTY), "that ends first"),
    guards.goods_have_left: (lambda p: _set(p.bill, stage=Stage.XRAY, out_of_charge_at=None), "not Out of Charge yet"),
    bills_still_due: (lambda _c: CourierBillOfEntry.objects.update(total_duty=40), "has changed since"),
    bills_on_no_other_challan: (on_another_challan, "another challan"),
    belongs_to_customs: (lambda p: _set(p, courier=courier()), "Only officers"),
    can_be_reached_by_mail: (lambda p: _set(p, email=""), "e-mail address"),
    held_by_nobody: (
        lambda r: Posting.objects.create(user=person(), station_role=r, station_id=r.station_id),
        "Held by Nila Joshi",
    ),
    is_composed: (lambda r: _set(r, standard="XRAY_OFFICER", activities=[]), "A standard role"),
    registration.operates_at_a_station: (lambda c: c.stations.all().delete(), "No station is entered"),
    registration.security_entered: (lambda c: c.stations.update(bond_amount=None), "bond is not entered"),
    registration.has_signatories: (lambda c: c.signatories.all().delete(), "No signatory"),
    registration.registration_has_an_end: (lambda c: _set(c, valid_until=None), "valid until it is revoked"),
    registration.nothing_owed: (lambda c: _set(bill(Stage.DUTY), courier=c), "1 bill waits for duty"),
    registration.silent_for_too_long: (lambda c: _set(c, active_from=day()), "year has not passed"),
    registration.inactivity_is_near: (lambda c: _set(c, active_from=day()), "not near"),
    registration.end_is_near: (lambda c: _set(c, valid_until=day(99)), "not near"),
    not_over: (lambda _a: _over(), "last day has passed"),
    nothing_secured: (lambda b: _set(b, balance=b.amount - 1), "The bond secures"),
    rates.is_checked: (lambda f: _set(f, upload=None), "not checked yet"),
    rates.is_to_come: (lambda f: _set(f, first_day=day(-1)), "has passed"),
    rates.is_compared_with_what_stands: (lambda _f: rate_file("APPROVED"), "Other rates were approved"),
    rates.has_not_begun: (lambda f: _set(f, first_day=day()), "has come"),
    rates.is_the_last: (lambda _f: rate_file("APPROVED", turn=9), "approved since"),
    guarantees_suffice: (lambda b: b.guarantees.update(amount=1), "have a guarantee entered"),
    gates.courier_of_transfer_in_force: (lambda _t: _suspend(), "registration"),
    gates.may_be_submitted: (lambda t: t.lines.update(live=False), "at least one shipment"),
    gates.bond_suffices: (lambda _t: Bond.objects.update(balance=1), "short"),
    gates.fee_is_paid: (lambda t: _set(t, fee_paid_at=None), "fee is not paid"),
    gates.on_no_challan: (
        lambda t: ChallanLine.objects.create(
            challan=challan(), transfer=t, amount=t.fee, heads={"fee": str(t.fee)}, live=True
        ),
        "withdraw it first",
    ),
    gates.nothing_gated_out: (
        lambda t: TransferScan.objects.create(transfer=t, way="OUT", code="X", at=timezone.now(), by=person()),
        "has begun to let",
    ),
    gates.gate_is_in_order: (lambda t: t.lines.update(packages_out=0), "what leaves first"),
    gates.nothing_arrived: (
        lambda a: TransferScan.objects.create(transfer=a.transfer, way="IN", code="X", at=timezone.now(), by=person()),
        "has arrived: record",
    ),
    gates.something_arrived: (lambda a: a.transfer.scans.all().delete(), "Scan or tick"),
    bank_takes_it: (lambda _c: BankAuthorisation.objects.all().delete(), "not authorised at this station"),
    ledger_pays: (lambda _c: CashAccount.objects.of_firms().update(balance=0), "cannot be debited"),
    balance_suffices: (lambda _w: CashAccount.objects.of_firms().update(balance=0), "cannot be debited"),
    ledger_takes_it: (lambda d: _set(d, there_paise=0), "no more than stands paid"),
    difference_is_on_no_ledger: (lambda _c: BankMessage.objects.all().delete(), "named no other payment"),
    late_payment_reported: (lambda _c: BankMessage.objects.all().delete(), "no late payment"),
}


def _over() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Advisory.objects.update(from_date=yesterday, until=yesterday)


def _order_examinations() -> None:
    DatedRule.objects.create(name="signatory_examination", from_date=timezone.localdate(), value="on", source="Order 7")
    dated_rules.forget()


def _suspend() -> None:
    AuthorisedCourier.objects.update(stage="SUSPENDED", suspended_on=timezone.localdate(), suspension_order="SUS/1")


def every_guard() -> list[tuple[type[Document], str, Guard]]:
    return [(model, name, guard) for model in d.MODELS for name, step in model.steps().items() for guard in step.guards]


@pytest.mark.parametrize(
    ("model", "name", "guard"), every_guard(), ids=lambda v: v if isinstance(v, str) else getattr(v, "__name__", None)
)
def test_a_guard_refuses_and_says_why_and_no_other_does(model: type[Document], name: str, guard: Guard) -> None:
    """Without it the gate would be open: no guard stands in for another. What the database refuses besides is a second lock."""
    step = model.steps()[name]
    stage = step.sources[0]
    one = d.ready(model, step, stage)
    by = operator_serving(one) if guard is sealed_print_attached else actor(d.right_role(step, stage))
    if guard is begun_at_the_counter:
        by = who_began(one, by)
    breaks, words = BREAK[guard]
    assert not [b.reasons for b in buttons(one, by) if b.step is step and b.reasons]
    breaks(one)
    one = model._default_manager.get(pk=one.pk)
    with pytest.raises(Refused, match=words):
        take(one, name, by, **d.answers(model, step, one))
    assert model._default_manager.get(pk=one.pk).stage == stage
    shown = next(b for b in buttons(one, by) if b.step is step)
    assert any(words in reason.replace("\u00a0", " ") for reason in shown.reasons)
    without = replace(step, guards=tuple(other for other in step.guards if other is not guard))
    assert without.reasons_not(one, by) == []


@pytest.mark.parametrize(
    ("stage", "role"), [(Stage.FOR_OUT_OF_CHARGE, "ASSESSING_OFFICER"), (Stage.ASSESSMENT, "SHED_SUPERINTENDENT")]
)
def test_a_query_is_raised_by_the_desk_where_the_bill_stands(stage: str, role: str) -> None:
    one = d.CASES[CourierBillOfEntry].make(stage)
    with pytest.raises(Refused, match="This is for the desk of"):
        take(one, "raise_query", actor(role), question="Why?")


def kept_apart() -> list[tuple[type[Document], str, str]]:
    return [(m, name, other) for m in d.MODELS for name, step in m.steps().items() for other in step.apart_from]


@pytest.mark.parametrize(("model", "name", "other"), kept_apart(), ids=named)
def test_whoever_took_the_one_step_does_not_take_the_other(model: type[Document], name: str, other: str) -> None:
    step, earlier = model.steps()[name], model.steps()[other]
    stage = step.sources[0]
    one = d.ready(model, step, stage)
    free = d.ready(model, step, stage) if step.many else one
    by, somebody_else = actor(d.right_role(step, stage)), actor(d.right_role(step, stage), name="Om Shah")
    took(one, earlier, by)
    words = f"You took “{earlier.label}”"
    assert [b.reasons for b in buttons(one, by) if b.step is step] == [
        [f"{words} on this document: somebody else takes this step."]
    ]
    with pytest.raises(Refused, match=words):
        take(one, name, by, **d.answers(model, step, one))
    if step.many:
        outcome = take_many(model, [one.pk, free.pk], name, by, **d.answers(model, step, one))
        assert [moved.pk for moved in outcome.moved] == [free.pk]
    assert take(one, name, somebody_else, **d.answers(model, step, one)).stage in step.targets


def took(one: Document, step: Step, by: Any) -> None:
    """The document's trail says that this person took the step on it."""
    source = step.sources[0] if step.sources else ""
    entry = trail.Entry(
        one, at=timezone.now(), step=step.name, from_stage=source, to_stage=one.stage, by_id=by.user_id,
        by_name=by.name, role=step.roles[0], answers={},
    )  # fmt: skip
    trail.insert_lines(one.trail_model, trail.seal_entries([entry]))
    _set(one, trail_length=one.trail_length, trail_head=one.trail_head)


def test_every_missing_thing_is_named_at_once() -> None:
    one = d.CASES[CourierBillOfEntry].make(
        Stage.FOR_OUT_OF_CHARGE, duty_paid=0, xray_result="", arrived=False, examination_mandated=True
    )
    with pytest.raises(Refused) as refused:
        take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    assert len(refused.value.reasons) == 4
