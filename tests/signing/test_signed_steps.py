"""Which steps are signed: what PN17 2.4 names, and the orders of officers; and that what is tried for signing is what is then taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.permissions import SYSTEM
from accounts.roles import Group, Role
from eccs.signing import gate, presenting
from eccs.signing.gate import Presented
from eccs.signing.models import Certificate, Signature
from eccs.steps import SIGNED_FILING, SIGNED_ORDER
from eccs.workflow import Document, Refused, take
from tests.every_step import declared as d
from tests.factories.firms import actor
from tests.signing.test_filings import demand

ASKED = "request_amendment request_cancellation reply_to_query reply_to_detention_memo submit_compulsory_documents file"
FILINGS = {  # PN17 2.4: bills, replies to queries and detention memos, and whatever else the trade and the custodian submit
    "manifests.expresscargomanifest": "submit",
    "manifests.manifestamendment": "request_amendment",
    "bills.courierbillofentry": ASKED,
    "bills.manualform": "link_bill",
    "bills.returntoorigin": "request withdraw record_return",
    "bills.disposal": "propose withdraw record_disposal",
    "exports.couriershippingbill": f"{ASKED} back_to_town",
    "exports.courierexportmanifest": "file request_amendment",
    "exports.exportamendment": "ask",
    "transit.cargotransfermanifest": "submit depart",
    "transit.transferarrival": "record_arrival record_nothing",
    "bonds.bond": "request request_renewal request_increase request_release withdraw",
}
DECIDED = "approve reject"
DIRECTORY = (
    "register extend_to_station enter_bond withdraw_from_station enter_signatory enter_examination end_signatory "
    "change_particulars renew suspend restore reactivate accept_surrender revoke"
)
ORDERS = {
    "manifests.manifestamendment": "approve_amendment reject_amendment",
    "bills.courierbillofentry": (
        "raise_query report_first_check_examination report_examination give_out_of_charge detain issue_detention_memo "
        "lift_detention release_provisionally adjudicate finalise"
    ),
    "bills.billamendment": DECIDED, "bills.billcancellation": DECIDED, "bills.manualclearance": DECIDED,
    "bills.provisionalassessment": "approve_final_assessment",
    "bills.returntoorigin": "permit refuse", "bills.disposal": "permit refuse",
    "exports.couriershippingbill": (
        "raise_query report_examination give_let_export_order detain lift_detention adjudicate"
    ),
    "exports.exportamendment": DECIDED, "exports.exportcancellation": DECIDED, "exports.exportmanifestamendment": DECIDED,
    "transit.cargotransfermanifest": "approve refuse",
    "bonds.bond": (
        "approve refuse register approve_increase register_renewal refuse_renewal permit_release refuse_release cancel"
    ),
    "accounts.authorisedcourier": DIRECTORY,
    "accounts.custodian": "enter change_particulars suspend restore end_appointment",
    "accounts.importer": "enter change_particulars suspend restore cancel",
}  # fmt: skip
UNSIGNED = {  # what a signatory or an importer alone does, and need not sign, with the reason
    "accounts.authorisedcourier": {"enter": "the beginning of an entry that is nothing before it is registered", "discard": "the same"},
}  # fmt: skip


def documents() -> list[type[Document]]:
    """Every kind of document."""
    return [model for model in apps.get_models() if issubclass(model, Document)]


def listed(rule: str) -> set[tuple[str, str]]:
    """The steps that are signed by one rule."""
    return {(m._meta.label_lower, s.name) for m in documents() for s in m.steps().values() if s.signed == rule}


def pairs(told: dict[str, str]) -> set[tuple[str, str]]:
    """The list above, one by one."""
    return {(kind, name) for kind, names in told.items() for name in names.split()}


def test_2_4_what_trade_and_custodian_submit_is_signed() -> None:
    assert listed(SIGNED_FILING) == pairs(FILINGS)


def test_orders_of_officers_are_signed() -> None:
    assert listed(SIGNED_ORDER) == pairs(ORDERS)


def test_whatever_a_signatory_or_an_importer_alone_submits_is_signed() -> None:
    alone = {Role.COURIER_SIGNATORY, Role.IMPORTER, Role.JOINT_COMMISSIONER}
    missed = [
        (model._meta.label_lower, one.name) for model in documents() for one in model.steps().values()
        if not one.signed and set(one.roles) <= alone and one.name not in UNSIGNED.get(model._meta.label_lower, {})
    ]  # fmt: skip
    assert not missed


def test_a_filing_is_of_the_trade_and_the_custodian_and_an_order_of_customs() -> None:
    for model in documents():
        for one in model.steps().values():
            groups = {Role(role).group for role in one.roles} - {Group.SYSTEM}
            if one.signed == SIGNED_ORDER:
                assert groups == {Group.CUSTOMS}, (model, one.name)
            elif one.signed:
                assert Group.CUSTOMS not in groups, (model, one.name)


TAKEN = [
    (model, one.name) for model in d.MODELS for one in model.steps().values() if one.signed and one.sources and one.roles != (Role.SYSTEM,)
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "name"), TAKEN, ids=lambda one: one.__name__ if isinstance(one, type) else one)
def test_a_signed_step_waits_for_the_signature_and_is_taken_as_it_was_tried(model: type[Document], name: str) -> None:
    declared = model.steps()[name]
    stage = declared.sources[0]
    one = d.ready(model, declared, stage)
    given = d.answers(model, declared, one)
    by = actor(d.right_role(declared, stage), station="DEL" if model in d.NATIONAL else "BLR")
    demand(rule=declared.signed, station=getattr(one, "station_id", None) or "")
    with pytest.raises(Refused, match="must be digitally signed"):
        take(one, name, by, **given)
    with gate.on_trial() as trial:
        take(one, name, by, **given)
    assert not Signature.objects.exists() and model._default_manager.get(pk=one.pk).stage == stage
    leaves, content = presenting.written(trial.found, declared, by)
    assert json.loads(content)["step"] == name and len(leaves) == 1
    with gate.under(Presented(leaves, content, b"a signature", _certificate(by), by.person_id)):
        take(one, name, by, **given)
    row = Signature.objects.get()
    assert (row.kind, row.document_id, row.step) == (model._meta.label_lower, one.pk, name)
    assert by is not SYSTEM


def _certificate(by: Any) -> Certificate:
    now = timezone.now()
    return Certificate.objects.create(
        owner_id=by.person_id, der=b"", fingerprint="0" * 64, name=by.name, issuer="A CA", serial="1", valid_from=now, valid_until=now
    )  # fmt: skip
