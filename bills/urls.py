"""Addresses of bills beside the generic ones."""

from django.urls import path

from bills.views import documents, entry, manual, papers, start, uncleared, uploads

urlpatterns = [
    path("new/", start.start, name="bill-start"),
    path("drafts/<int:pk>/", entry.draft, name="bill-draft"),
    path("drafts/<int:pk>/items/", entry.items, name="bill-items"),
    path("drafts/<int:pk>/items/<int:number>/", entry.item, name="bill-item"),
    path("drafts/<int:pk>/items/<int:number>/remove/", entry.remove_item, name="bill-item-remove"),
    path("drafts/<int:pk>/invoices/", entry.invoices, name="bill-invoices"),
    path("drafts/<int:pk>/invoices/<int:number>/", entry.invoice, name="bill-invoice"),
    path("drafts/<int:pk>/invoices/<int:number>/remove/", entry.remove_invoice, name="bill-invoice-remove"),
    path("drafts/<int:pk>/form/", entry.change_form, name="bill-form"),
    path("drafts/<int:pk>/documents/", entry.papers, name="bill-papers"),
    path("drafts/<int:pk>/shipments/", documents.choose, name="bill-choose"),
    path("shipments/<str:key>/", documents.shipments, name="bill-shipments"),
    path("drafts/<int:pk>/check/", entry.check, name="bill-check"),
    path("drafts/<int:pk>/parts/<slug:name>/", entry.part, name="bill-part"),
    path("filed/<str:key>/", entry.filed, name="bill-filed"),
    path("prints/<str:key>.pdf", papers.bill_print, name="bill-print"),
    path("prints/<str:key>/out-of-charge.pdf", papers.out_of_charge_print, name="out-of-charge-print"),
    path("prints/detention/<str:number>.pdf", papers.detention_print, name="detention-print"),
    path("papers/<int:pk>/", papers.attachment, name="attachment"),
    path("papers/of/<str:key>/", papers.attach, name="bill-attach"),
    path("manual/", manual.overview, name="manual"),
    path("manual/export/", manual.export, name="manual-export"),
    path("manual/propose/", manual.propose, name="manual-propose"),
    path("manual/issue/", manual.issue, name="manual-issue"),
    path("manual/issued/", manual.issued, name="manual-issued"),
    path("manual/blanks/", manual.blanks, name="manual-blanks"),
    path("uncleared/", uncleared.listed, name="uncleared"),
    path("uncleared/export/", uncleared.export, name="uncleared-export"),
    path("uncleared/print/", uncleared.printed, name="uncleared-print"),
    path("uncleared/dispose/", uncleared.dispose, name="uncleared-dispose"),
    path("uncleared/<int:pk>/return/", uncleared.send_back, name="uncleared-return"),
    path("uncleared/notices/<str:number>.pdf", uncleared.notice, name="uncleared-notice"),
    path("flights/<str:key>/", uploads.upload, name="bill-upload"),
    path("flights/<str:key>/images/", uploads.images_of_flight, name="bill-images"),
]
