"""Addresses of manifests beyond those every document has."""

from django.urls import path

from manifests import scan_views, views

urlpatterns = [
    path("", views.manifests, name="manifests"),
    path("new/", views.new, name="manifest-new"),
    path("<str:key>/header/", views.header, name="manifest-header"),
    path("<str:key>/upload/", views.upload, name="manifest-upload"),
    path("<str:key>/shipments/", views.shipments, name="manifest-shipments"),
    path("<str:key>/shipments/new/", views.shipment, name="manifest-shipment"),
    path("<str:key>/scan/", scan_views.station, name="scan-station"),
    path("<str:key>/packages/", scan_views.packages, name="scan-packages"),
    path("<str:key>/scans/", scan_views.scans, name="scans"),
    path("<str:key>/weight/", scan_views.weight, name="weight"),
    path("<str:key>/differences/", scan_views.differences, name="differences"),
]
