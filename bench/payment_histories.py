"""Histories of a payment as bad days write them: told 1 to 5 times, in any order, late, forged, beside a manual verification.

Most challans wait for the bank when it speaks. Some were given up before: the bank said that nothing was paid, or knew of none,
or was silent for days, and then tells of the payment after all. Of these some were made anew meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

from payments import bank
from payments.clearance import Stage

FORGERIES = ("signature", "amount", "challan", "currency", "status", "stranger", "signed-currency", "expired")
"""What is changed: after the signing, by a stranger's key, or (the last two) by the bank itself; all of it must be refused."""
Told = tuple[type[bank.Outcome], dict[str, str]]


class Before(StrEnum):
    """What became of the challan before the bank told of its payment."""

    AWAITED = "awaited"
    SILENT = "silent"  # at the desk of the DC/AC, the bank having said nothing for days
    FAILED = "failed"  # the bank said itself that nothing was paid
    REJECTED = "rejected"  # the bank knew of none when it could take none any more
    GIVEN_UP = "given up"  # by the DC/AC


class Anew(StrEnum):
    """What becomes of the challan that is made in its place."""

    NONE = "none"
    PAID = "paid"  # at the bank, before the late payment is told
    FAILED = "failed"  # at the bank, after the late payment is told
    WITHDRAWN = "withdrawn"  # after the late payment is told, or made at the same moment


class Desk(StrEnum):
    """What the DC/AC does with a late payment."""

    ACCEPTS = "accepts"
    REFUSES = "refuses"
    WAITS = "waits"


Course = tuple[Before, Anew, Desk]
ANEW: tuple[Course, ...] = tuple(
    (before, anew, Desk.ACCEPTS) for anew in list(Anew)[1:] for before in (Before.FAILED, Before.GIVEN_UP)
)
LATE: tuple[Course, ...] = (
    *((before, Anew.NONE, desk) for desk in Desk for before in (Before.FAILED, Before.REJECTED, Before.GIVEN_UP)),
    (Before.SILENT, Anew.NONE, Desk.WAITS),
)
"""The courses of a payment that is told after the challan was given up, or nearly; with a bill on it also `ANEW`."""


@dataclass
class History:
    """One challan, how it truly went at the bank, and everything that is said about it, in the order of its arrival."""

    challan: str
    paise: int
    status: bank.Status
    transaction: str
    messages: list[Told] = field(default_factory=list)
    afterwards: list[Told] = field(default_factory=list)  # once the DC/AC has decided
    refused: int = 0  # of them, how many must be refused
    verified_at: int | None = None  # before which of them the payer asks for a verification
    queued: int = 0  # of them, how many are the bank's own and do not fit the challan
    before: Before = Before.AWAITED
    anew: Anew = Anew.NONE
    desk: Desk = Desk.WAITS
    debited: bool = True  # whether the bank knows by now how it truly went

    @property
    def late(self) -> bool:
        """Whether the payment is told of a challan that was given up."""
        return self.before in (Before.FAILED, Before.REJECTED, Before.GIVEN_UP)

    @property
    def ends(self) -> tuple[str, str]:
        """Where the challan must stand in the end, and by which transaction it is paid."""
        if not self.late:
            paid = self.status is bank.Status.PAID
            return (Stage.PAID, self.transaction) if paid else (Stage.FAILED, "")
        if self.desk is Desk.WAITS:
            return Stage.LATE, ""
        taken = self.desk is Desk.ACCEPTS and self.anew is not Anew.PAID  # what is paid already is paid back
        return (Stage.PAID, self.transaction) if taken else (Stage.REJECTED, "")

    def answer(self, question: Mapping[str, str], keys: bank.KeyRing) -> dict[str, str]:
        """What the bank answers when it is asked."""
        told = (self.paise, self.transaction, self.status) if self.debited else (0, "", bank.Status.UNKNOWN)
        return bank.Answer(
            challan=self.challan, amount_paise=told[0], bank_transaction=told[1], status=told[2],
            in_reply_to=question["nonce"],
        ).signed(keys)  # fmt: skip

    def failure(self, keys: bank.KeyRing) -> Told:
        """The bank says that nothing was paid."""
        said = bank.Confirmation(
            challan=self.challan, amount_paise=self.paise, bank_transaction=self.transaction, status=bank.Status.FAILED
        )
        return bank.Confirmation, said.signed(keys)


def history(
    dice: Random, challan: str, paise: int, serial: int, other: str, keys: bank.KeyRing, course: Course | None = None
) -> History:
    """A history that ends as it truly went: what was lost, or was all forged, is asked of the bank in the end.

    With a course it is one of a payment that comes late. `other` is a challan of another amount.
    """
    status = bank.Status.PAID if course is not None or dice.random() < 0.85 else bank.Status.FAILED
    made = History(challan, paise, status, f"SBX{serial:012d}")
    if course is not None:
        made.before, made.anew, made.desk = course
        made.debited = False
    facts = {"challan": challan, "amount_paise": paise, "bank_transaction": made.transaction, "status": status}
    if made.late or dice.random() < 0.9:  # else every genuine message is lost
        made.messages += _told(dice, facts, dice.randint(1, 5), keys)
    if made.late:
        made.afterwards += _told(dice, facts, dice.randint(0, 2), keys)
    for _forged in range(dice.choice((0, 0, 1, 2))):
        made.messages.append(_forgery(dice, facts, other, keys))
        made.refused += 1
    for wrong in ({"amount_paise": paise + 100}, {"challan": other}):
        if status is bank.Status.PAID and dice.random() < 0.04:  # the bank's own, and wrong
            made.messages.append((bank.Confirmation, bank.Confirmation(**{**facts, **wrong}).signed(keys)))  # type: ignore[arg-type]
            made.queued += 1
    dice.shuffle(made.messages)
    if dice.random() < 0.3:
        made.verified_at = dice.randint(0, len(made.messages))
    return made


def _told(dice: Random, facts: dict[str, object], times: int, keys: bank.KeyRing) -> list[Told]:
    """The truth so many times, by redirect or by message, and half of them the very same once more."""
    found: list[Told] = []
    for _copy in range(times):
        if found and dice.random() < 0.5:
            found.append(found[0])
        else:
            sort = _sort(dice)
            found.append((sort, sort(**facts).signed(keys)))  # type: ignore[arg-type]
    return found


def _sort(dice: Random) -> type[bank.Outcome]:
    return bank.Confirmation if dice.random() < 0.7 else bank.Return


def _forgery(dice: Random, facts: dict[str, object], other: str, keys: bank.KeyRing) -> Told:
    """A message that says what is not so, or is too old to be believed."""
    sort, how = _sort(dice), dice.choice(FORGERIES)
    said = sort(**{**facts, "status": bank.Status.PAID})  # type: ignore[arg-type]
    if how == "expired":
        return sort, replace(said, sent_at=datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)).signed(keys)
    if how == "signed-currency":
        return sort, replace(said, currency="USD").signed(keys)
    if how == "stranger":
        return sort, said.signed(bank.KeyRing.of(dice.randbytes(32).hex()))
    changes = {
        "signature": {"signature": "0" * 64}, "amount": {"amount_paise": "1"}, "challan": {"challan": other},
        "currency": {"currency": "USD"}, "status": {"status": "UNKNOWN"},
    }  # fmt: skip
    return sort, said.signed(keys) | changes[how]
