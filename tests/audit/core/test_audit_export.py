"""The export of version 1, line by line."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meruit.audit.core import (
    ErasableText,
    Exported,
    FreeText,
    Head,
    Origin,
    Record,
    Subject,
    audit_values,
    encode,
    export_lines,
    receipt_of,
    receipt_text,
    seal,
    sign,
)

ORIGIN = "billing.example.com"
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def _record(reason: object) -> tuple[Record, list[ErasableText]]:
    value, texts = audit_values(reason, "/reason", lambda: b"\x05" * 16)
    record = Record(
        at=AT,
        transaction="7",
        event="line.held",
        subject=Subject("prebill_line", "3"),
        origin=Origin("web"),
        person="3",
        reason=value,
    )
    return record, texts


def test_the_lines_of_version_1_are_exactly_these() -> None:
    plain, _ = _record("late time")
    with_text, texts = _record(FreeText("Mrs. Ōkubo is ill"))
    (first, second), head = seal(Head.at_genesis(ORIGIN), [plain, with_text])
    receipt = sign(receipt_of(head, origin=ORIGIN, at=AT, key=PUBLIC), KEY)
    exported = [
        Exported(first.previous, first.hash, first.canonical),
        Exported(second.previous, second.hash, second.canonical, texts),
    ]
    header, receipt_line, one, two, end = export_lines(ORIGIN, [PUBLIC], AT, exported, [receipt])
    assert header == (
        b'{"exported_at":"2026-11-24T14:00:00.000000Z","format":"meruit-audit",'
        b'"keys":["03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"],'
        b'"origin":"billing.example.com","version":1}\n'
    )
    assert json.loads(receipt_line) == {"receipt": receipt_text(receipt)}
    assert one == b'{"hash":"%s","prev":"%s","record":%s}\n' % (
        first.hash.hex().encode(),
        first.previous.hex().encode(),
        first.canonical,
    )
    assert two == b'{"hash":"%s","prev":"%s","record":%s,"texts":%s}\n' % (
        second.hash.hex().encode(),
        first.hash.hex().encode(),
        second.canonical,
        '{"/reason":{"salt":"05050505050505050505050505050505","text":"Mrs. Ōkubo is ill"}}'.encode(),
    )
    assert json.loads(end) == {
        "end": {
            "count": 2,
            "frame": hashlib.sha256(header + receipt_line).hexdigest(),
            "head": head.hash.hex(),
            "root": head.root.hex(),
        }
    }
    for line in (header, receipt_line, one, two, end):
        assert encode(json.loads(line)) + b"\n" == line, "every line is canonical JSON"


def test_an_empty_trail_can_be_exported() -> None:
    header, end = export_lines(ORIGIN, [], AT, [])
    assert json.loads(header)["keys"] == []
    assert json.loads(end)["end"]["count"] == 0
    assert json.loads(end)["end"]["root"] == hashlib.sha256(b"").hexdigest()
