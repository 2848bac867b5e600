"""Addresses of the HTTP API and of the pages of its keys."""

from django.urls import include, path, re_path

from api import reference, views
from api.folders import views as folders
from api.operations import addresses
from api.site import PREFIX, nowhere
from api.webhooks import views as hooks

urlpatterns = [
    path("api-keys/", views.keys, name="api-keys"),
    path("api-keys/new/", views.new, name="api-key-new"),
    path("api-keys/own/", views.own, name="own-api-keys"),
    path("api-keys/<int:pk>/accept/", views.accept, name="api-key-accept"),
    path("api-keys/<int:pk>/revoke/", views.revoke, name="api-key-revoke"),
    path("webhooks/", hooks.webhooks, name="webhooks"),
    path("webhooks/new/", hooks.new, name="webhook-new"),
    path("webhooks/<int:pk>/", hooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/again/", hooks.again, name="webhook-again"),
    path("webhooks/<int:pk>/try/", hooks.try_it, name="webhook-try"),
    path("webhooks/<int:pk>/end/", hooks.end, name="webhook-end"),
    path("drop-folders/", folders.folders, name="drop-folders"),
    path("drop-folders/new/", folders.new, name="drop-folder-new"),
    path("drop-folders/<int:pk>/", folders.folder, name="drop-folder"),
    path("drop-folders/<int:pk>/end/", folders.end, name="drop-folder-end"),
    path(PREFIX, reference.reference, name="api-reference"),
    path(f"{PREFIX}openapi.json", reference.openapi, name="api-openapi"),
    path(PREFIX, include(addresses())),
    re_path(r"^api/.*$", nowhere, name="api-nowhere"),
]
