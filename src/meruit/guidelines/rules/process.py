"""How the firm works: use of generative tools, what a bill may give away, records kept for audit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.outcome import Hit, Unjudged, missing
from meruit.guidelines.params import choice, number, texts
from meruit.guidelines.phrases import literal
from meruit.guidelines.registry import Check, PhraseCheck, StandingCheck, rule_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params


@rule_type(
    "GL-80",
    "generative-ai",
    "Generative-AI use",
    family="PROC",
    checkable="needs",
    severity="ask",
    fix="attorney",
    params=(
        choice("mode", "disclose", ("disclose", "prohibit"), "use must be declared, or is not allowed"),
        texts(
            "words",
            (
                "generative ai", "genai", "chatgpt", "large language model", "ai tool", "ai assistant", "ai-assisted",
                "copilot", "artificial intelligence tool",
            ),
            "words that tell of such a tool",
        ),
    ),
    needs=("statements",),
)  # fmt: skip
def generative_ai(p: Params, c: Context) -> tuple[Check, ...]:
    """Use of generative tools is declared to the client, and time that they saved is not charged."""
    prohibit = p.text("mode") == "prohibit"
    said = [s for s in c.statements if s.topic == "generative-ai"]

    def mentioned(entry: Entry, start: int, end: int) -> Hit | None:
        if not prohibit and any(s.made and s.matter in (None, entry.matter) for s in said):
            return None
        words = (entry.narrative or "")[start:end]
        return Hit(
            field="narrative",
            words=words,
            span=(start, end),
            confidence=0.7,
            message=f'"{words}": the client '
            + ("does not allow such tools." if prohibit else "wants their use declared.")
            + " It passes with the client's consent and only for the time actually spent.",
        )

    def declared() -> Iterator[Hit | Unjudged]:
        if not said:
            yield missing("statement on generative tools")
        for statement in said:
            if not statement.made:
                yield Hit(
                    invoice=statement.invoice,
                    field="statement",
                    found="not made",
                    expected="a statement",
                    at_risk=Decimal(0),
                    message="The statement on the use of generative tools"
                    + (f" for matter {statement.matter}" if statement.matter else "")
                    + " has not been made. The client accepts the invoice with it.",
                )

    phrases = tuple(literal(word) for word in p.texts("words"))
    return PhraseCheck(phrases, mentioned, kind="fee"), StandingCheck(declared)


@rule_type(
    "GL-85",
    "records-and-audit",
    "Record retention and audit right",
    family="PROC",
    level="standing",
    checkable="needs",
    severity="warn",
    fix="decider",
    params=(number("years", "3", "years for which time records and receipts are kept"),),
    needs=("statements",),
)
def records_and_audit(p: Params, c: Context) -> Check:
    """Time records and receipts are kept for the client's audit. This speaks of the firm, not of a line."""
    years = p.number("years")

    def check() -> Iterator[Hit | Unjudged]:
        said = [s for s in c.statements if s.topic == "records"]
        if not said:
            yield missing("statement on records")
        for statement in said:
            kept = statement.years if statement.made else Decimal(0)
            if kept is not None and kept < years:
                yield Hit(
                    field="statement",
                    found=f"{say.plain(kept)} years",
                    expected=f"at least {say.plain(years)}",
                    at_risk=Decimal(0),
                    message=f"Records are kept for {say.plain(kept)} years; the client may audit for "
                    f"{say.plain(years)}. "
                    "A longer period passes.",
                )

    return StandingCheck(check)
