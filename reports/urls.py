"""Addresses of the reports."""

from django.urls import path

from reports import views

urlpatterns = [
    path("", views.overview, name="reports"),
    path("hits/", views.report, {"slug": "hits"}, name="report-hits"),
    path("<slug:slug>/", views.report, name="report"),
    path("<slug:slug>/csv/", views.download, {"is_xlsx": False}, name="report-csv"),
    path("<slug:slug>/xlsx/", views.download, {"is_xlsx": True}, name="report-xlsx"),
]
