"""Addresses of the Service Centre."""

from django.urls import path

from counter import answer_views, discard_views, display_views, form_views, opening_views, views

urlpatterns = [
    path("", views.counter, name="counter"),
    path("tokens/", views.token, name="counter-token"),
    path("next/", views.call_next, name="counter-next"),
    path("steps/<str:key>/<verb:verb>/", views.step, name="counter-step"),
    path("answers/", answer_views.found, name="counter-answers"),
    path("answers/<path:slug>/<str:key>/<verb:verb>/", answer_views.typing, name="counter-answer-type"),
    path("answers/<int:pk>/", answer_views.answer, name="counter-answer"),
    path("answers/<int:pk>/drop/", answer_views.drop, name="counter-answer-drop"),
    path("begin/<slug:name>/<int:about>/", opening_views.typing, name="counter-open"),
    path("discard/<path:slug>/<str:key>/", discard_views.discard, name="counter-discard"),
    path("papers/", form_views.brought, name="counter-paper"),
    path("scans/<slug:what>/<int:pk>/", form_views.scan, name="counter-scan"),
    path("prints/<path:slug>/<str:key>.pdf", form_views.printed, name="counter-print"),
    path("sealed/<path:slug>/<str:key>/", form_views.seal, name="counter-seal"),
    path("show/<path:slug>/<str:key>/", display_views.show, name="counter-show"),
    path("display/", display_views.make, name="counter-display-make"),
    path("display/<str:key>/", display_views.display, name="counter-display"),
    path("report/", views.report, name="counter-report"),
    path("report/export/", views.export, name="counter-report-export"),
    path("report/print/", views.printed_report, name="counter-report-print"),
]
