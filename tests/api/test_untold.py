"""Whether the RMS picked a bill or let it pass: its firm, its importer and the custodian are answered the very same (PN17 6.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Importer, User
from accounts.permissions import SYSTEM
from api.models import Delivery
from api.scopes import Scope
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import notices
from eccs.models import Notice
from eccs.pages import as_verb, slug_of
from eccs.workflow import take
from exports.models import CourierShippingBill, ShippingBillTrail
from exports.stages import Stage as ExportStage
from manifests.models import ExpressCargoManifest
from rms.models import RiskDecision
from tests.api.conftest import ALL, API, Made
from tests.api.test_scope import asked
from tests.factories.api_keys import webhook
from tests.factories.bills import bill
from tests.factories.challans import challan
from tests.factories.directory import custodian, importer
from tests.factories.firms import actor
from tests.factories.manifests import manifest
from tests.factories.rules import risk_rule
from tests.factories.shipping import shipping_bill
from tests.walk.words import words_of

pytestmark = pytest.mark.django_db
MARK = "QUINCE"  # stands in all that a rule says to officers
PASSING = re.compile(r'[A-Za-z0-9]{64}|nonce="[^"]*"')  # what is another with every answer, whatever it tells
BILLS = (Stage.DUTY, Stage.ARRIVAL, Stage.XRAY, Stage.QUERY, Stage.OUT_OF_CHARGE)
SHIPPING = (ExportStage.XRAY, ExportStage.QUERY, ExportStage.LET_EXPORT)


class World:
    """Bills of a firm, of which the RMS lets all pass, or picks all."""

    def __init__(self) -> None:
        flight = manifest("ARRIVAL_SCAN")
        self.goods = importer(iec="AAFCM2291R")
        self.rule = risk_rule(title=f"{MARK} alert", instruction=f"{MARK}: open it.", why=MARK, outcome="EXAMINATION")
        self.bills = [bill(stage, on=flight, importer=self.goods, kind="CBE-XIV") for stage in BILLS]
        self.shipping = [shipping_bill(stage) for stage in SHIPPING]
        self.paid = challan("CREATED", self.bills[0])
        self.picks(picked=False)

    def picks(self, *, picked: bool) -> None:
        """What the RMS decided on all of them."""
        reasons = [
            {"rule": self.rule.key, "instruction": MARK, "outcome": "EXAMINATION", "compared": [], "documents": ""}
        ]
        decided = RiskDecision.objects.create(
            lane="EXAMINATION" if picked else "FACILITATED", reasons=reasons if picked else [], draw=Decimal("0.5"),
            ruleset="x", decided_at=timezone.now(), xray_attention=picked, examine_percent=40 if picked else None,
        )  # fmt: skip
        for model in (CourierBillOfEntry, CourierShippingBill):
            model.objects.exclude(risk_decision=None).update(
                facilitated=not picked, examination_prescribed=picked, risk_decision=decided
            )

    @property
    def pages(self) -> list[str]:
        """The pages, files and lists where the bills stand, and what looks for them or for the rule."""
        found = [reverse("risk-rules"), self.rule.get_absolute_url(), f"{reverse('find')}?q={MARK}"]
        found += [f"{reverse('find')}?q={self.rule.key}", reverse("risk-waiting"), "/", reverse("payment-export")]
        for of_import in self.bills:
            found += [
                reverse(name, args=[of_import.key])
                for name in ("bill-filed", "bill-print", "labels-print", "bill-attach")
            ]
        for one in (*self.bills, *self.shipping):
            queue = reverse("queue", args=[slug_of(type(one)), as_verb(one.stage)])
            found += [one.get_absolute_url(), f"{reverse('find')}?q={one.number}"]
            found += [queue, f"{queue}?lane=EXAMINATION", f"{queue}?sort=lane"]
        return [*found, *(reverse("csb-print", args=[one.key]) for one in self.shipping)]

    def addresses(self) -> list[str]:
        """Every address of the API that is read, with these documents."""
        documents = {
            "bills": str(self.bills[4].number), "query": str(self.bills[3].number), "challans": str(self.paid.number),
            "manifests": ExpressCargoManifest.objects.get().key, "shipping-bills": str(self.shipping[2].number),
        }  # fmt: skip
        reading = [address for several in asked(documents).values() for address in several]
        return [
            *reading,
            f"/bills?q={MARK}",
            "/bills?lane=EXAMINATION",
            "/bills?sort=lane",
            "/risk-rules",
            "/bills/nothing",
        ]


@pytest.fixture
def world(people: Callable[[str], User]) -> Iterator[World]:
    """The bills, on a day on which the clock stands still."""
    with time_machine.travel(timezone.now(), tick=False):
        made = World()
        User.objects.filter(pk=people("importer.kaveri").pk).update(importer=Importer.objects.get(pk=made.goods.pk))
        for name in ("scan.blr", "warehouse.blr"):
            if people(name).custodian_id is None:
                User.objects.filter(username=name).update(custodian=custodian())
        yield made


def said(answer: Any) -> tuple[int, str]:
    """The status of an answer and its words, without what is another each time."""
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, PASSING.sub("", words_of(data))


@pytest.mark.parametrize("username", ["signatory.swift", "importer.kaveri", "warehouse.blr"])
def test_6_1_pages_and_files_are_the_same_letter_for_letter(
    username: str, world: World, people: Callable[[str], User]
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(people(username))
    told = list[dict[str, tuple[int, str]]]()
    for picked in (False, True):
        world.picks(picked=picked)
        client.get("/")
        told.append({address: said(client.get(address)) for address in world.pages})
    passed, chosen = told
    assert [address for address in passed if passed[address] != chosen[address]] == []
    assert [
        address
        for address, (_status, words) in chosen.items()
        if MARK in words.replace(f"q={MARK}", "") and MARK not in address
    ] == []
    assert sum(status == 200 for status, _words in chosen.values()) > 15


@pytest.mark.parametrize(("username", "scopes"), [("signatory.swift", ALL), ("scan.blr", ["read", "terminal"])])
def test_6_1_programs_are_answered_the_same_letter_for_letter(
    username: str, scopes: list[str], world: World, program: Made
) -> None:
    asking, told = program(username, scopes=scopes), list[dict[str, tuple[int, str]]]()
    for picked in (False, True):
        world.picks(picked=picked)
        told.append({address: said(asking.get(address)) for address in world.addresses()})
    assert told[0] == told[1]
    assert not [address for address, (_status, words) in told[1].items() if MARK in words]
    assert sum(status == 200 for status, _words in told[1].values()) >= (15 if scopes == ALL else 3)


@pytest.mark.parametrize("scope", Scope.values)
def test_6_1_a_key_of_one_scope_is_told_no_more(scope: str, world: World, program: Made) -> None:
    world.picks(picked=True)
    asking = program(scopes=[scope])
    for address in world.addresses()[:: 1 if scope == "read" else 4]:
        _status, words = said(asking.get(address))
        assert MARK not in words and str(world.rule.key) not in words, address


def test_6_1_what_the_rms_prescribes_later_is_no_news_to_firms(world: World) -> None:
    """Neither a message nor a webhook tells of it, and the next step that is told has the number it would have had."""
    hook, told = webhook(), dict[bool, list[dict[str, Any]]]()
    kinds = (BillTrail, ShippingBillTrail)
    for picked in (False, True):
        pairs = [(bill(Stage.XRAY), "XRAY_OFFICER"), (shipping_bill(ExportStage.XRAY), "XRAY_OFFICER")]
        for one, role in pairs:
            if picked:
                told_now: dict[str, Any] = {
                    "decision": one.risk_decision_id, "lane": "EXAMINATION", "documents": "", "rules": [MARK],
                }  # fmt: skip
                assert take(one, "hear_rms_again", SYSTEM, **told_now).examination_prescribed
            take(one, "mark_suspicious", actor(role), remarks="A dense block.")
        for kind in kinds:
            notices.gather(kind)
        events = [event for one in Delivery.objects.filter(webhook=hook) for event in one.events]
        told[picked] = [event | {"number": ""} for event in events]
        Delivery.objects.filter(webhook=hook).delete()
    assert told[True] == told[False] and [event["step"] for event in told[True]] == ["mark_suspicious"] * 2
    messages = [f"{one.subject} {one.body} {one.translated}" for one in Notice.objects.all()] + [
        one.body for one in mail.outbox
    ]
    assert not [one for one in messages if MARK in one or world.rule.key in one or "RMS" in one]


def test_6_1_a_terminal_s_program_is_answered_the_same_for_goods_that_a_rule_picks(world: World, program: Made) -> None:
    """Goods for export are put to the RMS at the scan itself: what the scanner is told does not say what it decided."""
    asking, answers = program("scan.blr", scopes=["read", "terminal"]), list[str]()
    for outcome in ("", "EXAMINATION"):
        one = shipping_bill(ExportStage.GOODS, packages_in=0)
        if outcome:
            condition = {"all": [{"fact": "hawb", "is": "EQUALS", "value": one.hawb}]}
            risk_rule(condition=condition, outcome=outcome, instruction=MARK, title=MARK)
        sent = {
            "scans": [
                {
                    "key": f"6f1f9d0e-7a0c-4a55-9a77-0d4a3f0e1c{len(answers):02d}",
                    "code": one.hawb,
                    "at": timezone.now().isoformat(),
                }
            ]
        }
        answer = asking.post("/stations/BLR/goods", sent)
        assert answer.status_code == 200, (API, answer.content)
        now = CourierShippingBill.objects.get(pk=one.pk)
        assert (now.stage, now.examination_prescribed) == (ExportStage.XRAY, bool(outcome))
        answers.append(
            answer.content.decode()
            .replace(one.hawb, "")
            .replace(str(one.number), "")
            .replace(sent["scans"][0]["key"], "")
        )
    assert answers[0] == answers[1] and MARK not in answers[1]
