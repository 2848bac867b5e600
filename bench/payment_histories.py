"""Histories of a payment as bad days write them: told 1 to 5 times, in any order, late, forged, beside a manual verification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from payments import bank

FORGERIES = ("signature", "amount", "challan", "currency", "status", "stranger", "signed-currency", "late")
"""What is changed: after the signing, by a stranger's key, or (the last two) by the bank itself; all of it must be refused."""


@dataclass
class History:
    """One challan, how it truly went at the bank, and everything that is said about it, in the order of its arrival."""

    challan: str
    paise: int
    status: bank.Status
    transaction: str
    messages: list[tuple[type[bank.Outcome], dict[str, str]]] = field(default_factory=list)
    refused: int = 0  # of them, how many must be refused
    verified_at: int | None = None  # before which of them the payer asks for a verification
    queued: int = 0  # of them, how many are the bank's own and do not fit the challan

    def answer(self, question: Mapping[str, str], keys: bank.KeyRing) -> dict[str, str]:
        """What the bank answers when it is asked."""
        return bank.Answer(
            challan=self.challan, amount_paise=self.paise, bank_transaction=self.transaction, status=self.status,
            in_reply_to=question["nonce"],
        ).signed(keys)  # fmt: skip


def history(dice: Random, challan: str, paise: int, serial: int, other: str, keys: bank.KeyRing) -> History:
    """A history that ends as it truly went: what was lost, or was all forged, is asked of the bank in the end."""
    status = bank.Status.PAID if dice.random() < 0.85 else bank.Status.FAILED
    made = History(challan, paise, status, f"SBX{serial:012d}")
    facts = {"challan": challan, "amount_paise": paise, "bank_transaction": made.transaction, "status": status}
    if dice.random() < 0.9:  # else every genuine message is lost
        first = _sort(dice)(**facts)  # type: ignore[arg-type]
        for _copy in range(dice.randint(1, 5)):
            again = first if dice.random() < 0.5 else _sort(dice)(**facts)  # type: ignore[arg-type]
            made.messages.append((type(again), again.signed(keys)))
    for _forged in range(dice.choice((0, 0, 1, 2))):
        made.messages.append(_forgery(dice, facts, other, keys))
        made.refused += 1
    if status is bank.Status.PAID and dice.random() < 0.05:  # the bank's own, and wrong
        wrong = bank.Confirmation(**{**facts, "amount_paise": paise + 100})  # type: ignore[arg-type]
        made.messages.append((bank.Confirmation, wrong.signed(keys)))
        made.queued += 1
    dice.shuffle(made.messages)
    if dice.random() < 0.3:
        made.verified_at = dice.randint(0, len(made.messages))
    return made


def _sort(dice: Random) -> type[bank.Outcome]:
    return bank.Confirmation if dice.random() < 0.7 else bank.Return


def _forgery(
    dice: Random, facts: dict[str, object], other: str, keys: bank.KeyRing
) -> tuple[type[bank.Outcome], dict[str, str]]:
    """A message that says what is not so, or is too old to be believed."""
    sort, how = _sort(dice), dice.choice(FORGERIES)
    said = sort(**{**facts, "status": bank.Status.PAID})  # type: ignore[arg-type]
    if how == "late":
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
