"""Refusals of this package: each message is a full sentence for the person at the terminal."""

from __future__ import annotations


class PostgresRefused(Exception):
    """The database cannot be made, started or used as asked; the message says why and what to do."""


class AlreadySupervised(PostgresRefused):
    """Another process owns this cluster's server right now."""
