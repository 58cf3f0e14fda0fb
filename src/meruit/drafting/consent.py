"""A client's consent that words of its matters or documents are shown to a language model.

A lawyer's duty of confidence does not end where software begins (ABA Formal Opinion 512 of 2024 asks for informed
consent before a client's information is given to a generative tool that may reveal it). So consent is a record of
one client with its evidence, and no consent of one client speaks for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class NoConsent(PermissionError):
    """Nothing was sent, since the client has not agreed to it; the text is a full sentence."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a client agreed to: who, in which words or letter, from when until when."""

    client: str
    evidence: str
    from_on: date
    until_on: date | None = None


def require(consent: Consent | None, client: str, on: date) -> Consent:
    """The consent, if it is this client's and holds on this day."""
    if consent is None:
        raise NoConsent(f"{client} has not consented to the use of a language model; nothing was sent.")
    if consent.client != client:
        raise NoConsent(f"The consent is of {consent.client}, and the text is of {client}; nothing was sent.")
    if not consent.evidence.strip():
        raise NoConsent(f"The consent of {client} names no evidence (a letter, a clause); nothing was sent.")
    if on < consent.from_on:
        raise NoConsent(f"The consent of {client} holds from {consent.from_on}, not yet on {on}; nothing was sent.")
    if consent.until_on is not None and on > consent.until_on:
        raise NoConsent(f"The consent of {client} ended on {consent.until_on}; nothing was sent.")
    return consent
