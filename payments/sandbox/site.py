"""The sandbox bank's web site: a WSGI application of seven addresses."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from io import StringIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from payments.bank import (
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
from payments.sandbox.ledger import Behaviour, Contradiction, Ledger, Order, utc_now

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_LARGEST = 64 * 1024
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
            response = Response(
                pages.refused("An order of another amount exists for this challan."), HTTPStatus.CONFLICT
            )
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
        handler = {"/log-in": self._log_in, "/verify": self._verify, "/scroll": self._scroll}.get(path)
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
            return Response(
                pages.page(
                    "Sandbox bank", "<p>You come here from ECCS, with a challan to pay. There is nothing else.</p>"
                )
            )
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

    def _scroll(self, said: Pairs) -> Response:
        request = ScrollRequest.opened(said, self.keys, self.now())
        try:
            debits = self.ledger.debits_of(date.fromisoformat(request.day))
        except ValueError:
            return Response(pages.refused("There is no such day."), HTTPStatus.BAD_REQUEST)
        text = StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(["challan", "bank_transaction", "amount_paise", "currency", "status", "decided_at"])
        for order in debits:
            decided_at = order.decided_at.isoformat() if order.decided_at else ""
            lines.writerow(
                [order.challan, order.bank_transaction, order.amount_paise, "INR", order.status.value, decided_at]
            )
        seal = Scroll(
            day=request.day, entries=len(debits), total_paise=sum(order.amount_paise for order in debits),
            sha256=hashlib.sha256(text.getvalue().encode()).hexdigest(), in_reply_to=request.nonce,
        )  # fmt: skip
        return Response(
            text.getvalue(), kind="text/csv", headers={"ECCS-Bank-Message": urlencode(seal.signed(self.keys))}
        )
