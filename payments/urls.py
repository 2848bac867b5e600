"""Addresses of challans and the bank."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
