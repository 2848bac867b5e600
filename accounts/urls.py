"""Signing in and out, and what a person sets for the own screen."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts import advisory_views, station_views, views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
    path("text-size/", views.text_size, name="text-size"),
    path("keys/", views.keys, name="keys"),
    path("stations/", station_views.stations, name="stations"),
    path("advisories/", advisory_views.advisories, name="advisories"),
    path("advisories/written/", advisory_views.written, name="advisories-written"),
    path("advisories/new/", advisory_views.new, name="advisory-new"),
    path("advisories/<str:key>/edit/", advisory_views.edit, name="advisory-edit"),
    path("advisories/<str:key>/mark-read/", advisory_views.mark_read, name="advisory-mark-read"),
]
