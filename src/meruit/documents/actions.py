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
    kept = Document.objects.filter(sha256=digest).defer("content").first()
    if kept is not None:
        return kept
    Document.objects.bulk_create(
        [
            Document(
                sha256=digest, size=len(data), media_type=media_type, name=name, content=data, kept_at=timezone.now()
            )
        ],
        ignore_conflicts=True,
    )
    return Document.objects.defer("content").get(sha256=digest)
