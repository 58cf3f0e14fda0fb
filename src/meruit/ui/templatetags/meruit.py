"""How figures, moments and states are written on a page: one way each, everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from meruit.money.currencies import currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

register = template.Library()

#: How a page looks at a thing: it waits, is well, is ill, rests, or is stopped. Shape and colour follow (meruit.css).
Look = str


@register.filter
def money(amount: Decimal | str | None, code: str = "") -> SafeString | str:
    """`1,234.50 USD`: the currency's own decimals, more only where the amount has them."""
    if amount is None or amount == "":
        return ""
    value = Decimal(amount)
    places = currency(code).minor_units if code else 2
    exact = value.normalize().as_tuple().exponent
    digits = max(places, -exact) if isinstance(exact, int) else places
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    text = f"{sign}{abs(value):,.{digits}f}"
    return format_html('{}<span class="cur">{}</span>', text, code) if code else text


@register.filter
def negated(amount: Decimal) -> Decimal:
    """The amount of a credit, written without its sign."""
    return -amount


@register.filter
def value(row: Mapping[str, str], key: str) -> str:
    """A cell of a table whose columns are known at run time only."""
    return row.get(key, "")


@register.filter
def less(amount: Decimal | str | None) -> SafeString | str:
    """A difference with its sign; nothing where there is none."""
    if amount is None or not Decimal(amount):
        return ""
    value = Decimal(amount)
    css = "less" if value < 0 else "more"
    sign = "\N{MINUS SIGN}" if value < 0 else "+"
    return format_html('<span class="{}">{}{}</span>', css, sign, f"{abs(value):,.2f}")


@register.filter
def hours(value: Decimal | str | None) -> str:
    """Hours to a tenth, or to a hundredth where they have one."""
    if value is None or value == "":
        return ""
    number = Decimal(value)
    return f"{number:.1f}" if number == number.quantize(Decimal("0.1")) else f"{number:.2f}"


@register.filter
def day(value: date | str | None) -> str:
    """`14 Jan 2026`, which nobody reads as another day."""
    if not value:
        return ""
    on = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{on.day} {on:%b %Y}"


@register.simple_tag
def at(moment: datetime | None, zone: str = "UTC") -> SafeString | str:
    """A moment on the reader's clock."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone))
    return format_html('<time datetime="{}">{}</time>', _iso(moment), _written(local))


@register.simple_tag
def deadline(moment: datetime | None, reader: str, setter: str = "", now: datetime | None = None) -> SafeString | str:
    """A last moment in the reader's zone and in that of whoever sets it, with what is left of it."""
    if moment is None:
        return ""
    parts = [
        format_html(
            '<time datetime="{}">{}</time>', _iso(moment), _written(moment.astimezone(ZoneInfo(reader)), reader)
        )
    ]
    if setter and setter != reader:
        parts.append(
            format_html('<span class="other-zone">{}</span>', _written(moment.astimezone(ZoneInfo(setter)), setter))
        )
    if now is not None:
        parts.append(format_html('<span class="other-zone">{}</span>', left(moment, now)))
    return mark_safe("".join(parts))  # of escaped parts


def left(moment: datetime, now: datetime) -> str:
    """What is left until a moment, in the unit in which one thinks of it."""
    seconds = (moment - now).total_seconds()
    ago = seconds < 0
    minutes = int(abs(seconds) // 60)
    if minutes < 60:
        text = f"{minutes} min"
    elif minutes < 48 * 60:
        text = f"{minutes // 60} h"
    else:
        text = f"{minutes // 1440} days"
    return f"{text} ago" if ago else f"{text} left"


@register.simple_tag
def state(word: str, look: Look = "calm") -> SafeString:
    """A state: always a word, with a shape and a colour that say the same."""
    return format_html('<span class="state state-{}">{}</span>', look, word)


@register.simple_tag
def marked(text: str, findings: Iterable[Any]) -> SafeString:
    """A narrative with the words that triggered findings marked; overlapping spans become one.

    A finding that was made of another text marks nothing: its place would fall on words it never spoke of.
    """
    spans = sorted(
        (f.span_from, f.span_to, f.rule)
        for f in findings
        if f.span_from is not None
        and f.span_to is not None
        and 0 <= f.span_from < f.span_to <= len(text)
        and (not f.words or f.words == text[f.span_from : f.span_to])
    )
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text, spans)))


def _pieces(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterable[SafeString | str]:
    at_ = 0
    merged: list[list[Any]] = []
    for start, end, rule in spans:
        if merged and start < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
            merged[-1][2].append(rule)
        else:
            merged.append([start, end, [rule]])
    for start, end, rules in merged:
        yield text[at_:start]
        yield format_html('<mark title="{}">{}</mark>', ", ".join(dict.fromkeys(rules)), text[start:end])
        at_ = end
    yield text[at_:]


def _written(local: datetime, zone: str = "") -> str:
    text = f"{local.day} {local:%b %Y %H:%M}"
    return f"{text} {zone.rpartition('/')[2].replace('_', ' ')}" if zone else text


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
