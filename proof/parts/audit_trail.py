"""An invented firm's audit trail: every kind of record, in any number, from a seed.

The proof tampers with it and the benchmark makes a million records of it; both go through the same
functions as an installation does (`meruit.audit.core`), so that what is proved is what is used.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meruit.audit import core

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ORIGIN = "billing.harrow-finch.example"
SITE = "harrow-finch.example"
START = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
ADA, BEN, CLEO, FINN = "1", "2", "3", "6"  # billing partner, timekeeper, specialist, trust signer

NARRATIVES = (
    "Review lease of the Kingsway premises; note break clause",
    "Telephone call with Mrs. Ōkubo about the medical report",
    'Draft letter "without prejudice" to opposing counsel',
    "Prepare for hearing\nwith counsel",
    "Étude du dossier – préjudice corporel",
)


class Passkey:
    """A software authenticator: an ES256 credential that signs as a browser's WebAuthn call would."""

    def __init__(self, seed: int) -> None:
        self._key = ec.derive_private_key(seed + 2, ec.SECP256R1())
        point = self._key.public_key().public_numbers()
        # COSE_Key {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y} (RFC 9053 section 7.1.1)
        self.public_key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + point.x.to_bytes(32, "big")
        self.public_key += b"\x22\x58\x20" + point.y.to_bytes(32, "big")

    def sign(self, signed: core.SignedContent, *, flags: int = 0b101) -> core.PasskeySignature:
        client_data = json.dumps(
            {
                "type": "webauthn.get",
                "challenge": core.base64url(core.challenge(signed)),
                "origin": f"https://{ORIGIN}",
                "crossOrigin": False,
            }
        ).encode()
        data = hashlib.sha256(SITE.encode()).digest() + bytes([flags]) + (7).to_bytes(4, "big")
        message = data + hashlib.sha256(client_data).digest()
        return core.PasskeySignature(
            signed=signed,
            rp_id=SITE,
            authenticator_data=data,
            client_data_json=client_data,
            signature=self._key.sign(message, ec.ECDSA(hashes.SHA256())),
            public_key=self.public_key,
        )


def happenings(seed: int, count: int, signed: float = 0.005) -> Iterator[tuple[core.Record, list[core.ErasableText]]]:
    """`count` records with the free texts kept apart, as actions, row triggers and the night write them.

    `signed` is the share of scenes that are decisions signed by passkey.
    """
    rng = random.Random(seed)
    passkey = Passkey(rng.getrandbits(64))
    teller = _Teller(rng)
    yield teller.tell("authenticator.enrolled", "person", FINN, ADA, after={"public_key": _public(passkey)})
    number = 1
    while number < count:
        for happening in _scene(teller, rng, passkey, number, count - number, signed):
            yield happening
            number += 1


def _public(passkey: Passkey) -> str:
    return core.base64url(passkey.public_key)


