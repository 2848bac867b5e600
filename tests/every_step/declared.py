"""What the generated tests need besides the declarations: a document at each stage, and answers for each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.access import StationRole
from accounts.advisories import Advisory
from accounts.grants import Offer
from accounts.models import AuthorisedCourier, Custodian, CustomsStation, Importer, User
from accounts.roles import Group, Role
from bills.models import (
    BillAmendment,
    BillCancellation,
    CourierBillOfEntry,
    Disposal,
    ManualClearance,
    ManualForm,
    PenaltyDemand,
    ProvisionalAssessment,
    RateFile,
    ReturnToOrigin,
    RiskDeparture,
)
from bonds.models import Bond, BondMaster
from counter.models import Visit
from eccs.workflow import Document, Step
from helpdesk.models import HelpTicket
from manifests.models import ExpressCargoManifest, ManifestAmendment
from payments.models import BankDifference, BankMessage, CashWithdrawal, Challan
from rms.models import RiskRule
from tests.every_step import directory, exports
from tests.every_step.answers import DETENTION, GUARANTEE, ORDER, REMARKS, REPORT, SECURITY, WHY, why
from tests.factories.advisories import advisory
from tests.factories.amendments import amendment
from tests.factories.bills import bill, decision
from tests.factories.bonds import bond, bond_master
from tests.factories.challans import bank_difference, challan, funded, withdrawal
from tests.factories.counter import visit
from tests.factories.departures import departure
from tests.factories.directory import custodian, importer
from tests.factories.firms import registration
from tests.factories.manifests import manifest
from tests.factories.manual import bill_of_form, manual_clearance, manual_form, paper
from tests.factories.people import officer, station_role
from tests.factories.rates import rate_file
from tests.factories.requests import CHANGES, cancellation, penalty_demand, provisional_assessment
from tests.factories.requests import amendment as bill_amendment
from tests.factories.rules import risk_rule
from tests.factories.tickets import ticket
from tests.factories.transit import arrival, transfer
from tests.factories.uncleared import disposal, return_to_origin
from transit.models import CargoTransferManifest, TransferArrival

MODELS: tuple[type[Document], ...] = (
    User, StationRole, ExpressCargoManifest, ManifestAmendment, CourierBillOfEntry, BillAmendment, BillCancellation,
    ProvisionalAssessment, PenaltyDemand, ReturnToOrigin, Disposal, ManualClearance, ManualForm,
    Challan, BankDifference, CashWithdrawal, Bond, BondMaster, Advisory, RateFile, CargoTransferManifest, TransferArrival, RiskRule, RiskDeparture, HelpTicket,
    AuthorisedCourier, Custodian, Importer, Visit, *exports.MODELS,
)  # fmt: skip
NATIONAL = (AuthorisedCourier, Importer, RateFile)  # within the reach of a role at any station


@dataclass(frozen=True)
class Case:
    """How a document of one kind is made, and what its steps are answered."""

    make: Callable[..., Any]
    answers: dict[str, Callable[[Any], dict[str, Any]]] = field(default_factory=dict)
    # what a step wants on its document
    before: dict[str, Callable[[Any], dict[str, Any]]] = field(default_factory=dict)


def _owed(one: Any) -> dict[str, Any]:
    return {"amount": str(one.amount_due), "challan": "1911402718"}


def _recomputed(one: Any) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    return {
        "total_duty": str(one.total_duty),
        "heads": one.duty_heads,
        "rates_on": today,
        "before": str(one.total_duty),
    }


def _heard(_one: Any) -> dict[str, Any]:
    decided = decision("BOTH")
    return {"decision": decided.pk, "lane": "BOTH", "documents": "", "rules": ["N-0099"]}


def _in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def _registration(stage: str, **given: Any) -> Any:
    return registration(stage, **{"pan": "AABCL1207Q", **given})


CASES: dict[type[Document], Case] = {
    Visit: Case(visit),
    User: Case(
        officer,
        {
            **dict.fromkeys(
                ("suspend", "reactivate", "leave", "unlock", "reset_second_factor", "send_password_link"), why
            ),
            "give_role": lambda _one: {
                "role": Offer("ASSESSING_OFFICER", "BLR"), "since": timezone.localdate(), "reason": WHY,
                "despite_conflict": True,
            },
            "end_posting": lambda one: {"posting": one.postings.get(), "on": timezone.localdate(), "reason": WHY},
            "transfer": lambda _one: {
                "station": CustomsStation.objects.get(pk="COK"), "on": timezone.localdate(), "reason": WHY,
            },
            "change_details": lambda _one: {"full_name": "Kavya Rao", "email": "rao@eccs.example", "reason": WHY},
        },
    ),
    StationRole: Case(
        station_role,
        {
            "change": lambda _one: {"activities": ["courierbillofentry.mark_suspicious"], "reason": WHY},
            "withdraw": why,
            "reopen": why,
        },
    ),
    ExpressCargoManifest: Case(
        manifest, {"feed_igm": lambda _one: {"igm_number": "2914407", "actual_arrival": timezone.now()}}
    ),
    ManifestAmendment: Case(
        amendment,
        {
            "record_weight": lambda _one: {"hawb": "SWF7731904425", "declared": "4.200", "actual": "5.100"},
            "request_amendment": lambda _one: {"reason": "The consignee moved."},
            "reject_amendment": lambda _one: {"remarks": "The invoice says otherwise."},
            "carry_with_bill": lambda _one: {"amendment": "AMD_BLR_2026-2027_000001"},
        },
    ),
    CourierBillOfEntry: Case(
        bill,
        {
            "raise_query": lambda _one: {"question": "Which battery is inside?", "documents_wanted": "Data sheet"},
            "reply_to_query": lambda _one: {"reply": "A lithium cell of 40 mAh."},
            "return_to_assessing_officer": lambda _one: {"remarks": "The invoice is missing a page."},
            "confirm_payment": _owed,
            "credit_payment": _owed,
            "recompute_duty": _recomputed,
            "send_back_for_assessment": lambda _one: {
                "reason": "Item 1: 85183000 is not in the tariff.", "rates_on": timezone.localdate().isoformat(),
            },
            "mark_suspicious": lambda _one: {"remarks": "A dense block in the lid."},
            "report_examination": lambda _one: REPORT,
            "report_first_check_examination": lambda _one: REPORT,
            "order_re_examination": REMARKS,
            "detain": DETENTION,
            "issue_detention_memo": DETENTION,
            "reply_to_detention_memo": lambda _one: {"reply": "The letter is attached."},
            "lift_detention": REMARKS,
            "refer_detained_goods": REMARKS,
            "refer_to_assessing_officer": REMARKS,
            "release_provisionally": lambda _one: SECURITY,
            "adjudicate": lambda _one: {"outcome": "RELEASE", **ORDER},
            "finalise": lambda _one: ORDER,
            "stop": REMARKS,
            "clear_stop": REMARKS,
            "send_for_adjudication": REMARKS,
            "request_amendment": lambda _one: {"changes": CHANGES, "reason": "The invoice was misread."},
            "request_cancellation": lambda _one: {"reason": "Filed twice."},
            "close_request": lambda _one: {"request": "AMD_BLR_2026-2027_000001"},
            "amend": lambda _one: {"amendment": "AMD_BLR_2026-2027_000001", "changes": CHANGES},
            **dict.fromkeys(("hear_rms", "hear_rms_again"), _heard),
            "request_departure": lambda one: {
                "what": "EXAMINATION" if one.stage == "EXAMINATION" else "ASSESSMENT", "reason": "Perishable, X-ray is clear.",
            },
            "depart_from_rms": lambda _one: {"departure": "DEP_BLR_2026-2027_000001", "what": "EXAMINATION"},
            "carry_pieces": lambda one: {
                "hawb": one.consignment, "before": 1, "after": 2, "excess": True, "whole": False,
                "amendment": "ECM_BLR_2026-2027_01_A01",
            },
            "carry_details": lambda one: {"hawb": one.consignment, "amendment": "ECM_BLR_2026-2027_01_A01"},
            "end_wait_for_weight": lambda one: {"since": one.stage_since.isoformat()},
            "cancel": lambda _one: {"cancellation": "CAN_BLR_2026-2027_000001"},
            "return_to_origin": lambda _one: {"permission": "RTO_BLR_2026-2027_000001"},
            "clear_manually": lambda one: {  # what holds it came later
                "form": "MCF_BLR_2026-2027_000001", "collected": "900", "cleared_at": (one.stage_since - timedelta(1)).isoformat(),
            },
            "dispose": lambda _one: {"permission": "DSP_BLR_2026-2027_000001"},
        },
        {
            "record_arrival": lambda _model: {"arrived": True},
            "record_arrival_for_first_check": lambda _model: {"arrived": True},
            "request_departure": lambda _model: {"assessment_required": True, "examination_prescribed": True},
        },
    ),
    BillAmendment: Case(bill_amendment, {"process": REMARKS, "reject": REMARKS}),
    BillCancellation: Case(cancellation, {"verify": REMARKS, "reject": REMARKS}),
    ProvisionalAssessment: Case(
        provisional_assessment,
        {
            "finalise_assessment": lambda _one: {
                "heads": {"BCD": "20", "IGST": "20"}, "assessable_value": "120.00", "remarks": "Report received.",
            },
            "return_final_assessment": REMARKS,
            "confirm_extra_duty": lambda _one: {"amount": "9", "challan": "1911402718"},
        },
    ),
    PenaltyDemand: Case(
        penalty_demand, {"confirm_penalty": lambda one: {"amount": str(one.amount), "challan": "1911402718"}}
    ),
    ReturnToOrigin: Case(
        return_to_origin,
        {
            "refuse": REMARKS,
            "record_return": lambda _one: {
                "airway_bill": "899-44172063", "flight": "ZZ319", "returned_on": timezone.localdate().isoformat(),
            },
            "put_on_manifest": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001"},
            "shut_out": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001", "reason": "No room."},
            **dict.fromkeys(
                ("depart", "record_egm"),
                lambda _one: {
                    "airway_bill": "899-44172063", "flight": "ZZ319", "egm_number": "7710042", "departed_at": timezone.now(),
                },
            ),
            "short_ship": lambda _one: {"manifest": "CEM_BLR_2026-2027_000001", "reason": "Found in the shed."},
        },
    ),
    Disposal: Case(
        disposal,
        {
            "refuse": REMARKS,
            "record_disposal": lambda _one: {
                "disposed_on": timezone.localdate().isoformat(), "reference": "Lot 7", "taken_over_by": "Banyan Traders",
                "proceeds": "900", "present": "K. Sethi, Superintendent",
            },
        },
    ),
    ManualClearance: Case(
        manual_clearance, {"reject": REMARKS, "reconcile": lambda _one: {"blank": 0}, "reopen": REMARKS}
    ),
    ManualForm: Case(
        manual_form,
        {
            "record_use": lambda _one: paper(manual_clearance("ENDED")),
            "link_bill": lambda one: {"bill": str(bill_of_form(one))},
            **dict.fromkeys(("spoil", "report_missing", "record_found", "withdraw_use", "return_to_courier"), REMARKS),
        },
    ),
    Challan: Case(
        challan,
        {
            **dict.fromkeys(
                ("verify_payment", "verify_silent_payment"), lambda _one: {"bank_transaction": "SBX261119140073318"}
            ),
            "report_late_payment": lambda _one: {"bank_transaction": "SBX261119140073318"},
            "report_difference": lambda one: {"bank_transaction": "SBX261119140073318", "amount": str((one.amount or 0) + 1)},
            **dict.fromkeys(
                ("refuse_late_payment", "give_up", "credit_difference", "refuse_difference"),
                lambda _one: {"remarks": "The bank pays it back."},
            ),
            "confirm_paid": lambda _one: {"bank_transaction": "SBX261119140073318", "told_by": "confirmation"},
        },
    ),
    CashWithdrawal: Case(
        withdrawal,
        {
            "record_payment_out": lambda _one: {
                "reference": "SBX261119140073318", "paid_on": timezone.localdate().isoformat(),
            },
            **dict.fromkeys(("verify", "refuse", "record_return", "record_coming_back"), REMARKS),
        },
    ),
    BankDifference: Case(bank_difference, dict.fromkeys(("settle", "credit_ledger"), REMARKS)),
    Bond: Case(
        bond,
        {
            "compute": lambda _one: {"base": "90000", "percent": "100", "security_percent": "25"},
            "enter_bond": lambda _one: {
                "executed_on": timezone.localdate().isoformat(), "valid_until": _in_days(365), **GUARANTEE,
            },
            **dict.fromkeys(
                ("request_renewal", "request_increase"),
                lambda one: {"valid_until": _in_days(500), "amount": str(one.amount), "reason": "It ends soon."},
            ),
            "enter_renewal": lambda one: {"valid_until": _in_days(500), "amount": str(one.amount), **GUARANTEE},
            "request_release": lambda _one: {"reason": "It is needed no more."},
            **dict.fromkeys(
                (
                    "return_for_computation", "refuse", "return_to_bond_maker", "refuse_renewal", "verify_release",
                    "refuse_release", "cancel",
                ),
                REMARKS,
            ),
        },
    ),
    CargoTransferManifest: Case(
        transfer,
        {
            "confirm_fee": lambda _one: {"challan": "1911402718"},
            "depart": lambda _one: {"conveyance": "ZZ901", "seal": "S-44"},
            "close_transfer": lambda _one: {"arrival": "CTA_DEL_2026-2027_000001"},
            "accept_certificate": lambda _one: {
                "certificate": "C/7", "certificate_on": timezone.localdate().isoformat(), "short": [],
            },
            **dict.fromkeys(("refuse", "cancel", "settle_short"), lambda _one: {"reason": WHY}),
        },
    ),
    TransferArrival: Case(
        arrival,
        {"record_arrival": REMARKS, "record_nothing": lambda _one: {"reason": WHY}},
        {"record_nothing": lambda _model: {"counted": False}},
    ),
    BondMaster: Case(bond_master, {"reject": REMARKS, "withdraw": REMARKS}),
    HelpTicket: Case(ticket, dict.fromkeys(("answer", "close_ticket", "ask_again"), lambda _one: {"text": "Press the button."})),
    Advisory: Case(advisory, {"withdraw": lambda _one: {"why": "The exercise is put off."}}),
    RateFile: Case(rate_file, dict.fromkeys(("refuse", "revoke"), REMARKS)),
    RiskDeparture: Case(departure, {"refuse": REMARKS}),
    RiskRule: Case(
        risk_rule,
        {
            **dict.fromkeys(("propose", "propose_version"), lambda _one: {"despite": True}),
            "write_version": lambda one: {"version": one.latest_no + 1, "title": "Trial rule, narrower"},
            **dict.fromkeys(("return_rule", "return_version", "suspend", "retire"), REMARKS),
        },
    ),
    **{model: Case(*told) for model, told in exports.CASES.items()},
    AuthorisedCourier: Case(_registration, directory.COURIER, directory.COURIER_BEFORE),
    Custodian: Case(custodian, directory.CUSTODIAN),
    Importer: Case(importer, directory.IMPORTER),
}  # fmt: skip


def late_payment(one: Challan, outcome: str = BankMessage.Outcome.LATE, paise: int = 0) -> None:
    """The bank reported a payment after the challan was given up, or another one than the challan's."""
    BankMessage.objects.create(
        nonce=f"n{one.pk}", sort=BankMessage.Sort.CONFIRMATION, challan=one, challan_number=str(one.number),
        bank_transaction="SBX261119140073318", amount_paise=one.paise + paise, status="PAID",
        outcome=outcome,
    )  # fmt: skip


