"""The matrix of authority as rows for people, from `kinds.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("kind", "who decides", "two people", "passkey", "takes effect", "good for", "in a firm of one or two")
_REACH = {"own": "on one's own", "matter": "on one's matters", "granted": "in the grant's scope"}


def rows(kinds: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """One row a kind, in the words of the practice."""
    return [
        (
            f"{kind['title']} ({kind['slug']})",
            "; ".join(_who(rule) for rule in kind["may"]),
            _eyes(kind["four_eyes"]),
            "yes" if kind.get("signed") else "",
            f"after {kind['delay']} hours" if kind.get("delay") else "at once",
            f"{kind['lasts']} days",
            kind.get("alone") or ("" if kind["four_eyes"] == "never" else "never alone"),
        )
        for kind in kinds
    ]


def _who(rule: dict[str, Any]) -> str:
    return f"{rule['role']} {_REACH[rule['reach']]}{', up to the limit' if rule.get('limited') else ''}"


def _eyes(four_eyes: str | dict[str, str]) -> str:
    if isinstance(four_eyes, dict):
        return f"above {four_eyes['above']}"
    return {"always": "always", "never": ""}[four_eyes]