class _Teller:
    """Writes records one after the other: the clock moves, texts are taken out, salts come from the seed."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.at = START
        self.transaction = 700

    def tell(
        self,
        event: str,
        kind: str,
        subject: str,
        person: str | None,
        *,
        way: core.Way = "web",
        before: object = None,
        after: object = None,
        reason: object = None,
        decision: str | None = None,
        evidence: dict[str, core.Json] | None = None,
        on_behalf_of: str | None = None,
    ) -> tuple[core.Record, list[core.ErasableText]]:
        self.at += timedelta(microseconds=self.rng.randrange(1, 90_000_000))
        self.transaction += self.rng.randrange(3)
        texts: list[core.ErasableText] = []
        values: dict[str, core.Json] = {}
        for name, value in (("before", before), ("after", after), ("reason", reason)):
            values[name], taken = core.audit_values(value, f"/{name}", lambda: self.rng.randbytes(16))
            texts += taken
        record = core.Record(
            at=self.at,
            transaction=str(self.transaction),
            event=event,
            subject=core.Subject(kind, subject),
            origin=core.Origin(way, "203.0.113.9" if way == "web" else None, "owner" if way == "sql" else "app"),
            person=person,
            session=str(self.rng.randrange(1, 400)) if way == "web" else None,
            on_behalf_of=on_behalf_of,
            decision=decision,
            evidence=evidence,
            **values,
        )
        return record, texts


def _scene(
    teller: _Teller, rng: random.Random, passkey: Passkey, number: int, room: int, signed: float
) -> Iterator[tuple[core.Record, list[core.ErasableText]]]:
    subject = str(rng.randrange(1, 10_000_000))
    if rng.random() < signed and room > 1:
        yield from _signed_decision(teller, rng, passkey, subject)
        return
    draw = rng.random() if room > 1 else 0.0  # two of the scenes have two records
    if draw < 0.45:
        hours = Decimal(rng.randrange(1, 80)) / 10
        narrative, other = (core.FreeText(text) for text in rng.sample(NARRATIVES, 2))
        row = {"hours": hours, "narrative": narrative, "task_code": None}
        if rng.random() < 0.5:
            yield teller.tell("row.inserted", "timesheets_entry", subject, CLEO, after=row)
        else:
            changed = {**row, "narrative": other, "task_code": "L110"}
            yield teller.tell("row.updated", "timesheets_entry", subject, CLEO, before=row, after=changed)
    elif draw < 0.75:
        amount = Decimal(rng.randrange(1, 9_000_000)) / 100
        for account, value in (("receivable", amount), ("income", -amount)):
            yield teller.tell(
                "row.inserted",
                "ledger_posting",
                f"{subject}-{account}",
                CLEO,
                way="night",
                after={"entry_id": subject, "account": account, "amount": value, "currency": "USD"},
            )
    elif draw < 0.90:
        yield teller.tell(
            "prebill.returned",
            "prebill",
            subject,
            BEN,
            on_behalf_of=ADA,
            before={"state": "in_review"},
            after={"state": "draft", "lines": [1, 2, {"line": 3, "held": True}]},
            reason=core.FreeText("The client asked for another split"),
        )
    elif draw < 0.93:
        yield teller.tell(
            "row.deleted", "firm_rate", subject, None, way="sql", before={"rate_per_hour": Decimal("412.50")}
        )
    elif draw < 0.98:
        after = {"kind": "final_bill", "proposal_id": int(subject), "content_sha256": rng.randbytes(32).hex()}
        yield teller.tell("decision.approved", "authority_decision", subject, ADA, after=after, decision=subject)
    else:
        noted, _ = teller.tell("note.added", "matter", subject, BEN, reason=core.FreeText("Ill since May"))
        yield noted, []  # as exported after the erasure that follows
        yield teller.tell(core.ERASED, core.RECORD_KIND, str(number + 1), ADA, after={"texts": ["/reason"]})


def _signed_decision(
    teller: _Teller, rng: random.Random, passkey: Passkey, proposal: str
) -> Iterator[tuple[core.Record, list[core.ErasableText]]]:
    content, number = rng.randbytes(32).hex(), str(rng.getrandbits(40))
    signed = core.SignedContent(
        person=FINN, proposal=proposal, verdict="approved", content=content, nonce=rng.randbytes(32).hex()
    )
    about = {"proposal_id": int(proposal), "content_sha256": content}
    yield teller.tell(
        core.SIGNED,
        "authority_attestation",
        number,
        FINN,
        way="gate",
        after={**about, "person_id": int(FINN), "verdict": "approved"},
        evidence=passkey.sign(signed).to_json(),
    )
    yield teller.tell(
        core.DECIDED["approved"],
        "authority_decision",
        number,
        FINN,
        after={**about, "kind": "trust_disbursement", "attestation_id": int(number)},
        decision=number,
    )


@dataclass(frozen=True, slots=True)
class Trail:
    """A sealed trail with the receipts that were given on the way."""

    key: Ed25519PrivateKey
    exported: Sequence[core.Exported]
    receipts: Sequence[core.Receipt]

    def export(self) -> bytes:
        return export(self.key, self.exported, self.receipts)


def export(key: Ed25519PrivateKey, exported: Sequence[core.Exported], receipts: Sequence[core.Receipt]) -> bytes:
    public = key.public_key().public_bytes_raw()
    at = START + timedelta(days=90)
    return b"".join(core.export_lines(ORIGIN, [public], at, exported, receipts))


def build(seed: int, count: int, receipts_at: Sequence[int]) -> Trail:
    """A whole trail in memory, with a signed receipt after each number of records in `receipts_at`."""
    key = Ed25519PrivateKey.from_private_bytes(random.Random(seed).randbytes(32))
    head, exported, receipts = core.Head.at_genesis(ORIGIN), list[core.Exported](), list[core.Receipt]()
    for record, texts in happenings(seed, count, signed=0.05):
        (sealed,), head = core.seal(head, [record])
        exported.append(core.Exported(sealed.previous, sealed.hash, sealed.canonical, texts))
        if head.count in receipts_at:
            receipts.append(receipt(head, key, record.at))
    return Trail(key, exported, receipts)


def receipt(head: core.Head, key: Ed25519PrivateKey, at: datetime) -> core.Receipt:
    public = key.public_key().public_bytes_raw()
    return core.sign(core.receipt_of(head, origin=ORIGIN, at=at, key=public), key)
