"""A custodian's program is told of what its own people may read at their terminal: of nothing else, and nothing of the RMS."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.directory.firms import CustodianStage
from accounts.models import CustomsStation, User
from api.models import Webhook
from api.webhooks import reach, telling
from bills.models import BillTrail, RiskDepartureTrail
from bills.stages import Stage
from eccs import notices
from eccs.workflow import take
from manifests.models import ManifestTrail
from payments.clearance import Stage as ChallanStage
from payments.models import ChallanTrail
from tests.api.conftest import Made
from tests.api.test_keys import browser
from tests.factories.api_keys import webhook
from tests.factories.bills import bill
from tests.factories.challans import challan
from tests.factories.directory import custodian
from tests.factories.firms import actor
from tests.factories.manifests import manifest

pytestmark = pytest.mark.django_db


def told(hook: Webhook) -> list[tuple[str, str, int]]:
    """The steps that a webhook is told of: of which document, which step, in which place."""
    sent = [event for one in hook.deliveries.order_by("pk") for event in one.events]
    return [(event["number"], event["step"], event["seq"]) for event in sent]


def line(kind: Any, document: Any, step: str, to_stage: str, seq: int) -> Any:
    """A line of a trail."""
    return kind.objects.create(
        document=document, seq=seq, at=timezone.now(), step=step, from_stage="A", to_stage=to_stage, by_name="x",
        role="r", seal=f"{document.pk}-{seq}",
    )  # fmt: skip


def test_a_terminal_is_told_of_the_steps_there_and_of_none_elsewhere() -> None:
    here, there = custodian(), custodian(station="DEL", name="Terminal of Delhi")
    hooks = [webhook(custodian=one) for one in (here, there)]
    detained = take(bill(Stage.ASSESSMENT), "detain", actor("ASSESSING_OFFICER"), grounds="The brand looks copied.")
    notices.gather(BillTrail)
    assert told(hooks[0]) == [(detained.number, "detain", 1)] and told(hooks[1]) == []
    ((event,),) = [one.events for one in hooks[0].deliveries.all()]
    assert "copied" not in json.dumps(event) and event["station"] == "BLR"


def test_pn17_6_1_no_step_of_the_rms_and_no_gap_where_it_was_is_told_to_a_terminal() -> None:
    hook, one = webhook(custodian=custodian()), bill(Stage.DUTY)
    steps = (
        ("begin", "DRAFT"), ("file", "ASSESSMENT"), ("hear_rms_again", "ASSESSMENT"), ("request_departure", "ASSESSMENT"),
        ("assess", "DUTY"), ("confirm_payment", "XRAY"),
    )  # fmt: skip
    lines = [line(BillTrail, one, step, to, n) for n, (step, to) in enumerate(steps, 1)]
    telling.enter(lines)
    assert told(hook) == [(one.number, "file", 1), (one.number, "assess", 2), (one.number, "confirm_payment", 3)]
    assert RiskDepartureTrail.tells_firms is False


def test_what_the_terminals_people_may_not_read_is_not_told() -> None:
    """Drafts, payments and what an officer asks of another are none of the custodian's business."""
    hook, courier_hook = webhook(custodian=custodian()), webhook()
    draft = manifest("DRAFT")
    paid = challan(ChallanStage.PAID, bill(Stage.DUTY))
    telling.enter([line(ManifestTrail, draft, "submit", "SUBMITTED", 90)])
    telling.enter([line(ChallanTrail, paid, "confirm_paid", "PAID", 90)])
    assert told(hook) == []
    assert [number for number, _step, _seq in told(courier_hook)] == [draft.key, paid.number]


@pytest.mark.parametrize("state", ["suspended", "past", "ahead"])
def test_out_of_office_a_custodian_is_told_nothing(state: str) -> None:
    today = timezone.localdate()
    given_by: dict[str, dict[str, Any]] = {
        "suspended": {"stage": CustodianStage.SUSPENDED},
        "past": {"since": today - timedelta(days=9), "until": today - timedelta(days=1)},
        "ahead": {"since": today + timedelta(days=1)},
    }
    hook = webhook(custodian=custodian(**given_by[state]))
    take(bill(Stage.ASSESSMENT), "detain", actor("ASSESSING_OFFICER"), grounds="The brand looks copied.")
    notices.gather(BillTrail)
    assert told(hook) == []


def test_the_reader_of_a_firm_holds_no_more_than_its_people() -> None:
    keeper = reach.reader(webhook(custodian=custodian()))
    assert keeper.stations == {"BLR"} and not keeper.is_officer and keeper.custodian_id and keeper.courier_id is None
    agent = reach.reader(webhook())
    assert agent.firm_stations is None and agent.custodian_id is None and not agent.is_officer


def test_the_custodians_admin_makes_a_webhook_for_the_own_terminal(
    people: Callable[[str], User], program: Made
) -> None:
    people("custodianadmin.blr")
    admin, other = browser("custodianadmin.blr"), browser("custodianadmin.del")
    given = {"address": "https://wms.terminal.example/eccs", "station": "DEL"}
    refused = admin.post("/webhooks/new/", given)
    assert refused.status_code == 422 and not Webhook.objects.exists()
    assert admin.post("/webhooks/new/", given | {"station": "BLR"}).status_code == 200
    hook = Webhook.objects.get()
    assert (hook.courier_id, hook.custodian_id) == (None, people("custodianadmin.blr").custodian_id)
    assert hook.station == CustomsStation.objects.get(pk="BLR")
    here = f"/webhooks/{hook.pk}/"
    assert admin.get(here).status_code == 200 and other.get(here).status_code == 404
    theirs = program("warehouse.blr", name="WMS").get("/webhooks").json()["items"]
    assert [one["id"] for one in theirs] == [hook.pk]
    assert program("warehouse.del", name="WMS").get("/webhooks").json()["items"] == []
    assert program(name="ERP").get(f"/webhooks/{hook.pk}/deliveries").status_code == 404
