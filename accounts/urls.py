"""Signing in and out, passwords, codes, sessions, and what a person sets for the own screen."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts import (
    expiry_views,
    password_views,
    people_views,
    role_views,
    second_factor_views,
    session_views,
    views,
)

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", second_factor_views.code, name="sign-in-code"),
    path("sign-in/recovery-code/", second_factor_views.code, {"recovery": True}, name="sign-in-recovery"),
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
    path("password/", password_views.change, name="password-change"),
    path("password/confirm/", password_views.confirm, name="confirm-password"),
    path("password/forgotten/", password_views.forgotten, name="password-forgotten"),
    path("password/forgotten/sent/", password_views.sent, name="password-sent"),
    path("password/reset/<str:key>/<str:token>/", password_views.reset, name="password-reset"),
    path("account/", session_views.account, name="account"),
    path("account/session/", session_views.session, name="session"),
    path("account/sessions/end-others/", session_views.end_others, name="sessions-end-others"),
    path("account/sessions/<int:pk>/end/", session_views.end, name="session-end"),
    path("second-factor/", second_factor_views.enrol, name="second-factor"),
    path("second-factor/square.svg", second_factor_views.square, name="second-factor-square"),
    path("second-factor/recovery-codes/", second_factor_views.new_codes, name="recovery-codes"),
    path("second-factor/policy/", second_factor_views.policy, name="second-factor-policy"),
    path("password-expiry/", expiry_views.exercises, name="expiry-exercises"),
    path("password-expiry/new/", expiry_views.name, name="expiry-new"),
    path("password-expiry/<int:pk>/", expiry_views.exercise, name="expiry-exercise"),
    path("password-expiry/<int:pk>/cancel/", expiry_views.cancel, name="expiry-cancel"),
    path("password-expiry/<int:pk>/people.csv", expiry_views.people, name="expiry-people"),
]
