"""All addresses of the system: noun, key, verb."""

from django.urls import include, path

from eccs import search, status, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("healthz", status.healthz, name="healthz"),
    path("find/", search.find, name="find"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("accounts.urls")),
    path("manifests/", include("manifests.urls")),
    path("bills/", include("bills.urls")),
    path("payments/", include("payments.urls")),
    # What every kind of document shares
    path("<path:slug>/queue/<slug:stage>/", views.queue, name="queue"),
    path("<path:slug>/queue/<slug:stage>/<slug:verb>/", views.steps, name="steps"),
    path("clearance/<path:slug>/", views.clearance, name="clearance"),
    path("<path:slug>/<str:key>/<slug:verb>/", views.step, name="step"),
    path("<path:slug>/<str:key>/", views.document, name="document"),
]

handler400 = "eccs.errors.bad_request"
handler403 = "eccs.errors.forbidden"
handler404 = "eccs.errors.not_found"
handler500 = "eccs.errors.broken"
