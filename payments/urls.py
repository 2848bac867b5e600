"""Addresses of challans and the bank."""

from django.urls import path

from payments import authorised_views, bank_views, fee_views, paper_views, reconciliation, refund_views, views
from payments.cash import views as cash
from payments.reconciling import views as reconciling

urlpatterns = [
    path("", views.history, name="payment-history"),
    path("export/", views.export, name="payment-export"),
    path("new/", views.new, name="new-challan"),
    path("fees/", fee_views.new, name="fee-challan"),
    path("fines/", fee_views.new_demand, name="fine-challan"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/export/", reconciliation.export, name="reconciliation-export"),
    path("reconciliation/print/", reconciliation.printed, name="reconciliation-print"),
    path("reconciliation/<int:pk>/close/", reconciliation.close, name="close-reconciliation"),
    path("reconciliation/lines/<int:pk>/refundable/", reconciliation.record_refundable, name="record-refundable"),
    path("reconciliation/refused/<int:pk>/close/", reconciliation.close_refused, name="close-refused"),
    path("reconciliation/scrolls/", reconciling.days, name="scrolls"),
    path("reconciliation/scrolls/ask/", reconciling.ask, name="scroll-ask"),
    path("reconciliation/scrolls/load/", reconciling.load, name="scroll-load"),
    path("reconciliation/scrolls/<str:bank>/<str:day>/", reconciling.one_day, name="scroll-report"),
    path("reconciliation/scrolls/<str:bank>/<str:day>/export/", reconciling.export, name="scroll-export"),
    path("reconciliation/scrolls/<str:bank>/<str:day>/print/", reconciling.printed, name="scroll-print"),
    path("ledger/", cash.show, name="cash-ledger"),
    path("ledger/export/", cash.export, name="cash-ledger-export"),
    path("ledger/print/", cash.printed, name="cash-ledger-print"),
    path("ledger/deposit/", cash.deposit, name="cash-deposit"),
    path("ledger/withdraw/", cash.withdraw, name="cash-withdraw"),
    path("ledger/firms/", cash.accounts, name="cash-accounts"),
    path("ledger/firms/export/", cash.accounts_export, name="cash-accounts-export"),
    path("ledger/firms/print/", cash.accounts_printed, name="cash-accounts-print"),
    path("ledger/firms/<int:pk>/", cash.show, name="cash-account"),
    path("ledger/firms/<int:pk>/export/", cash.export, name="cash-account-export"),
    path("ledger/firms/<int:pk>/print/", cash.printed, name="cash-account-print"),
    path("refunds/", refund_views.page, name="refunds"),
    path("refunds/export/", refund_views.export, name="refunds-export"),
    path("refunds/print/", refund_views.printed, name="refunds-print"),
    path("refunds/<slug:kind>/<int:pk>/credit/", refund_views.credit, name="refund-credit"),
    path("books/", cash.books, name="books"),
    path("banks/", authorised_views.authorised, name="authorised-banks"),
    path("banks/authorise/", authorised_views.authorise, name="bank-authorise"),
    path("banks/<int:pk>/end/", authorised_views.end, name="bank-end"),
    path("bank/return/", bank_views.bank_return, name="bank-return"),
    path("bank/confirmation/", bank_views.confirmation, name="bank-confirmation"),
    path("challans/<str:number>/go-to-bank/", views.go_to_bank, name="go-to-bank"),
    path("challans/<str:number>/anew/", views.anew, name="challan-anew"),
    path("challans/<str:number>/tr-6.pdf", paper_views.challan_pdf, name="challan-print"),
    path("challans/<str:number>/receipt/", views.receipt, name="cyber-receipt"),
]
