"""The audit trail's arithmetic: records, their chain, the Merkle tree over it, receipts and exports.

Pure: no Django, no database, no clock, no source of randomness. Rows come in, bytes and rows go out.

How the database's half uses it:

- An action describes what happened as a `Record` (no number yet). `audit_values` turns money, dates and
  ids into record values and moves every `FreeText` out of the record, leaving a keyed hash in its
  place; the words themselves are stored apart (`ErasableText`), so that they can be erased later.
  `row_values` does the same for the jsonb of a row trigger, without ever making a float.
- The sealer reads what has committed, in order, and calls `seal(head, records)`. It stores each `Sealed`
  (number, previous hash, hash) and keeps the new `Head`, a few hundred bytes, for the next time.
- `receipt_of(head, ...)`, then `sign`, then `receipt_text`: what is printed in the digest and mailed out.
- `export_lines` writes the file that `tools/verify_audit.py` reads; that program imports nothing of ours.

The format is version 1 and frozen: `docs/audit.md` states it byte by byte, golden tests hold it.
"""

from __future__ import annotations

from meruit.audit.core.canonical import Json, NotCanonical, encode, read_exactly
from meruit.audit.core.chain import genesis, link
from meruit.audit.core.decisions import (
    DECIDED,
    ENROLLED,
    REMOVED,
    SIGNED,
    PasskeySignature,
    SignedContent,
    base64url,
    challenge,
)
from meruit.audit.core.export import Exported, export_lines
from meruit.audit.core.merkle import (
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
)
from meruit.audit.core.receipt import Receipt, ReceiptRefused, find_receipts, receipt_of, receipt_text, sign
from meruit.audit.core.receipt import signature_holds as receipt_signature_holds
from meruit.audit.core.record import (
    ERASED,
    RECORD_KIND,
    Origin,
    Record,
    RecordRefused,
    Subject,
    Way,
    record_bytes,
)
from meruit.audit.core.sealer import Head, Sealed, head_over, seal
from meruit.audit.core.values import ErasableText, FreeText, audit_values, row_values

__all__ = [
    "DECIDED",
    "ENROLLED",
    "ERASED",
    "RECORD_KIND",
    "REMOVED",
    "SIGNED",
    "ErasableText",
    "Exported",
    "FreeText",
    "Head",
    "Json",
    "NotCanonical",
    "Origin",
    "PasskeySignature",
    "Receipt",
    "ReceiptRefused",
    "Record",
    "RecordRefused",
    "Sealed",
    "SignedContent",
    "Subject",
    "Way",
    "audit_values",
    "base64url",
    "challenge",
    "consistency_holds",
    "consistency_proof",
    "encode",
    "export_lines",
    "find_receipts",
    "genesis",
    "head_over",
    "inclusion_holds",
    "inclusion_proof",
    "leaf_hash",
    "link",
    "read_exactly",
    "receipt_of",
    "receipt_signature_holds",
    "receipt_text",
    "record_bytes",
    "row_values",
    "seal",
    "sign",
]
