"""Addresses of transfer manifests and arrivals."""

from django.urls import path

from transit import views

urlpatterns = [
    path("", views.transfers, name="transfers"),
    path("export/", views.export, name="transfers-export"),
    path("new/", views.new, name="transfer-new"),
    path("drafts/<int:pk>/", views.draft, name="transfer-draft"),
    path("drafts/<int:pk>/list/", views.add_list, name="transfer-list"),
    path("copies/<str:number>/", views.copy, name="transfer-copy"),
    path("gate/<str:number>/", views.gate_out, name="transfer-gate"),
    path("scan/<str:number>/", views.gate_in, name="transfer-scan"),
    path("prints/<str:key>.pdf", views.printed, name="transfer-print"),
    path("certificates/<str:number>.pdf", views.certificate, name="transfer-certificate"),
]
