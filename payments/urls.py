"""Addresses of challans and the bank."""

from django.urls import path

from payments import bank_views, fee_views, paper_views, reconciliation, views

urlpatterns = [
    path("", views.history, name="payment-history"),
    path("new/", views.new, name="new-challan"),
    path("fees/", fee_views.new, name="fee-challan"),
    path("reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("reconciliation/<int:pk>/close/", reconciliation.close, name="close-reconciliation"),
    path("reconciliation/lines/<int:pk>/refundable/", reconciliation.record_refundable, name="record-refundable"),
    path("bank/return/", bank_views.bank_return, name="bank-return"),
    path("bank/confirmation/", bank_views.confirmation, name="bank-confirmation"),
    path("challans/<str:number>/go-to-bank/", views.go_to_bank, name="go-to-bank"),
    path("challans/<str:number>/tr-6.pdf", paper_views.challan_pdf, name="challan-print"),
    path("challans/<str:number>/receipt/", views.receipt, name="cyber-receipt"),
]
