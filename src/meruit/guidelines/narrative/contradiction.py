"""GL-15: an activity code that contradicts the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit import utbms
from meruit.guidelines.narrative.acts import activity_of
from meruit.guidelines.narrative.detection import Detection, at_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.guidelines.narrative.understanding import Understanding

#: Activities that contradict one another; the others overlap too much to say so.
_APART: Mapping[str, frozenset[str]] = {
    "A101": frozenset({"A102", "A107", "A112"}),
    "A102": frozenset({"A105", "A106", "A107", "A108", "A109", "A112"}),
    "A103": frozenset({"A102", "A105", "A109", "A112"}),
    "A104": frozenset({"A109", "A112"}),
    "A105": frozenset({"A102", "A103", "A104", "A106", "A107", "A108", "A112"}),
    "A106": frozenset({"A102", "A104", "A105", "A107", "A112"}),
    "A107": frozenset({"A102", "A104", "A105", "A106", "A112"}),
    "A108": frozenset({"A102", "A105", "A106", "A112"}),
    "A109": frozenset({"A103", "A104", "A105", "A110"}),
    "A110": frozenset({"A102", "A103", "A105", "A106"}),
    "A112": frozenset({"A102", "A103", "A104", "A106"}),
}


def code_contradicts(u: Understanding, *, at_least: float = 0.9) -> Detection | None:
    """GL-15: the activity code names another act than the text, which is sure by `at_least`.

    Catch-alls (A111) and codes that share the verb (A103 for a drafted mail) contradict nothing.
    """
    coded = u.activity_code
    if coded is None or not u.tasks or len(u.pieces) > 1:
        return None
    found, sure = activity_of(u, u.tasks[0])
    if found is None or sure < at_least or coded == found or coded not in _APART.get(found, ()):
        return None
    return at_all(
        u,
        "code-contradicts",
        f"the text reads as {found} {utbms.title(found)}, the line is coded {coded} {utbms.title(coded)}",
        f"{found}, or words that bear {coded}",
    )
