"""What ECCS and an authorised bank say to each other, and how each knows that the other said it (PN17 8.0, 8.1).

    message        | way                          | says
    ---------------+------------------------------+------------------------------------------------------------
    payment        | ECCS → bank, by the browser  | let this person pay this challan
    return         | bank → ECCS, by the browser  | the person is back; this is how it went
    confirmation   | bank → ECCS, server to server| this is how it went
    verification   | ECCS → bank, server to server| how did it go with this challan, or this transaction?
    answer         | bank → ECCS, in reply        | this is how it went, or: I know of none
    scroll-request | ECCS → bank, server to server| send the scroll of this day
    scroll         | bank → ECCS, in reply        | the file beside this message is the scroll of that day

A message is a form: names and values. It carries the number of the key, the moment it was sent and a nonce, and is
signed by HMAC-SHA256 over all of them in the order of their names, so nothing in it can be altered and no message can
be passed off as one of another sort. A message is good for some minutes only. Whoever receives it acts on the challan
once, whatever number of times and in whatever order messages come, so a repeated message changes nothing.

A shared key is enough here: either side convinces the other, never a third, and both compute it in microseconds.
This module knows neither Django nor any table. It is the only one that talks to a bank over HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, ClassVar, Self
from urllib.parse import parse_qsl, urlencode

from eccs import measuring

VERSION = "ECCS-BANK-1"
CURRENCY = "INR"
PAYABLE_FOR = timedelta(minutes=30)
"""So long after a payment message the bank may still debit the account; later the challan is safe to give up."""
CLOCKS_DIFFER = timedelta(minutes=1)
_LARGEST = 64 * 1024
LARGEST_SCROLL = 20 * 1024 * 1024
SEAL_HEADER = "ECCS-Bank-Message"
PAID_OUT = "PAID_OUT"
"""In a scroll, what the bank paid out to a firm: the line names the withdrawal instead of a challan."""


class Status(StrEnum):
    """How it went with a challan, as the bank knows it."""

    PAID = "PAID"
    FAILED = "FAILED"  # nothing was debited, and nothing will be
    PENDING = "PENDING"  # the payer is still at the bank
    UNKNOWN = "UNKNOWN"  # the bank knows of no such payment


class Fault(StrEnum):
    """Why a message is not accepted."""

    UNREADABLE = "UNREADABLE"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    FORGED = "FORGED"
    EXPIRED = "EXPIRED"
    NOT_ASKED = "NOT_ASKED"  # an answer to another question


class NotAccepted(Exception):
    """A message that is not what it should be; `fault` says why, for the log."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
        self.fault = fault


class BankSilent(Exception):
    """The bank could not be reached, or answered nothing that can be read."""


@dataclass(frozen=True)
class KeyRing:
    """The keys shared with a bank: the first signs, all are accepted, so that a key can be changed without a gap."""

    keys: Mapping[str, bytes]

    @classmethod
    def of(cls, text: str) -> Self:
        """Keys of at least 32 bytes in hexadecimal, separated by commas."""
        keys = [bytes.fromhex(part.strip()) for part in text.split(",") if part.strip()]
        if not keys:
            raise ValueError("the bank key is not set")
        if any(len(key) < 32 for key in keys):
            raise ValueError("a bank key has at least 64 hexadecimal digits")
        return cls({hashlib.sha256(key).hexdigest()[:8]: key for key in keys})

    @property
    def signing(self) -> str:
        """The number of the key that signs."""
        return next(iter(self.keys))

    def signature(self, key_id: str, values: Mapping[str, str]) -> str:
        """HMAC-SHA256 over every value in the order of the names, in hexadecimal."""
        said = f"{VERSION}\n{urlencode(sorted(values.items()))}"
        return hmac.new(self.keys[key_id], said.encode(), hashlib.sha256).hexdigest()


