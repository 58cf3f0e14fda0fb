"""A client's rules as text: read, looked over, and refused with every place that has to be mended. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.guidelines import Refused, read_set
from meruit.guidelines.lint import lint
from meruit.guidelines.proof import failures

if TYPE_CHECKING:
    from meruit.guidelines import GuidelineSet

_NAME = re.compile(r"[^a-z0-9]+")


class Unusable(ValueError):
    """The text cannot be kept as a set; the message names every line and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A set that can be kept, its SHA-256, and what is questionable about it."""

    rules: GuidelineSet
    sha256: bytes
    remarks: tuple[str, ...]


def read(text: str, name: str) -> Reading:
    """The set in a text. What is grave (a rule that judges nothing, an example that does not hold) is refused."""
    try:
        rules = read_set(text, name)
    except Refused as error:
        raise Unusable(str(error)) from None
    if rules.header.effective_from is None:
        raise Unusable(f"{name}: [set] names no effective_from; a version of the rules holds from a day on.")
    remarks = list(lint(rules))
    grave = [_told(name, r.line, r.message) for r in remarks if r.grave]
    grave += [f"{name}, {failure.message}" for failure in failures(rules)]
    if grave:
        raise Unusable("\n".join(grave))
    mild = tuple(_told(name, r.line, r.message) for r in remarks)
    return Reading(rules, digest(text), mild)


def digest(text: str) -> bytes:
    """What tells one text of rules from another."""
    return hashlib.sha256(text.encode()).digest()


def name_for(client: str) -> str:
    """A name for a client's set: "Northwind Insurance" becomes `northwind-insurance`."""
    return _NAME.sub("-", client.lower()).strip("-")


def _told(name: str, line: int | None, message: str) -> str:
    return f"{name}, line {line}: {message}" if line else f"{name}: {message}"
