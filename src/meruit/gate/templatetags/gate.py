"""How fields of the gate's forms look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.forms import CheckboxInput, Select

if TYPE_CHECKING:
    from django.forms import BoundField
    from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def looks(field: BoundField, css: str) -> SafeString:
    """The field's widget with the look's class, tied to its errors for whoever listens instead of looking."""
    if isinstance(field.field.widget, Select):
        css = "form-select"
    more: dict[str, str | bool] = {"class": css}
    if field.errors:
        more |= {"aria-invalid": "true", "class": f"{css} is-invalid"}
    return field.as_widget(attrs=more)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a field is ticked."""
    return isinstance(field.field.widget, CheckboxInput)
