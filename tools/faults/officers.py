"""What officers do at their pages: whole queues at X-ray and Out of Charge, one bill after the other at assessment and examination.

An officer whose page was not answered does what officers do: looks again, and takes the step where it is still offered.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

from tools.faults.clients import PAUSE, Browser
from tools.faults.journal import Journal
from tools.load.page_forms import form_to

BOX = re.compile(r'<input[^>]*name="document"[^>]*>')
VALUE = re.compile(r'value="(\d+)"')
LINKED = re.compile(r'<th scope="row"><a href="(/bills/imports/[^"]+)"')
AT_ONCE = 50
REST = 2.0  # seconds before an empty queue is looked at again


def ticked(page: str) -> list[str]:
    """The bills of a queue that can be selected, the oldest first."""
    found = (VALUE.search(box) for box in BOX.findall(page))
    return list(dict.fromkeys(one[1] for one in found if one))


@dataclass(frozen=True)
class Desk:
    """Who sits at a queue, and the step that is taken there."""

    username: str
    stage: str
    verb: str
    together: bool = True
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def queue(self) -> str:
        """Its address."""
        return f"/bills/imports/queue/{self.stage}/"


DESKS = (
    Desk("xray.blr", "xray", "clear-xray"),
    Desk("superintendent.blr", "for-out-of-charge", "give-out-of-charge"),
    Desk("dcac.blr", "approval", "approve-appraisal"),
    Desk("ao.blr", "assessment", "assess", together=False),
    Desk(
        "inspector.blr",
        "examination",
        "report-examination",
        together=False,
        answers=(("findings", "As declared."), ("recommendation", "RELEASE")),
    ),
)


class Officer:
    """One officer at one desk, until told to end."""

    def __init__(self, desk: Desk, browser: Browser, journal: Journal) -> None:
        self.desk, self.browser, self.journal = desk, browser, journal
        self.passed: set[str] = set()  # what the officer was refused once is left to others

    def work(self, over: threading.Event) -> None:
        """Whatever waits."""
        while not over.is_set():
            page = self.browser.get(f"{self.desk.queue}?show=100").text
            done = self._together(page) if self.desk.together else self._singly(page)
            if not done:
                over.wait(REST)

    def _together(self, page: str) -> int:
        """A step on many: what is in the queue no more was moved."""
        ids = [one for one in ticked(page) if one not in self.passed][:AT_ONCE]
        if not ids:
            return 0
        act = f"{self.desk.verb}-{ids[0]}-{len(ids)}"
        self.journal.ask(act, self.desk.verb)
        fields = [*(("document", one) for one in ids), ("confirm", "1")]
        self.browser.signed(self.browser.post(f"{self.desk.queue}{self.desk.verb}/", fields))
        after = self.browser.get(f"{self.desk.queue}?show=100")
        left = ticked(after.text)
        moved = [one for one in ids if one not in left] if after.status_code == 200 else []
        if moved:
            self._told(act, moved)
        else:  # refused, each with its reason; or not answered, and then it is done by the next turn
            self.passed.update(ids if act in self.passed else ())
            self.passed.add(act)
        return len(moved)

    def _singly(self, page: str) -> int:
        """One after the other, each by its own page."""
        places = [one for one in dict.fromkeys(LINKED.findall(page)) if one not in self.passed][:10]
        return sum(self._one(place) for place in places)

    def _one(self, place: str) -> bool:
        number = place.rstrip("/").rsplit("/", 1)[-1]
        act = f"{self.desk.verb}-{number}"
        self.journal.ask(act, self.desk.verb)
        for turn in range(20):
            page = self.browser.get(place)
            form = form_to(page.text, f"/{self.desk.verb}/")
            if form is None and page.status_code == 200:  # it is done, by the answer that was lost or the one before
                if turn:
                    self._told(act, [number])
                return bool(turn)
            if form is None:
                break
            fields = [*form.filled(**dict(self.desk.answers)), ("confirm", "1")]
            answer = self.browser.post(form.action, fields)
            signed = self.browser.signed(answer)
            if answer.status_code == 422 or (answer.status_code == 409 and turn > 2):
                break
            if not signed and answer.status_code != 302:
                self.browser.ended.wait(PAUSE)
        self.passed.add(place)
        self.journal.note(f"{self.desk.verb} given up")
        return False

    def _told(self, act: str, bills: list[str]) -> None:
        """What the officer sees as done."""
        told = {"step": self.desk.verb.replace("-", "_"), "bills": bills, "by": self.desk.username}
        self.journal.acknowledge(act, "officers", len(bills), **told)