_ANY_TEXT = r"[^\x00-\x1f\x7f]{1,120}"
_SHAPES: dict[str, str] = {
    "nonce": r"[0-9a-f]{32}",
    "sent_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "challan": r"\d{10}",
    "amount_paise": r"0|[1-9]\d{0,14}",
    "currency": CURRENCY,
    "payer": _ANY_TEXT,
    "return_url": r"https?://[A-Za-z0-9.\[\]:-]{1,100}/[A-Za-z0-9/_-]{0,100}",
    "bank_transaction": r"([A-Z0-9]{12,22})?",
    "status": "|".join(Status),
    "in_reply_to": r"[0-9a-f]{32}",
    "day": r"\d{4}-\d\d-\d\d",
    "entries": r"\d{1,9}",
    "total_paise": r"\d{1,18}",
    "sha256": r"[0-9a-f]{64}",
}
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def _read_moment(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


_READERS: dict[str, Any] = {
    "sent_at": _read_moment, "amount_paise": int, "total_paise": int, "entries": int, "status": Status,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Message:
    """What every message carries: when it was sent, and a nonce that no other message has."""

    sort: ClassVar[str]
    good_for: ClassVar[timedelta] = timedelta(minutes=5)

    nonce: str = field(default_factory=lambda: secrets.token_hex(16))
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def signed(self, keys: KeyRing) -> dict[str, str]:
        """The message as names and values, with its signature."""
        values = {"message": self.sort, "key": keys.signing}
        for part in fields(self):
            value = getattr(self, part.name)
            values[part.name] = f"{value.astimezone(UTC):{_MOMENT}}" if isinstance(value, datetime) else str(value)
        return {**values, "signature": keys.signature(keys.signing, values)}

    @classmethod
    def opened(cls, said: Mapping[str, str] | Sequence[tuple[str, str]], keys: KeyRing, now: datetime) -> Self:
        """The message in these values, if it is of this sort, genuine, whole and fresh; NotAccepted where it is not."""
        pairs = list(said.items()) if isinstance(said, Mapping) else list(said)
        values = dict(pairs)
        if len(values) != len(pairs):
            raise NotAccepted(Fault.UNREADABLE, "a name stands twice")
        signature, key_id = values.pop("signature", ""), values.get("key", "")
        if key_id not in keys.keys:
            raise NotAccepted(Fault.UNKNOWN_KEY)
        if not hmac.compare_digest(keys.signature(key_id, values).encode(), signature.encode()):
            raise NotAccepted(Fault.FORGED)
        if values.pop("message", "") != cls.sort:
            raise NotAccepted(Fault.UNREADABLE, f"not a {cls.sort}")
        del values["key"]
        message = cls(**cls._read(values))
        if not -CLOCKS_DIFFER <= now - message.sent_at <= cls.good_for:
            raise NotAccepted(Fault.EXPIRED)
        return message

    @classmethod
    def _read(cls, values: Mapping[str, str]) -> dict[str, Any]:
        names = {part.name for part in fields(cls)}
        if values.keys() != names:
            raise NotAccepted(Fault.UNREADABLE, ", ".join(sorted(names ^ values.keys())))
        for name, value in values.items():
            if not re.fullmatch(_SHAPES[name], value, re.ASCII):
                raise NotAccepted(Fault.UNREADABLE, name)
        try:
            return {name: _READERS.get(name, str)(value) for name, value in values.items()}
        except ValueError as fault:
            raise NotAccepted(Fault.UNREADABLE, str(fault)) from fault


@dataclass(frozen=True, kw_only=True)
class Payment(Message):
    """Let this person pay this challan: the amount in paise."""

    sort = "payment"
    good_for = timedelta(minutes=15)

    challan: str
    amount_paise: int
    payer: str
    return_url: str
    currency: str = CURRENCY


@dataclass(frozen=True, kw_only=True)
class Outcome(Message):
    """How it went with a challan: the amount in paise (nought where unknown) and the bank's transaction number."""

    challan: str
    amount_paise: int
    bank_transaction: str
    status: Status
    currency: str = CURRENCY


@dataclass(frozen=True, kw_only=True)
class Return(Outcome):
    """How it went, carried back by the payer's browser."""

    sort = "return"
    good_for = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Confirmation(Outcome):
    """How it went, sent by the bank itself."""

    sort = "confirmation"


@dataclass(frozen=True, kw_only=True)
class Verification(Message):
    """How did it go with this challan? With the bank's transaction number where the payer gave it (PN17 8.1)."""

    sort = "verification"

    challan: str
    bank_transaction: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer(Outcome):
    """The bank's answer to one question, named by that question's nonce."""

    sort = "answer"

    in_reply_to: str


@dataclass(frozen=True, kw_only=True)
class ScrollRequest(Message):
    """The question for the scroll of a day, India's time."""

    sort = "scroll-request"

    day: str


@dataclass(frozen=True, kw_only=True)
class Scroll(Message):
    """Seals the scroll of a day: how many entries, debits and payments out, their total in paise, and the SHA-256 of the file."""

    sort = "scroll"

    day: str
    entries: int
    total_paise: int
    sha256: str
    in_reply_to: str


@dataclass(frozen=True)
class ScrollFile:
    """The scroll of a day as the bank sent it: the file and its seal."""

    text: bytes
    seal: Scroll


@dataclass(frozen=True)
class Bank:
    """An authorised bank: where it is and the keys shared with it."""

    url: str
    keys: KeyRing
    timeout_seconds: int = 10

    def payment_address(self, payment: Payment) -> str:
        """Where the payer's browser is sent to."""
        return f"{self.url}/pay?{urlencode(payment.signed(self.keys))}"

    def scroll(self, day: str) -> ScrollFile:
        """The scroll of a day, sealed; BankSilent without an answer, NotAccepted where the seal does not fit the file."""
        question = ScrollRequest(day=day)
        with measuring.asking_the_bank("scroll"):
            text, headers = fetch(
                f"{self.url}/scroll", question.signed(self.keys), self.timeout_seconds, LARGEST_SCROLL
            )
        seal = Scroll.opened(read_form(headers.get(SEAL_HEADER, "").encode()), self.keys, datetime.now(UTC))
        if (seal.in_reply_to, seal.day) != (question.nonce, day):
            raise NotAccepted(Fault.NOT_ASKED)
        if not hmac.compare_digest(hashlib.sha256(text).hexdigest(), seal.sha256):
            raise NotAccepted(Fault.FORGED, "the file is not the one that was sealed")
        return ScrollFile(text, seal)

    def ask(self, question: Verification) -> Answer:
        """Ask the bank how it went; BankSilent without an answer, NotAccepted where the answer is not the bank's."""
        with measuring.asking_the_bank("verify"):
            said = post(f"{self.url}/verify", question.signed(self.keys), self.timeout_seconds)
        answer = Answer.opened(read_form(said), self.keys, datetime.now(UTC))
        if (answer.in_reply_to, answer.challan) != (question.nonce, question.challan):
            raise NotAccepted(Fault.NOT_ASKED)
        return answer


def read_form(body: bytes) -> list[tuple[str, str]]:
    """Names and values of a form; NotAccepted where it is none."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=40)
    except ValueError as fault:
        raise NotAccepted(Fault.UNREADABLE, "not a form") from fault


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def post(url: str, values: Mapping[str, str], timeout_seconds: int) -> bytes:
    """Post a form to the other side and return its answer, at most 64 KiB; BankSilent where there is none."""
    return fetch(url, values, timeout_seconds, _LARGEST)[0]


def fetch(url: str, values: Mapping[str, str], timeout_seconds: int, largest: int) -> tuple[bytes, Mapping[str, str]]:
    """Post a form to the other side and return its answer with the headers; BankSilent where there is none, or too much."""
    if not url.startswith(("http://", "https://")):
        raise BankSilent(f"not an address of a bank: {url}")
    try:
        with _opener.open(url, urlencode(values).encode(), timeout_seconds) as answer:
            body, headers = answer.read(largest + 1), dict(answer.headers.items())
    except (OSError, HTTPException) as fault:
        raise BankSilent(str(fault)) from fault
    if len(body) > largest:
        raise BankSilent("the answer is too long")
    return body, headers
