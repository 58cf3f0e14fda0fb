"""The gate's own pages: a session is opened, a link is used, one signs out."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote

from allauth.account.internal.flows.login import get_authentication_records, perform_password_login
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.models import Login as SigningIn
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meruit.authority.errors import Refused
from meruit.gate import links, sessions
from meruit.gate.forms import Enrol
from meruit.gate.middleware import OPENED
from meruit.people.models import Login, Session
from meruit.settings.pages import SESSION_COOKIE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
#: What a session says of how its person signed in, by the second factor that was used.
METHODS = {
    Authenticator.Type.WEBAUTHN: Session.Method.PASSKEY,
    Authenticator.Type.TOTP: Session.Method.TOTP,
    Authenticator.Type.RECOVERY_CODES: "recovery-code",
}


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The gate has no page of its own: in, or out to the pages."""
    return redirect("gate-open")


@require_safe
def open_session(request: HttpRequest) -> HttpResponse:
    """After sign-in: a session of the house, if a second factor was used; enrolment of one, if there is none."""
    onward = f"{settings.ADDRESSES.web}{path_of(request.GET.get('next', '/'))}"
    login = request.user
    if not isinstance(login, Login):
        return redirect(f"{reverse('account_login')}?next={quote(request.get_full_path())}")
    if request.session.get(OPENED):
        return redirect(onward)
    if not is_mfa_enabled(login, FACTORS):
        return redirect("gate-factors")
    used = [r["type"] for r in get_authentication_records(request, login) if r.get("method") == "mfa"]
    if not used:  # just enrolled: the new factor has to show that it works
        logout(request)
        return redirect(f"{reverse('account_login')}?next={quote(request.get_full_path())}")
    response = HttpResponseRedirect(onward)
    try:
        digest = sessions.open_for(request, response, login.person_id, METHODS[used[-1]])
    except Refused as refused:
        logout(request)
        return render(request, "gate/refused.html", {"says": str(refused)}, status=403)
    request.session[OPENED] = digest.hex()
    return response


@require_safe
def factors(request: HttpRequest) -> HttpResponse:
    """Whoever has no second factor yet chooses one before anything else."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return render(request, "gate/factors.html", {"enrolled": is_mfa_enabled(request.user, FACTORS)})


@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, secret: str) -> HttpResponse:
    """A link that works once lets a person choose a password; then an authenticator is enrolled."""
    person = links.holder(secret, "enrol")
    if person is None:
        return _no_link(request)
    form = Enrol(request.POST or None, person=person)
    if request.method != "POST" or not form.is_valid():
        return render(request, "gate/enrol.html", {"form": form, "person": person})
    try:
        links.use(secret, "enrol")
    except Refused:
        return _no_link(request)
    logout(request)
    login, _ = Login.objects.get_or_create(person=person, defaults={"email": person.email})
    login.set_password(form.cleaned_data["password"])
    login.save()
    response: HttpResponse = perform_password_login(
        request,
        {"email": login.email},
        SigningIn(user=login, redirect_url=reverse("gate-factors"), email=login.email),
    )
    reauthenticate_by_password(request)  # the password was set a moment ago: no need to ask for it again
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def demo(request: HttpRequest, secret: str) -> HttpResponse:
    """A demonstration's link: once, from this machine, and only where the database is a demonstration's."""
    if not _from_this_machine(request):
        raise Http404
    person = links.holder(secret, "demo")
    if person is None:
        return _no_link(request)
    if request.method != "POST":  # a look ahead by the browser must not use it up
        return render(request, "gate/demo.html", {"person": person})
    response = HttpResponseRedirect(f"{settings.ADDRESSES.web}/")
    try:
        links.use(secret, "demo")
        logout(request)
        sessions.open_for(request, response, person.pk, Session.Method.DEMO_LINK)
    except Refused:
        return _no_link(request)
    return response


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """The pages send whoever signed out there here: the gate forgets the sign-in too, once its session has ended."""
    token = sessions.token_of(request)
    if request.user.is_authenticated and sessions.live(token) is None:
        logout(request)
    return render(request, "gate/signed_out.html")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out at the gate: the session of the house ends with it."""
    if token := sessions.token_of(request):
        sessions.end(sessions.sha256(token))
    logout(request)
    response = redirect("gate-signed-out")
    response.delete_cookie(settings.ADDRESSES.cookie(SESSION_COOKIE), samesite="Lax")
    return response


def path_of(wanted: str) -> str:
    """A path of our own pages, whatever was asked for: never another host."""
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/"


def _no_link(request: HttpRequest) -> HttpResponse:
    says = "This link is unknown, was used already, or has expired. Ask an administrator for a new one."
    return render(request, "gate/refused.html", {"says": says}, status=404)


def _from_this_machine(request: HttpRequest) -> bool:
    """Behind a public address every request seems to come from the proxy: then nobody is on this machine."""
    try:
        near = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return near and not settings.ADDRESSES.public
