"""The sandbox bank's web site: a WSGI application of eight addresses."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from io import StringIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from payments.bank import (
    PAID_OUT,
    Answer,
    KeyRing,
    NotAccepted,
    Payment,
    Return,
    Scroll,
    ScrollRequest,
    Status,
    Verification,
    read_form,
)  # fmt: skip
from payments.sandbox import pages
from payments.sandbox.ledger import Behaviour, Contradiction, Ledger, Order, Payout, utc_now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_LARGEST = 64 * 1024
WITHDRAWAL = r"WDR_[A-Z0-9]{1,8}_\d{4}-\d{4}_\d{6,9}"
Pairs = list[tuple[str, str]]


@dataclass
class Response:
    """What the bank answers."""

    body: str
    status: HTTPStatus = HTTPStatus.OK
    kind: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    form_target: str = ""


def see(address: str) -> Response:
    """Send the browser to another page."""
    return Response("", HTTPStatus.SEE_OTHER, headers={"Location": address})


def not_found() -> Response:
    """There is no such page."""
    return Response(pages.refused("There is no such page."), HTTPStatus.NOT_FOUND)


class Site:
    """The bank as a WSGI application over its ledger."""

    def __init__(
        self, ledger: Ledger, keys: KeyRing, *, late_seconds: float = 60.0, wake: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:  # fmt: skip
        self.ledger, self.keys, self.late_seconds, self.wake, self.now = ledger, keys, late_seconds, wake, now

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            response = self._answer(environ)
        except NotAccepted as refusal:
            response = Response(
                pages.refused(f"The message is not accepted ({refusal.fault})."), HTTPStatus.BAD_REQUEST
            )
        except Contradiction:
            response = Response(pages.refused("An order of another amount exists for it."), HTTPStatus.CONFLICT)
        body = response.body.encode()
        start_response(
            f"{response.status.value} {response.status.phrase}",
            [
                ("Content-Type", f"{response.kind}; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "no-referrer"),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
                    f"form-action 'self' {response.form_target}".strip(),
                ),
                *response.headers.items(),
            ],
        )
        return [body] if environ["REQUEST_METHOD"] != "HEAD" else []

    def _answer(self, environ: WSGIEnvironment) -> Response:
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        reading = method in ("GET", "HEAD")
        if path.startswith("/order/"):
            order = self.ledger.order_by_token(path.removeprefix("/order/"))
            if order is None:
                return not_found()
            return self._show(order) if reading else self._decide(order, self._form(environ))
        if reading:
            return self._page(path, environ)
        handler = {
            "/log-in": self._log_in,
            "/verify": self._verify,
            "/scroll": self._scroll,
            "/pay-out": self._pay_out,
        }.get(path)
        return handler(self._form(environ)) if handler else not_found()

    def _page(self, path: str, environ: WSGIEnvironment) -> Response:
        if path == "/healthz":
            self.ledger.order_of("")
            return Response("ok\n", kind="text/plain")
        if path == "/bank.css":
            return Response(pages.STYLE, kind="text/css")
        if path == "/pay":
            return self._pay(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=40))
        if path == "/":
            return Response(pages.home())
        return not_found()

    def _form(self, environ: WSGIEnvironment) -> Pairs:
        length = environ.get("CONTENT_LENGTH") or "0"
        body = environ["wsgi.input"].read(min(int(length), _LARGEST)) if length.isdecimal() else b""
        return read_form(body)

    def _pay(self, said: Pairs) -> Response:
        payment = Payment.opened(said, self.keys, self.now())
        return Response(pages.log_in(payment.challan, payment.amount_paise, payment.payer, dict(said)))

    def _log_in(self, said: Pairs) -> Response:
        customer = dict(said).get("customer", "").strip()[:60]
        payment = Payment.opened([pair for pair in said if pair[0] != "customer"], self.keys, self.now())
        if not customer:
            return Response(pages.refused("A customer name is needed."), HTTPStatus.BAD_REQUEST)
        return see(f"/order/{self.ledger.accept(payment, customer).token}")

    def _show(self, order: Order) -> Response:
        status = order.standing(self.now())
        if status is Status.PENDING:
            return Response(pages.decide(order))
        target = urlsplit(order.return_url)
        back = self._return(order, status).signed(self.keys) if order.behaviour.sends_back else None
        return Response(pages.decided(order, status, back), form_target=f"{target.scheme}://{target.netloc}")

    @staticmethod
    def _return(order: Order, status: Status) -> Return:
        return Return(
            challan=order.challan, amount_paise=order.told_paise, bank_transaction=order.bank_transaction, status=status
        )

    def _decide(self, order: Order, said: Pairs) -> Response:
        try:
            decision = {"PAID": Status.PAID, "FAILED": Status.FAILED}[dict(said).get("decision", "")]
            behaviour = Behaviour(dict(said).get("behaviour", ""))
        except (ValueError, KeyError):
            return Response(pages.refused("Approve or decline."), HTTPStatus.BAD_REQUEST)
        self.ledger.decide(order.token, decision, behaviour, self.now(), self.late_seconds)
        self.wake()
        return see(f"/order/{order.token}")

    def _verify(self, said: Pairs) -> Response:
        question = Verification.opened(said, self.keys, self.now())
        order = self.ledger.order_of(question.challan)
        if order is not None and order.behaviour is Behaviour.SILENT:
            return Response("", HTTPStatus.SERVICE_UNAVAILABLE, kind="text/plain")
        known = order is not None and question.bank_transaction in ("", order.bank_transaction)
        answer = Answer(
            challan=question.challan,
            amount_paise=order.amount_paise if order and known else 0,
            bank_transaction=order.bank_transaction if order and known else question.bank_transaction,
            status=order.standing(self.now()) if order and known else Status.UNKNOWN,
            in_reply_to=question.nonce,
        )
        return Response(urlencode(answer.signed(self.keys)), kind="application/x-www-form-urlencoded")

    def _pay_out(self, said: Pairs) -> Response:
        """A clerk of the bank pays out what Customs has approved."""
        given = dict(said)
        withdrawal, amount = (
            given.get("withdrawal", "").strip().upper(),
            given.get("amount", "").replace(",", "").strip(),
        )
        if not re.fullmatch(WITHDRAWAL, withdrawal) or not re.fullmatch(r"[1-9]\d{0,10}(\.\d\d)?", amount, re.ASCII):
            words = "A withdrawal's number and an amount in rupees are needed."
            return Response(pages.refused(words), HTTPStatus.BAD_REQUEST)
        whole, _point, paise = amount.partition(".")
        made = self.ledger.pay_out(withdrawal, int(whole) * 100 + int(paise or 0), self.now())
        return Response(pages.paid_out(made))

    def _scroll(self, said: Pairs) -> Response:
        request = ScrollRequest.opened(said, self.keys, self.now())
        try:
            day = date.fromisoformat(request.day)
        except ValueError:
            return Response(pages.refused("There is no such day."), HTTPStatus.BAD_REQUEST)
        debits, payouts = self.ledger.debits_of(day), self.ledger.payouts_of(day)
        entries: list[tuple[str, Order | Payout, str]] = [(one.challan, one, one.status.value) for one in debits]
        entries += [(one.withdrawal, one, PAID_OUT) for one in payouts]
        text = StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(["challan", "bank_transaction", "amount_paise", "currency", "status", "decided_at"])
        for number, one, status in entries:
            decided_at = one.decided_at.isoformat() if one.decided_at else ""
            lines.writerow([number, one.bank_transaction, one.amount_paise, "INR", status, decided_at])
        seal = Scroll(
            day=request.day, entries=len(entries), total_paise=sum(one.amount_paise for _number, one, _status in entries),
            sha256=hashlib.sha256(text.getvalue().encode()).hexdigest(), in_reply_to=request.nonce,
        )  # fmt: skip
        return Response(
            text.getvalue(), kind="text/csv", headers={"ECCS-Bank-Message": urlencode(seal.signed(self.keys))}
        )
