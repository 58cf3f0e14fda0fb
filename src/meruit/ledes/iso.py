"""Currencies of ISO 4217 with their decimals, and countries of ISO 3166."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def _lines(name: str) -> tuple[str, ...]:
    text = (resources.files("meruit.ledes") / "data" / name).read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def currencies() -> Mapping[str, int]:
    """Currency code -> decimals of its smallest unit."""
    return {code: int(places) for code, places in (line.split() for line in _lines("currencies.txt"))}


@cache
def countries() -> Mapping[str, str]:
    """Country code of two letters -> of three letters."""
    return dict(line.split() for line in _lines("countries.txt"))


@cache
def country_codes(letters: int) -> frozenset[str]:
    """All codes of two or of three letters."""
    return frozenset(countries() if letters == 2 else countries().values())
