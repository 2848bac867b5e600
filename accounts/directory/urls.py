"""Addresses of the directory: for those who keep and read it, for a courier's own people, and for everybody."""

from django.urls import path

from accounts.directory import firm_views, public_views, views

urlpatterns = [
    path("directory/couriers/", views.couriers, name="couriers"),
    path("directory/couriers/new/", views.new, name="courier-new"),
    path("directory/couriers/renewals/", views.renewals, name="courier-renewals"),
    path("directory/couriers/own/", views.own, name="own-registration"),
    path("directory/custodians/", firm_views.custodians, name="custodians"),
    path("directory/custodians/new/", firm_views.new_custodian, name="custodian-new"),
    path("directory/importers/", firm_views.importers, name="importers"),
    path("directory/importers/new/", firm_views.new_importer, name="importer-new"),
    path("public/couriers/", public_views.couriers, name="public-couriers"),
    path("public/couriers.csv", public_views.couriers_csv, name="public-couriers-csv"),
    path("public/custodians/", public_views.custodians, name="public-custodians"),
    path("public/importers/", public_views.importers, name="public-importers"),
]
