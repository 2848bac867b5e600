"""Signing in and out, and what a person sets for the own screen."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts import people_views, role_views, views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
    path("text-size/", views.text_size, name="text-size"),
    path("keys/", views.keys, name="keys"),
    path("desk/", views.switch, name="switch"),
    path("people/", people_views.people, name="people"),
    path("people/new/", people_views.new, name="person-new"),
    path("people/from-another-station/", people_views.from_elsewhere, name="person-from-elsewhere"),
    path("roles/", role_views.roles, name="roles"),
    path("roles/open/", role_views.open_roles, name="roles-open"),
    path("roles/new/<slug:group>/", role_views.new, name="role-new"),
]
