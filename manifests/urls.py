"""Addresses of manifests beyond those every document has."""

from django.urls import path

from manifests import amendment_views, hold_views, scan_views, views, warehouse_views

urlpatterns = [
    path("", views.manifests, name="manifests"),
    path("new/", views.new, name="manifest-new"),
    path("differences/", hold_views.differences_open, name="differences-open"),
    path("differences/<int:pk>/settle/", hold_views.settle, name="difference-settle"),
    path("warehouse/", warehouse_views.register, name="warehouse-register"),
    path("warehouse/export/", warehouse_views.export, name="warehouse-export"),
    path("warehouse/print/", warehouse_views.printed, name="warehouse-print"),
    path("warehouse/move/", warehouse_views.move, name="warehouse-move"),
    path("warehouse/<int:pk>/", warehouse_views.entry, name="warehouse-entry"),
    path("<str:key>/amend/", amendment_views.amend, name="manifest-amend"),
    path("<str:key>/amend/header/", amendment_views.header, name="amend-header"),
    path("<str:key>/amend/igm/", amendment_views.igm, name="amend-igm"),
    path("<str:key>/amend/add/", amendment_views.add, name="amend-add"),
    path("<str:key>/amend/shipment/<str:hawb>/", amendment_views.shipment, name="amend-shipment"),
    path("<str:key>/amend/pieces/<str:hawb>/", amendment_views.pieces, name="amend-pieces"),
    path("<str:key>/amend/remove/<int:pk>/", amendment_views.remove, name="amend-remove"),
    path("<str:key>/versions/", amendment_views.versions, name="manifest-versions"),
    path("<str:key>/versions/<int:number>/", amendment_views.version, name="manifest-version"),
    path("<str:key>/hold/<str:hawb>/", hold_views.hold, name="hawb-hold"),
    path("<str:key>/form-a.pdf", views.printed, name="manifest-print"),
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
