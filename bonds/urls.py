"""Addresses of bonds."""

from django.urls import path

from bonds import views

urlpatterns = [
    path("", views.bonds, name="bonds"),
    path("export/", views.export, name="bonds-export"),
    path("request/", views.request_, name="bond-request"),
    path("types/", views.master, name="bond-master"),
    path("types/enter/", views.master_enter, name="bond-master-enter"),
    path("bonds/<str:number>/print/", views.bond_print, name="bond-print"),
    path("bonds/<str:number>/statement/", views.statement, name="bond-statement"),
]
