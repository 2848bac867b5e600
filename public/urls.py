"""Addresses of the public window: no account is needed for any of them."""

from django.urls import path

from public import rates_views, status_views, views

urlpatterns = [
    path("", views.home, name="public-home"),
    path("track/", views.track, name="public-track"),
    path("exchange-rates/", rates_views.exchange, name="public-exchange-rates"),
    path("exchange-rates/<str:currency>/", rates_views.currency, name="public-exchange-rate"),
    path("tariff/", rates_views.tariff, name="public-tariff"),
    path("tariff/<str:cth>/", rates_views.item, name="public-tariff-item"),
    path("status/", status_views.status, name="public-status"),
    path("advisories/", views.advisories, name="public-advisories"),
    path("forms/", views.forms, name="public-forms"),
    path("forms/<slug:name>/", views.form, name="public-form"),
]