def wants_more(model: type[Document], declared: Step) -> bool:
    """Whether the step wants more on its document than its stage brings."""
    return declared.name in CASES[model].before or declared.name in (
        "accept_late_payment", "credit_difference", "pay_from_ledger",
    )  # fmt: skip


def ready(model: type[Document], declared: Step, stage: str, **given: Any) -> Any:
    """A document at a stage on which the step could be taken, were the stage the right one."""
    case = CASES[model]
    more = case.before.get(declared.name, lambda _model: {})(model)
    made = case.make(stage, **more, **given)
    if declared.name == "accept_late_payment":
        late_payment(made)
    if declared.name == "credit_difference":
        late_payment(made, BankMessage.Outcome.DIFFERS, paise=100)
    if declared.name == "pay_from_ledger":
        funded(made)
    return made


def at_stage(model: type[Document], stage: str) -> Any:
    """A document at a stage, whatever may be done there."""
    return CASES[model].make(stage)


def answers(model: type[Document], declared: Step, one: Any) -> dict[str, Any]:
    """What the step's form would answer."""
    return CASES[model].answers.get(declared.name, lambda _one: {})(one)


def right_role(declared: Step, stage: str) -> str:
    """The role that takes the step at that stage; where a step belongs to several desks, the stage names the desk."""
    return declared.roles_at(stage)[0]


def wrong_roles(declared: Step) -> list[Role]:
    """Everybody else."""
    return [role for role in Role if role not in declared.roles and role.group is not Group.SYSTEM]


def every_stage() -> list[tuple[type[Document], str]]:
    """Each stage of each kind of document."""
    return [(model, stage) for model in MODELS for stage in model.stage_order()]


def every_source() -> list[tuple[type[Document], str, str]]:
    """Each step at each stage where it is declared."""
    return [(m, name, stage) for m, stage in every_stage() for name, one in m.steps().items() if stage in one.sources]
