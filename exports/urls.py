"""Addresses of shipping bills."""

from django.urls import path

from exports.views import documents, entry, excluded, leaving, papers, permitting, station, transmissions, waiting
from exports.warehouse import REGISTER
from manifests import warehouse_views

BOOK = {"book": REGISTER}  # the same pages as of goods that came in

urlpatterns = [
    path("", entry.start, name="csb-start"),
    path("drafts/<int:pk>/parts/<slug:name>/", entry.part, name="csb-part"),
    path("drafts/<int:pk>/items/<int:number>/", entry.item, name="csb-item"),
    path("drafts/<int:pk>/items/<int:number>/remove/", entry.remove_item, name="csb-item-remove"),
    path("drafts/<int:pk>/documents/", documents.upload, name="csb-documents-upload"),
    path("bills/<str:key>/shipments/", documents.shipments, name="csb-shipments"),
    path("files/<str:station>/", entry.upload, name="csb-upload"),
    path("prints/<str:key>.pdf", papers.bill_print, name="csb-print"),
    path("prints/<str:key>/let-export-order.pdf", papers.order_print, name="let-export-print"),
    path("prints/<str:key>/labels.pdf", papers.package_labels, name="csb-labels"),
    path("prints/detention/<str:number>.pdf", papers.detention_print, name="export-detention-print"),
    path("prints/decisions/<slug:sort>/<int:pk>.pdf", papers.decision_print, name="export-decision-print"),
    path("papers/<int:pk>/", papers.paper, name="csb-paper"),
    path("papers/of/<str:key>/", papers.attach, name="csb-attach"),
    path("flights/", leaving.new, name="cem-new"),
    path("flights/<int:pk>/", leaving.lines, name="cem-lines"),
    path("flights/<str:key>.pdf", leaving.printed, name="cem-print"),
    path("flights/<str:key>/shut-out.pdf", leaving.shut_out_print, name="shut-out-print"),
    path("waiting/", waiting.listed, name="leo-waiting"),
    path("waiting/export/", waiting.export, name="leo-waiting-export"),
    path("transmissions/", transmissions.listed, name="transmissions"),
    path("transmissions/send/", transmissions.send, name="transmission-send"),
    path("transmissions/lines/<int:pk>/", transmissions.correct, name="transmission-correct"),
    path("transmissions/<str:number>/", transmissions.file, name="transmission-file"),
    path("transmissions/<str:number>/lines.csv", transmissions.download, name="transmission-download"),
    path("goods/", waiting.by_courier, name="goods-by-courier"),
    path("goods/permit/", permitting.permit, name="goods-permit"),
    path("goods/excluded/", excluded.listed, name="excluded-goods"),
    path("goods/excluded/new/", excluded.add, name="excluded-goods-new"),
    path("goods/excluded/<int:pk>/end/", excluded.end, name="excluded-goods-end"),
    path("warehouse/", warehouse_views.register, BOOK, name="export-goods-register"),
    path("warehouse/export/", warehouse_views.export, BOOK, name="export-goods-export"),
    path("warehouse/print/", warehouse_views.printed, BOOK, name="export-goods-print"),
    path("warehouse/move/", warehouse_views.move, BOOK, name="export-goods-move"),
    path("warehouse/<int:pk>/", warehouse_views.entry, BOOK, name="export-goods-entry"),
    path("receive/", station.here, name="goods-station"),
    path("receive/<str:key>/", station.station, name="goods-scan"),
    path("receive/<str:key>/packages/", station.packages, name="goods-packages"),
    path("receive/<str:key>/scans/", station.scans, name="goods-scans"),
    path("receive/<str:key>/weight/", station.weight, name="goods-weight"),
]
