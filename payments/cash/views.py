"""The pages of the Electronic Cash Ledger: the statement, deposits, and for the DC/AC the ledgers of the firms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Actor
from accounts.requests import Request
from eccs import pages
from eccs.audit_answers import exported as told_of_export
from eccs.papers import as_pdf
from eccs.uploads import files
from eccs.workflow import Document, Refused
from payments import registers
from payments.cash import ledger, papers, statement
from payments.cash.accounts import ACCOUNTS
from payments.cash.deposits import DepositForm, create_deposit
from payments.cash.models import BooksCheck, CashAccount
from payments.cash.withdrawals import CashWithdrawal
from payments.cash.withdrawing_forms import WithdrawalForm, request_withdrawal

CHECKS_SHOWN = 60
WITHDRAWALS_SHOWN = 10


def _account(request: Request, pk: int | None) -> CashAccount:
    """The firm's own ledger, opened at the first look at it (nothing is written); an officer's, by its key."""
    actor = request.actor
    pages.require(actor, "cash-ledger" if pk is None else "cash-accounts")
    rows = CashAccount.objects.visible_to(actor).select_related("courier", "importer")
    if pk is not None:
        return get_object_or_404(rows, pk=pk)
    courier_id = None if actor.importer_id else actor.courier_id
    whose: dict[str, Any] = {"courier_id": courier_id, "importer_id": actor.importer_id}
    own = rows.first()
    return own if own is not None else CashAccount(sort=CashAccount.Sort.FIRM, balance=ledger.NOTHING, **whose)


def _told(
    request: Request, pk: int | None, most: int, *, paged: bool = False
) -> tuple[statement.Statement, statement.StatementForm]:
    account, form = _account(request, pk), statement.StatementForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    if account._state.adding:  # no entry yet
        day = timezone.localdate()
        nothing = (ledger.NOTHING,) * 4
        return statement.Statement(account, day - statement.SPAN, day, *nothing, [], more=False), form
    skip = (given.get("skip") or 0) if paged else 0
    return statement.statement(account, given, most, _stations(request, pk), skip), form


def _stations(request: Request, pk: int | None) -> frozenset[str] | None:
    """The stations whose entries the person is told of: those of the posting; for a firm's people mostly every one."""
    actor = request.actor
    return actor.firm_stations if pk is None else actor.stations_for([pages.activity_of("cash-accounts")])


@require_GET
def show(request: Request, pk: int | None = None) -> HttpResponse:
    """The statement of the Electronic Cash Ledger, oldest first, with the balance after each entry."""
    told, form = _told(request, pk, statement.ON_A_PAGE, paged=True)
    kept = {name: value for name, value in request.GET.items() if value and name in form.fields and name != "skip"}
    skip = (form.cleaned_data.get("skip") or 0) if form.is_valid() else 0
    context = {
        "told": told, "form": form, "filtered": bool(kept), "pk": pk, "kept": urlencode(kept),
        "earlier": max(skip - statement.ON_A_PAGE, 0) if skip else None, "later": skip + statement.ON_A_PAGE if told.more else None,
        "withdrawals": CashWithdrawal.objects.visible_to(request.actor).order_by("-pk")[:WITHDRAWALS_SHOWN] if pk is None else (),
        "may_withdraw": pk is None and request.actor.may(pages.activity_of("cash-withdraw")),
        "may_deposit": pk is None and request.actor.may(pages.activity_of("cash-deposit")),
    }  # fmt: skip
    return render(request, "payments/cash/ledger.html", context)


@require_GET
def export(request: Request, pk: int | None = None) -> HttpResponseBase:
    """The statement as a CSV or XLSX file."""
    told, form = _told(request, pk, statement.MOST_EXPORTED)
    told_of_export(request, "cash-ledger", **{f"filter_{k}": str(v) for k, v in form.data.items()})
    is_xlsx = request.GET.get("as") == "xlsx"
    return files.streamed(statement.COLUMNS, statement.exported(told), "cash-ledger", is_xlsx=is_xlsx)


@require_GET
def printed(request: Request, pk: int | None = None) -> HttpResponse:
    """The statement as PDF."""
    told, _form = _told(request, pk, statement.MOST_PRINTED)
    return as_pdf(papers.printed(told, request.actor.name), f"ECL-{told.account.firm_number}")


@require_http_methods(["GET", "POST"])
def deposit(request: Request) -> HttpResponse:
    """The firm makes a challan for a deposit; it is then paid at the bank as any other."""
    pages.require(request.actor, "cash-deposit")
    told = {
        "title": _("Deposit money"), "button": _("Make the challan"),
        "words": _(
            "A challan is made for the deposit. You pay it at the bank, and the money is on your Electronic Cash Ledger as "
            "soon as the bank confirms. Challans of every station are paid from it."
        ),
    }  # fmt: skip
    return _asked(request, DepositForm, create_deposit, told)


@require_http_methods(["GET", "POST"])
def withdraw(request: Request) -> HttpResponse:
    """The firm asks for money on its cash ledger to be paid out to its account."""
    pages.require(request.actor, "cash-withdraw")
    told = {
        "title": _("Withdraw money"), "button": _("Request withdrawal"),
        "words": _(
            "One officer verifies the request and another approves it; then the amount leaves the cash ledger and the bank "
            "pays it out."
        ),
    }  # fmt: skip
    return _asked(request, WithdrawalForm, request_withdrawal, told)


def _asked(
    request: Request,
    form_class: type[DepositForm],
    make: Callable[[dict[str, Any], Actor], Document],
    told: dict[str, str],
) -> HttpResponse:
    """The form that moves money onto the ledger or off it; once it is whole, the document that it makes."""
    form = form_class(request.POST if request.method == "POST" else None, actor=request.actor)
    reasons: list[str] = []
    if form.is_bound and form.is_valid():
        try:
            return redirect(make(form.cleaned_data, request.actor))
        except Refused as refusal:
            reasons = refusal.reasons
    status = 409 if reasons else 422 if form.is_bound else 200
    return render(request, "payments/cash/ask.html", {"form": form, "reasons": reasons, **told}, status=status)


@require_GET
def accounts(request: Request) -> HttpResponse:
    """The ledgers of the firms that pay at the officer's stations."""
    words = _("Electronic Cash Ledgers of the firms with challans at your station.")
    context = {**registers.shown(request, ACCOUNTS), "heading": _("Cash ledgers"), "words": words}
    return render(request, "payments/register.html", context)


@require_GET
def accounts_export(request: Request) -> HttpResponseBase:
    """The list of ledgers as a file, with the same filters."""
    return registers.exported(request, ACCOUNTS)


@require_GET
def accounts_printed(request: Request) -> HttpResponse:
    """The list of ledgers on paper, with the same filters."""
    return registers.printed(request, ACCOUNTS)


@require_GET
def books(request: Request) -> HttpResponse:
    """Whether the books of the cash ledgers balance: each check of the nights, the last one first."""
    pages.require(request.actor, "books")
    rows: list[Any] = list(BooksCheck.objects.order_by("-pk")[:CHECKS_SHOWN])
    return render(request, "payments/cash/books.html", {"rows": rows, "last": rows[0] if rows else None})
