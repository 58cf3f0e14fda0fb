"""Keep bytes. The same bytes are kept once, whoever brings them."""

from __future__ import annotations

import hashlib

from django.utils import timezone

from meruit.documents.models import Document


def keep(data: bytes, *, media_type: str, name: str) -> Document:
    """The kept bytes, inside the running action, so that they commit with the row that speaks of them.

    The moment written here is replaced by the database's.
    """
    digest = hashlib.sha256(data).digest()
    fresh = Document(
        sha256=digest, size=len(data), media_type=media_type, name=name, content=data, kept_at=timezone.now()
    )
    Document.objects.bulk_create([fresh], ignore_conflicts=True)
    return Document.objects.defer("content").get(sha256=digest)
