"""Signed kinds: the decider sees what is decided, the passkey signs it, and what holds becomes an attestation.

The browser signs a challenge that the gate computes (`audit.core.decisions`): who rules on which proposal, with
which verdict, over which content. The decision itself is then made on the pages, and the database asks for the
attestation; the process behind the pages can neither make one nor change what was signed.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from webauthn import generate_authentication_options, options_to_json
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from meruit.audit.core.decisions import SignedContent, challenge
from meruit.authority import access
from meruit.authority.errors import NoAuthority, Refused, sentences
from meruit.authority.models import Proposal
from meruit.gate import passkeys, sessions
from meruit.people.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from meruit.people.models import Login

#: Where the gate keeps, between the two halves of a signature, what it asked for.
ASKED = "meruit.signing"
#: Only an approval is signed: a refusal brings nothing about.
VERDICT = "approved"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what is signed, in words and as it stands in the content."""

    name: str
    value: str
    means: str


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show the content of a proposal and take the passkey's signature over it."""
    token = sessions.token_of(request)
    who = sessions.live(token)
    if who is None:
        return redirect(f"{reverse('gate-open')}?next=/decisions/{proposal_id}/")
    proposal = _proposal(who.person_id, proposal_id)
    login = sessions.login_of(who.person_id)
    if request.method == "POST" and login is not None:
        try:
            _attest(request, token, login, proposal)
        except Refused as refused:
            return _page(request, who.person_id, login, proposal, says=str(refused))
        return HttpResponseRedirect(f"{settings.ADDRESSES.web}/decisions/{proposal_id}/?signed=yes#decide")
    return _page(request, who.person_id, login, proposal)


def _proposal(person_id: int, proposal_id: int) -> Proposal:
    """A proposal of a signed kind that this person's roles may decide; all others do not exist here."""
    found = Proposal.objects.filter(pk=proposal_id, kind__signed=True).select_related("kind", "prepared_by").first()
    roles = set(access.grants(person_id).values_list("role", flat=True))
    if found is None or not roles & set(found.kind.rules.values_list("role", flat=True)):
        raise Http404
    return found


def _page(
    request: HttpRequest, person_id: int, login: Login | None, proposal: Proposal, *, says: str = ""
) -> HttpResponse:
    keys = [] if login is None else passkeys.of(login)
    asked = SignedContent(
        person=str(person_id),
        proposal=str(proposal.pk),
        verdict=VERDICT,
        content=bytes(proposal.content_sha256).hex(),
        nonce=secrets.token_hex(32),
    )
    request.session[ASKED] = {"proposal": proposal.pk, "nonce": asked.nonce}
    options = generate_authentication_options(
        rp_id=settings.ADDRESSES.host,
        challenge=challenge(asked),
        allow_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return render(
        request,
        "gate/sign.html",
        {
            "proposal": proposal,
            "person": Person.objects.get(pk=person_id),
            "rows": _rows(proposal),
            "digest": asked.content,
            "options": {"publicKey": json.loads(options_to_json(options))},
            "has_passkey": bool(keys),
            "says": says,
            "back": f"{settings.ADDRESSES.web}/decisions/{proposal.pk}/",
        },
        status=403 if says else 200,
    )


def _attest(request: HttpRequest, token: str, login: Login, proposal: Proposal) -> None:
    """Check the signature over what was asked, once, and hand it to the database as evidence."""
    asked = request.session.pop(ASKED, None)
    if asked is None or asked["proposal"] != proposal.pk:
        raise NoAuthority("This page is no longer the one that was signed; sign again.")
    signed = SignedContent(
        person=str(login.person_id),
        proposal=str(proposal.pk),
        verdict=VERDICT,
        content=bytes(proposal.content_sha256).hex(),
        nonce=asked["nonce"],
    )
    try:
        response: dict[str, Any] = json.loads(request.POST.get("credential", ""))
    except ValueError as error:
        raise NoAuthority("The browser's answer is no signature of a passkey; try again.") from error
    held = passkeys.check(
        login, response, challenge=challenge(signed), rp_id=settings.ADDRESSES.host, origin=settings.ADDRESSES.gate
    )
    with sentences(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT authority.attest(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                token,
                proposal.pk,
                VERDICT,
                bytes(proposal.content_sha256),
                bytes.fromhex(asked["nonce"]),
                settings.ADDRESSES.host,
                held.passkey.credential_id,
                held.passkey.public_key,
                held.authenticator_data,
                held.client_data,
                held.signature,
            ],
        )


def _rows(proposal: Proposal) -> list[Row]:
    """Every key of the content: nothing that is signed stays unseen."""
    return [
        Row(name.replace("_", " "), _text(value), _means(name, value))
        for name, value in sorted(proposal.content.items())
    ]


def _text(value: Any) -> str:
    if value is None or value == "":
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _means(name: str, value: Any) -> str:
    """Whom a number stands for."""
    if name == "person_id" and isinstance(value, int):
        return Person.objects.filter(pk=value).values_list("name", flat=True).first() or "nobody"
    return ""
