"""Signing in and out, and what a person sets for the own screen."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
    path("text-size/", views.text_size, name="text-size"),
    path("keys/", views.keys, name="keys"),
]
