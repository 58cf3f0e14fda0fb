"""Small charts as SVG in the page: no script, no style of their own, and always beside the table they draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html, format_html_join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

register = template.Library()

_ROW, _LABEL, _BAR, _END = 22, 190, 300, 60


@register.filter
def percent(share: float | None) -> str:
    """`87 %`; nothing for a share of nothing."""
    return "" if share is None else f"{100 * share:.0f} %"


@register.simple_tag
def bars(rows: Sequence[tuple[str, float, str]], title: str) -> SafeString | str:
    """Bars of (label, share from 0 to 1, the figure in words), the longest possible one as the measure."""
    if not rows:
        return ""
    drawn = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect x="{}" y="{}" width="{}" height="13" rx="2" class="track"></rect>'
        '<rect x="{}" y="{}" width="{}" height="13" rx="2" class="bar-fill"></rect><text x="{}" y="{}">{}</text>',
        (
            (
                _LABEL - 8, number * _ROW + 15, label,
                _LABEL, number * _ROW + 4, _BAR,
                _LABEL, number * _ROW + 4, round(max(0.0, min(1.0, share)) * _BAR, 1),
                _LABEL + _BAR + 6, number * _ROW + 15, figure,
            )
            for number, (label, share, figure) in enumerate(rows)
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="xMinYMin meet">'
        "<title>{}</title>{}</svg>",
        _LABEL + _BAR + _END,
        len(rows) * _ROW + 4,
        f"{title}; the same figures stand in the table.",
        title,
        drawn,
    )
