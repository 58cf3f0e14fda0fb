"""Addresses of the gate: its own pages, and those of allauth that the house uses. Nobody signs up or asks by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account import views as account
from django.urls import include, path
from django.views.generic import RedirectView

from meruit.gate import signing, tokens, views

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

handler500 = "meruit.ui.trouble.answer"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="gate-open")),
    path("gate/", views.front),
    path("gate/open/", views.open_session, name="gate-open"),
    path("gate/factors/", views.factors, name="gate-factors"),
    path("gate/enrol/<str:secret>/", views.enrol, name="gate-enrol"),
    path("gate/demo/<str:secret>/", views.demo, name="gate-demo"),
    path("gate/sign/<int:proposal_id>/", signing.sign, name="gate-sign"),
    path("gate/token/", tokens.token, name="gate-token"),
    path("gate/signed-out/", views.signed_out, name="gate-signed-out"),
    path("gate/sign-out/", views.sign_out, name="gate-sign-out"),
    path("gate/login/", account.login, name="account_login"),
    path("gate/logout/", views.sign_out, name="account_logout"),
    path("gate/inactive/", account.account_inactive, name="account_inactive"),
    path("gate/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("gate/password/", account.password_change, name="account_change_password"),
    path("gate/no-sign-up/", account.signup, name="account_signup"),
    path("gate/2fa/", include("allauth.mfa.urls")),
]
