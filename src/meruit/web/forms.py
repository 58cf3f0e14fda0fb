"""Forms of the pages: what was wrong stands beside its field, with what to do; a room's refusal stands on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from meruit.authority.errors import Invalid
from meruit.web.page import amount_of

if TYPE_CHECKING:
    from decimal import Decimal


class Form(forms.Form):
    """A form that is drawn by `web/parts/form.html`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _look(field))

    def refuse(self, refusal: Exception | str, field: str | None = None) -> None:
        """Show why a room refused, beside the field it speaks of or above them all."""
        self.add_error(field if field in self.fields else None, str(refusal))

    def choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        """Offer these in a field, where nothing is chosen unless somebody says so."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # only such have something to choose from
        field.choices = choices


def _look(field: forms.Field) -> str:
    if isinstance(field.widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(field.widget, forms.Select):
        return "form-select"
    return "form-control num" if isinstance(field, Amount) else "form-control"


class Amount(forms.CharField):
    """Money as people write it, with or without commas between thousands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **options)

    def clean(self, value: Any) -> Decimal | None:
        """The amount, or the sentence that says how one is written."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return amount_of(text)
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error


class Day(forms.DateField):
    """A day, with the browser's own calendar."""

    def __init__(self, *, missing: str = "Say which day.", **options: Any) -> None:
        wrong = {"invalid": "This is no day; write it as 2026-01-31.", "required": missing}
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, error_messages=wrong, **options)


class Text(forms.CharField):
    """Words of one line, or of several."""

    def __init__(self, *, rows: int = 1, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(widget=widget, **options)


def wanted(sentence: str) -> dict[str, str]:
    """What a field says when it is left blank."""
    return {"required": sentence, "invalid_choice": sentence}
