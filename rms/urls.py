"""Addresses of risk rules."""

from django.urls import path

from rms import views

urlpatterns = [
    path("", views.rules, name="risk-rules"),
    path("feedback/", views.worth, name="risk-feedback"),
    path("shares/", views.shares, name="risk-shares"),
    path("new/", views.rule_new, name="risk-rule-new"),
    path("rules/<str:key>/test/", views.test_far, name="risk-test"),
    path("rules/<str:key>/test/start/", views.test_start, name="risk-test-start"),
    path("rules/<str:key>/test/cancel/", views.test_cancel, name="risk-test-cancel"),
    path("rules/<str:key>/write-version/", views.version, name="risk-rule-version"),
]
