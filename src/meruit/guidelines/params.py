"""Parameters of rule types: what a set may write under `params`, checked when the set is read.

The same rule has contradictory settings in real guidelines, so every number is a parameter with the
default of the reference profile, and a table refuses what it does not know.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Value = bool | str | Decimal | tuple[str, ...] | dict[str, Decimal] | dict[str, str] | None
Shape = Literal["number", "flag", "text", "texts", "choice", "choices", "numbers", "table"]


class Refused(ValueError):
    """A set, a context or an example that cannot be used, said as a full sentence."""


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its shape, default (None: the client's own figure, not set), and what it means."""

    name: str
    shape: Shape
    default: Value
    doc: str
    allowed: tuple[str, ...] = ()


def number(name: str, default: str | None, doc: str) -> Param:
    """A decimal; a set may write it as a number or, to keep it exact, as a text."""
    return Param(name, "number", None if default is None else Decimal(default), doc)


def flag(name: str, default: bool, doc: str) -> Param:
    return Param(name, "flag", default, doc)


def text(name: str, default: str | None, doc: str) -> Param:
    return Param(name, "text", default, doc)


def texts(name: str, default: Iterable[str], doc: str) -> Param:
    """A list of texts; `"@name"` stands for the set's list of that name."""
    return Param(name, "texts", tuple(default), doc)


def choice(name: str, default: str | None, allowed: Iterable[str], doc: str) -> Param:
    return Param(name, "choice", default, doc, tuple(allowed))


def choices(name: str, default: Iterable[str], allowed: Iterable[str], doc: str) -> Param:
    return Param(name, "choices", tuple(default), doc, tuple(allowed))


def numbers(name: str, default: Mapping[str, str], doc: str) -> Param:
    """A table of word -> decimal."""
    return Param(name, "numbers", {k: Decimal(v) for k, v in default.items()}, doc)


def table(name: str, default: Mapping[str, str], doc: str) -> Param:
    """A table of word -> word."""
    return Param(name, "table", dict(default), doc)


class Params:
    """The parameters of one rule, complete with defaults, read by shape."""

    __slots__ = ("values",)

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = dict(values)

    def maybe(self, name: str) -> Decimal | None:
        value = self.values[name]
        assert value is None or isinstance(value, Decimal)
        return value

    def number(self, name: str) -> Decimal:
        value = self.values[name]
        assert isinstance(value, Decimal)
        return value

    def flag(self, name: str) -> bool:
        return self.values[name] is True

    def text(self, name: str) -> str:
        value = self.values[name]
        assert value is None or isinstance(value, str)
        return value or ""

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values[name]
        assert isinstance(value, tuple)
        return value

    def numbers(self, name: str) -> dict[str, Decimal]:
        value = self.values[name]
        assert isinstance(value, dict)
        return {word: number for word, number in value.items() if isinstance(number, Decimal)}

    def table(self, name: str) -> dict[str, str]:
        value = self.values[name]
        assert isinstance(value, dict)
        return {word: other for word, other in value.items() if isinstance(other, str)}


def nearest(word: str, known: Iterable[str]) -> str:
    """` The nearest known key is "x".`, or the list of what is known."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if close:
        return f'The nearest known is "{close[0]}".'
    return f"Known are: {', '.join(names)}." if names else "It takes none."


def complete(table: tuple[Param, ...], given: Mapping[str, object], lists: Mapping[str, tuple[str, ...]]) -> Params:
    """`given` checked against the table, with defaults for what it leaves out."""
    known = {p.name: p for p in table}
    for name in given:
        if name not in known:
            raise Refused(f'Unknown parameter "{name}". {nearest(name, known)}')
    return Params({p.name: _value(p, given[p.name], lists) if p.name in given else p.default for p in table})


def _value(param: Param, raw: object, lists: Mapping[str, tuple[str, ...]]) -> Value:
    wrong = f'Parameter "{param.name}" is {raw!r}; '
    if param.shape == "flag":
        if isinstance(raw, bool):
            return raw
        raise Refused(wrong + "it wants true or false.")
    if param.shape == "number":
        return decimal(raw, wrong)
    if param.shape == "text":
        if isinstance(raw, str):
            return raw
        raise Refused(wrong + "it wants a text.")
    if param.shape == "choice":
        if raw in param.allowed:
            return str(raw)
        raise Refused(wrong + f"allowed are: {', '.join(param.allowed)}.")
    if param.shape == "numbers":
        if isinstance(raw, dict):
            return {str(k): decimal(v, wrong) for k, v in raw.items()}
        raise Refused(wrong + "it wants a table of names and numbers.")
    if param.shape == "table":
        if isinstance(raw, dict) and all(isinstance(v, str) for v in raw.values()):
            return {str(k): v for k, v in raw.items()}
        raise Refused(wrong + "it wants a table of names and words.")
    return _listed(param, raw, lists, wrong)


def _listed(param: Param, raw: object, lists: Mapping[str, tuple[str, ...]], wrong: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        raise Refused(wrong + "it wants a list of texts.")
    out: list[str] = []
    for item in raw:
        if item.startswith("@"):
            if item[1:] not in lists:
                raise Refused(wrong + f'there is no list "{item[1:]}". {nearest(item[1:], lists)}')
            out += lists[item[1:]]
        elif param.allowed and item not in param.allowed:
            raise Refused(wrong + f'"{item}" is not among {", ".join(param.allowed)}.')
        else:
            out.append(item)
    return tuple(out)


def decimal(raw: object, wrong: str) -> Decimal:
    """A finite decimal from a TOML number or text, never through a float's binary value."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)):
        raise Refused(wrong + "it wants a number.")
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        raise Refused(wrong + "it wants a number.") from None
    if not value.is_finite():
        raise Refused(wrong + "it wants a finite number.")
    return value
