"""A bill of the code that stands as a state of the model does, to ask the code where a step leads."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django_fsm import GET_STATE

import bills.models.covered
import bills.routing
import exports.clearance.guards
import exports.routing
from bills.models import CourierBillOfEntry
from tests.model.machine import Facts, Move

AT = datetime(2026, 11, 19, 6, 18, tzinfo=UTC)
DAY, DUTY, LIMIT = date(2026, 11, 19), Decimal(31), Decimal(100_000)
RULES = ("auto_out_of_charge", "auto_leo_facilitated", "auto_leo_assessed")
RESUMING = ("reply_to_query", "lift_detention", "clear_stop")  # these look where the hold found the bill
HELD_AT = {"asked_at": "returns_to", "detained_at": "detained_from", "stopped_at": "stopped_from"}


class Book:
    """The dated rules in force: as told."""

    def __init__(self) -> None:
        self.on: tuple[str, ...] = RULES

    def is_on(self, name: str, _day: date, _station: str) -> bool:
        """Whether a rule is on."""
        return name in self.on

    def amount(self, _name: str, _day: date, _station: str) -> Decimal:
        """The limit above which the DC/AC approves."""
        return LIMIT


class Ways:
    """Asks the code where a step leads: the very function that its declaration names, on a bill that is in no database."""

    def __init__(self, document: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.document, self.book = document, Book()
        self.imports = document is CourierBillOfEntry
        routing: ModuleType = bills.routing if self.imports else exports.routing
        monkeypatch.setattr(routing, "rule_book", lambda: self.book)
        self.amended = False
        asked = "SWF7731904425", SimpleNamespace(stage="REQUESTED", number="AMD_BLR_1", manifest="ECM_BLR_1")
        monkeypatch.setattr(
            bills.models.covered, "amended_on_the_manifest", lambda _bill: asked if self.amended else None
        )
        self.heavy = False
        off = [SimpleNamespace(number="SWX0000001", actual="20", declared="9.4")]
        monkeypatch.setattr(exports.clearance.guards, "off_when_judged", lambda _bill: off if self.heavy else [])
        self.bill = document(station_id="BLR", presented_on=DAY)

    def key(self, move: Move, before: Facts, after: Facts, told: dict[str, Any]) -> Hashable:
        """All that decides where the code leads."""
        facts = self._facts(move, before, after)
        return move.name, before.stage, after.stage, facts, tuple(told.items())

    def leads_to(self, move: Move, before: Facts, after: Facts, told: dict[str, Any]) -> str:
        """Where the code leads the bill, as it stands when the step is done."""
        method = getattr(self.document, move.name)
        target = method._django_fsm.transitions[before.stage].target
        if not isinstance(target, GET_STATE):
            return str(target)
        self._stand(before.stage, self._facts(move, before, after), told)
        answers = {name: told[name] for name in ("lane", "outcome", "excess", "what") if name in told}
        return str(target.func(self.bill, **answers))

    def _facts(self, move: Move, before: Facts, after: Facts) -> Facts:
        facts = before if after.stage in CLOSING else after  # of what is closed the model keeps nothing
        if after.stage == "FINALISED":
            facts = facts._replace(money="", released=True)
        if move.name == "clear_xray":
            facts = facts._replace(xray=True)
        held = {name: getattr(before if move.name in RESUMING else after, name) for name in HELD_AT}
        return facts._replace(stage=before.stage, **held)

    def _stand(self, stage: str, facts: Facts, told: dict[str, Any]) -> None:
        rules = told.get("rules", RULES if told.get("rule", True) else ())
        self.book.on = rules
        done = facts.assess in ("DONE", "LOOKED")
        holds = [
            word
            for word, is_on in (
                ("QUERY", facts.query), ("DETENTION", facts.detention), ("STOP", stage == "STOPPED"),
                (facts.open, facts.open in ("AMENDMENT", "CANCELLATION")), ("FINE", getattr(facts, "fine", False)),
            )
            if is_on
        ]  # fmt: skip
        self.bill.__dict__.update(
            stage=stage, documents_complete=facts.papers, facilitated=facts.assess == "FACIL", risk_pending=facts.waits,
            assessment_required=facts.assess in ("RMS", "ORDER") or facts.assess == "DONE",
            assessment_due=facts.assess == "MUST", assessed_at=AT if done else None,
            examination_prescribed=facts.exam == "RMS", examination_mandated=facts.exam == "MUST",
            examined_at=AT if facts.exam in ("DONE", "PART") else None, xray_result="CLEAR" if facts.xray else "",
            holds=" ".join(holds), **{name: getattr(facts, fact) for fact, name in HELD_AT.items()},
        )  # fmt: skip
        self.amended = facts.open == "WEIGHT"
        if self.imports:
            self.bill.__dict__.update(
                kind="CBE-XI" if facts.documents else "CBE-XIII", total_duty=DUTY, duty_paid=Decimal(0) if facts.money == "OWED" else DUTY,
                unreckoned="Item 1 is not in the tariff." if facts.money == "DOUBT" else "", arrived_at=AT if facts.here else None,
                released_at=AT if facts.released else None, assessable_value=LIMIT + told.get("high", False),
            )  # fmt: skip
        else:
            self.heavy = facts.heavy
            self.bill.__dict__.update(
                kind="CSB-III" if facts.documents else "CSB-V", registered_at=AT if facts.goods == "IN" else None,
                reopened_at=AT if facts.anew or facts.exam == "LEFT" else None, egm_number="7" if facts.part else "",
                let_export_at=AT if stage in ("LET_EXPORT", "MANIFESTED", "EXPORTED") else None,
            )  # fmt: skip


CLOSING = (
    "OUT_OF_CHARGE", "FINALISED", "CONFISCATED", "LET_EXPORT", "BACK_TO_TOWN", "EXPORTED", "MANIFESTED", "PROVISIONALLY_RELEASED", "RETURNED",
    "DISPOSED", "CANCELLED", "CLEARED_MANUALLY", "DISCARDED",
)  # fmt: skip
