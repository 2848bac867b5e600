"""All addresses of the system: noun, key, verb."""

from django.urls import converters, include, path, register_converter

from accounts import languages
from eccs import (
    audit_views,
    batch_views,
    chain_views,
    code_views,
    desk_views,
    documents_views,
    hand_over_views,
    metrics,
    queues,
    rule_views,
    search,
    signing_views,
    status,
    upload_views,
    verify_views,
    views,
)


class Verb(converters.StringConverter):
    """A step in an address: small letters and hyphens, so that no number of a document is taken for one."""

    regex = "[a-z-]+"


register_converter(Verb, "verb")

urlpatterns = [
    path("public/", include("public.urls")),  # first: of all pages the tracker is asked for most
    path("", views.desk, name="desk"),
    path("healthz", status.healthz, name="healthz"),
    path("readyz", status.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("counts/", views.counts, name="counts"),
    path("find/", search.find, name="find"),
    path("codes/bars/<str:number>.svg", code_views.bars, name="bars"),
    path("codes/squares.svg", code_views.squares, name="squares"),
    path("verify/", verify_views.verify, name="verify"),
    path("verify/offline.html", verify_views.offline, name="verify-offline"),
    path("verify/keys.pem", verify_views.keys, name="verify-keys"),
    path("print/<path:slug>/", batch_views.start, name="print-selected"),
    path("printing/<uuid:key>/", batch_views.printing, name="printing"),
    path("printing/<uuid:key>/download/", batch_views.download, name="printing-download"),
    path("V/<str:code>", verify_views.verify_code, name="verify-code"),
    path("language/", languages.choose, name="set_language"),
    path("", include("accounts.urls")),
    path("", include("accounts.directory.urls")),
    path("uploads/<int:pk>/", upload_views.upload, name="upload"),
    path("uploads/<int:pk>/sign/", upload_views.sign, name="upload-sign"),
    path("uploads/<int:pk>/errors/", upload_views.errors, name="upload-errors"),
    path("uploads/template/<slug:kind>/", upload_views.template, name="upload-template"),
    path("audit/", audit_views.lines, name="audit"),
    path("audit/export/", audit_views.export, name="audit-export"),
    path("audit/<int:pk>/", audit_views.line, name="audit-line"),
    path("chains/", chain_views.chains, name="chains"),
    path("chains/head/", chain_views.head, name="chains-head"),
    path("sign/<uuid:key>/", signing_views.sign, name="sign"),
    path("signatures/<path:slug>/<str:key>/<int:seq>/<slug:part>/", signing_views.part, name="signature-part"),
    path("documents/", documents_views.documents, name="documents"),
    path("role-holders/", documents_views.holders, name="role-holders"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/<slug:name>/", rule_views.rule, name="rule"),
    path("rules/<slug:name>/add/", rule_views.add, name="rule-add"),
    path("rules/<slug:name>/<int:pk>/withdraw/", rule_views.withdraw, name="rule-withdraw"),
    path("counter/", include("counter.urls")),
    path("manifests/", include("manifests.urls")),
    path("bills/", include("bills.urls")),
    path("payments/", include("payments.urls")),
    path("bonds/", include("bonds.urls")),
    path("transit/", include("transit.urls")),
    path("exports/", include("exports.urls")),
    path("rms/", include("rms.urls")),
    path("reports/", include("reports.urls")),
    path("", include("api.urls")),
    path("help/", include("helpdesk.urls")),
    # Work in hand
    path("work/", desk_views.work, name="work"),
    path("work/next/<path:slug>/<slug:stage>/", desk_views.take_next, name="work-next"),
    path("work/many/<path:slug>/<slug:stage>/<verb:verb>/", desk_views.many, name="work-many"),
    path("work/priority/<path:slug>/<str:key>/", desk_views.priority, name="work-priority"),
    path("work/<path:slug>/<str:key>/<verb:verb>/", desk_views.act, name="work-act"),
    path("hand-over/", hand_over_views.hand_over, name="hand-over"),
    path("hand-over/<int:pk>/", hand_over_views.note, name="hand-over-note"),
    path("hand-over/<int:pk>/read/", hand_over_views.mark_read, name="hand-over-read"),
    # What every kind of document shares
    path("<path:slug>/queue/<slug:stage>/", queues.queue, name="queue"),
    path("<path:slug>/queue/<slug:stage>/<verb:verb>/", views.steps, name="steps"),
    path("clearance/<path:slug>/", views.clearance, name="clearance"),
    path("<path:slug>/<str:key>/<verb:verb>/", views.step, name="step"),
    path("<path:slug>/<str:key>/", views.document, name="document"),
]

handler400 = "eccs.errors.bad_request"
handler403 = "eccs.errors.forbidden"
handler404 = "eccs.errors.not_found"
handler500 = "eccs.errors.broken"
