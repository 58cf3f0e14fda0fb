"""JSON out of a model's answer: the text may stand between words or in a fenced block, and may be no JSON at all."""

from __future__ import annotations

import json
from typing import Any

from meruit.drafting.client import ModelFailed


def read_object(text: str) -> dict[str, Any]:
    """The one JSON object in an answer."""
    begin, end = text.find("{"), text.rfind("}")
    if begin == -1 or end < begin:
        raise ModelFailed("The model was asked for JSON and answered with none.")
    try:
        found = json.loads(text[begin : end + 1])
    except (ValueError, RecursionError) as error:
        raise ModelFailed(f"The model was asked for JSON and answered with something else ({error}).") from None
    if not isinstance(found, dict):
        raise ModelFailed("The model was asked for a JSON object and answered with something else.")
    return found


def rows(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects by its name; what is no object in it is left out by the caller's count."""
    value = found.get(name, [])
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text_of(row: dict[str, Any], name: str) -> str:
    """A text of a row; empty where it is none. A clause may come as a number."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(str(value).split())
