"""Bytes by their SHA-256, inside PostgreSQL, so that they commit with the row that speaks of them."""

from __future__ import annotations

from django.db import models


class Document(models.Model):
    """Some bytes, kept once, never changed."""

    sha256 = models.BinaryField(max_length=32, unique=True)
    size = models.BigIntegerField()
    media_type = models.TextField()
    name = models.TextField()
    content = models.BinaryField()
    kept_at = models.DateTimeField()
