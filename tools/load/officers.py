"""The officers of a mixed day: those who tick a whole page of a queue, and those who take the next of it and read."""

from __future__ import annotations

import itertools
from typing import Any

from tools.load.page_forms import form_to, forms_of
from tools.load.people import AT_A_TIME, BILL, IMPORTS, READ, TICKED, TICKED_AT_A_TIME, Person, bills, rate


class Bulk(Person):
    """An officer who ticks a whole page of the queue and takes one step on all of it."""

    abstract = True
    places: tuple[tuple[str, str], ...] = ()
    turns = 0

    def often(self) -> float:
        return max(rate() / TICKED_AT_A_TIME, 0.05) * len(self.places)

    def act(self) -> None:
        slug, verb = self.places[self.turns % len(self.places)]
        self.turns += 1
        page = self.get(f"/{slug}/?show=100")
        ids = ["".join(one) for one in TICKED.findall(page)][:50]
        bills.extend(BILL.findall(page)[:5])
        if not ids:
            return
        where, then = self.post(f"/{slug}/{verb}/", [("document", one) for one in ids])
        for form in forms_of(then):
            if any(name == "confirm" for name, _value in form.values):
                self.post(form.action or where, form.filled())
                return


class XRay(Bulk):
    """Pictures of goods that came and of goods that go."""

    username, fixed_count = "xray.blr", 1
    places = (("bills/imports/queue/xray", "clear-xray"), ("exports/bills/queue/xray", "clear-xray"))


class Approver(Bulk):
    """The DC/AC."""

    username, fixed_count = "dcac.blr", 1
    places = (("bills/imports/queue/approval", "approve-appraisal"),)


class Superintendent(Bulk):
    """Out of Charge, many at once."""

    username, fixed_count = "superintendent.blr", 1
    places = (("bills/imports/queue/for-out-of-charge", "give-out-of-charge"),)


class LetExport(Bulk):
    """The Let Export Order, many at once."""

    username, fixed_count = "leo.blr", 1
    places = (("exports/bills/queue/for-let-export", "give-let-export-order"),)


class Single(Person):
    """An officer who takes the next of a queue, reads it and takes a step; each is another person."""

    abstract = True
    queue, verb = "", ""
    given: dict[str, str] = {}
    people: Any = None

    def on_start(self) -> None:
        """Each has a name of the own."""
        self.username = next(self.people)
        super().on_start()

    def often(self) -> float:
        return rate() * IMPORTS * READ / AT_A_TIME

    def act(self) -> None:
        page = self.get(f"/{self.queue}/")
        slug, _queue, stage = self.queue.rpartition("/queue/")
        for _bill in range(AT_A_TIME):  # one after the other: the system shows the next
            if form_to(page, f"/{self.verb}/") is None:
                if form_to(page, f"/work/next/{slug}/{stage}/") is None:
                    return
                _where, page = self.post(f"/work/next/{slug}/{stage}/", [])
            if (form := form_to(page, f"/{self.verb}/")) is None:
                return
            bills.append(form.action.removesuffix(f"{self.verb}/"))
            _where, page = self.send(page, f"/{self.verb}/", **self.given)


class Assessor(Single):
    """An Assessing Officer."""

    fixed_count = 6
    people = itertools.cycle(f"ao{n}.blr" for n in range(1, 7))
    queue, verb = "bills/imports/queue/assessment", "assess"


class Inspector(Single):
    """An Inspector."""

    fixed_count = 6
    people = itertools.cycle(f"inspector{n}.blr" for n in range(1, 7))
    queue, verb = "bills/imports/queue/examination", "report-examination"
    given = {"findings": "As declared.", "recommendation": "RELEASE"}
