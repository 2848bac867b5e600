"""The authorised banks: which are configured, how each is spoken to, and which of them sent a message.

A bank is configuration: its address, the key shared with it, its name, and the class that speaks its language. ECCS knows one
language, `payments.bank`; a bank with another is a class with the four methods of `Gateway`. Where a bank may be used, and from
when, is data: `payments.authorised`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

from payments import bank

M = TypeVar("M", bound=bank.Message)
FIRST_ADAPTER = "payments.bank.Bank"
OURS = "OURS"
"""The code that stands for no bank: what was paid from the Electronic Cash Ledger."""


class Gateway(Protocol):
    """What ECCS asks of a bank, in whatever language the bank speaks."""

    @property
    def url(self) -> str:
        """Where the bank is."""

    @property
    def keys(self) -> bank.KeyRing:
        """The keys shared with it: a message belongs to the bank whose key signed it."""

    def payment_address(self, payment: bank.Payment) -> str:
        """Where the payer's browser is sent to."""

    def ask(self, question: bank.Verification) -> bank.Answer:
        """How did it go? BankSilent without an answer, NotAccepted where the answer is not the bank's."""

    def scroll(self, day: str) -> bank.ScrollFile:
        """The scroll of a day."""


@dataclass(frozen=True)
class Configured:
    """A bank as it is configured."""

    code: str
    name: str
    gateway: Gateway


@lru_cache(maxsize=16)
def _gateway(adapter: str, url: str, key: str) -> Gateway:
    made: Gateway = import_string(adapter)(url.rstrip("/"), bank.KeyRing.of(key))
    return made


def configured() -> dict[str, Configured]:
    """Every bank of the settings by its code, the first one first."""
    first = {
        "url": settings.BANK_URL, "key": settings.BANK_KEY, "name": settings.BANK_NAME, "adapter": FIRST_ADAPTER,
    }  # fmt: skip
    described: dict[str, Mapping[str, str]] = {settings.BANK_CODE: first, **settings.MORE_BANKS}
    return {
        code: Configured(code, one["name"], _gateway(one["adapter"], one["url"], one["key"]))
        for code, one in described.items()
    }


def names() -> dict[str, str]:
    """The banks' names by their codes; no key is looked at."""
    return {settings.BANK_CODE: settings.BANK_NAME, **{code: one["name"] for code, one in settings.MORE_BANKS.items()}}


def name_of(code: str) -> str:
    """A bank as people call it, also one that is configured no more."""
    return names().get(code, code)


def gateway(code: str) -> Gateway:
    """How a bank is spoken to; BankSilent where it is configured no more."""
    found = configured().get(code)
    if found is None:
        raise bank.BankSilent(f"the bank {code} is not configured")
    return found.gateway


def opened(sort: type[M], said: Sequence[tuple[str, str]], now: datetime) -> tuple[str, M]:
    """The message in these values and the code of the bank whose key signed it; NotAccepted where it is nobody's."""
    key = dict(said).get("key", "")
    for code, one in configured().items():
        if key in one.gateway.keys.keys:
            return code, sort.opened(said, one.gateway.keys, now)
    raise bank.NotAccepted(bank.Fault.UNKNOWN_KEY)
