"""A drafted set as TOML. The words come from outside, so every text is written escaped and every key is checked."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any


class NotToml(ValueError):
    """A value that a set cannot hold; the text is a full sentence."""


def head(client: str, title: str, source: str) -> str:
    """The comment that says what this is, and `[set]`."""
    return "\n".join(
        [
            "# Drafted by a machine from the client's document. Look at each rule and its clause, then write the",
            "# true source, an owner and a version; until then the set says what it is wherever it is shown.",
            "[set]",
            f"client = {text(client)}",
            f"title = {text(title)}",
            'version = "draft"',
            f"source = {text(source)}",
            "",
        ]
    )


def rule(slug: str, params: Any, severity: str, *, clause: str = "", says: str = "") -> str:
    """One `[[rule]]`."""
    if params is not None and not isinstance(params, dict):
        raise NotToml("Its parameters are no table.")
    lines = ["[[rule]]", f"type = {text(slug)}"]
    if params:
        lines.append(f"params = {value(params)}")
    lines += [f"{name} = {text(given)}" for name, given in (("severity", severity), ("clause", clause)) if given]
    if says:
        lines.append(f"says = {text(says)}")
    return "\n".join([*lines, ""])


def unjudgeable(says: str, reason: str, clause: str) -> str:
    """One `[[unjudgeable]]`."""
    lines = ["[[unjudgeable]]", *([f"clause = {text(clause)}"] if clause else []), f"says = {text(says)}"]
    return "\n".join([*lines, f"reason = {text(reason)}", ""])


def text(given: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL. Half a surrogate pair becomes `?`."""
    whole = given.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def value(given: Any) -> str:
    """A parameter: flag, number (kept exact as a text), text, list or table."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float | Decimal):
        if isinstance(given, float) and given - given != 0:
            raise NotToml(f"{given} is no figure.")
        return text(str(given))
    if isinstance(given, str):
        return text(given)
    if isinstance(given, list):
        return f"[{', '.join(value(one) for one in given)}]"
    if isinstance(given, dict):
        return f"{{ {', '.join(f'{_key(name)} = {value(one)}' for name, one in given.items() if one is not None)} }}"
    raise NotToml(f"{given!r} is no value of a parameter.")


def _key(name: object) -> str:
    return str(name) if re.fullmatch(r"[A-Za-z0-9_-]+", str(name)) else text(str(name))
