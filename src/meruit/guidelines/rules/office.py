"""Office charges: copies, overhead, research services, couriers, overtime, technology."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank
from meruit.guidelines.params import choice, flag, number, numbers, texts
from meruit.guidelines.phrases import literal
from meruit.guidelines.registry import Check, GroupCheck, LineCheck, PhraseCheck, rule_type
from meruit.guidelines.scope import Codes
from meruit.guidelines.wording import text_check

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params


@rule_type(
    "GL-56",
    "copies",
    "Copies and prints",
    family="EXP",
    params=(
        number("max_per_page", "0.10", "price of a page (0, 0.10, 0.15 and 0.20 are seen); 0 pays none"),
        texts("codes", ("E101",), "expense codes of copies made in the office"),
        number("max_colour_per_page", None, "price of a page in colour, where the client has one"),
        choice("scanning", "as-copies", ("as-copies", "refuse", "approval", "allow"), "how scans count"),
    ),
)
def copies(p: Params, c: Context) -> Check:
    """In-house copies are paid at no more than a price a page, and by some clients not at all."""
    cap, codes, colour = p.number("max_per_page"), Codes(p.texts("codes")), p.maybe("max_colour_per_page")
    scanning = p.text("scanning")

    def check(entry: Entry) -> Outcome:
        if entry.expense_code is None:
            return blank("expense code")
        if entry.expense_code not in codes:
            return None
        words = (entry.narrative or "").casefold()
        if "scan" in words and scanning != "as-copies":
            if scanning == "allow" or (scanning == "approval" and approved(c, "copies", entry)):
                return None
            return Hit(
                field="expense_code",
                found=entry.expense_code,
                expected="no charge" if scanning == "refuse" else "approval",
                message="The client does not pay for scanning"
                + (". Write it off." if scanning == "refuse" else " unless it approved it before."),
            )
        limit = colour if colour is not None and ("color" in words or "colour" in words) else cap
        value, pages = entry.value, entry.units
        if not limit and value:
            return Hit(
                field="amount",
                found=say.money(value),
                expected="0.00",
                message="The client does not pay for copies. Write the line off.",
            )
        price = entry.rate
        if price is None and value is not None and pages:
            price = value / pages
        if price is None:
            return blank("pages or price")
        if price <= limit:
            return None
        return Hit(
            field="rate",
            found=say.money(price),
            expected=f"at most {say.money(limit)}",
            mend=f"Bill {say.money(limit)}.",
            at_risk=(price - limit) * pages if pages is not None else None,
            message=f"Copies are billed at {say.money(price)} a page; the client pays {say.money(limit)}. "
            f"{say.money(limit)} a page passes.",
        )

    return LineCheck(check, kind="expense")


OVERHEAD_WORDS = (
    "telephone charges", "phone charges", "long distance", "cell phone", "fax", "facsimile", "telecopy",
    "telecopier", "postage", "stamps", "office supplies", "supplies", "stationery", "binders", "folders",
    "toner", "rent", "conference room", "utilities", "word processing", "subscription", "subscriptions",
    "bar dues", "membership dues", "malpractice insurance", "secretarial", "library", "books", "treatise",
    "treatises", "software licence", "software license", "document storage", "internet charges",
    "local telephone",
)  # fmt: skip


@rule_type(
    "GL-58",
    "overhead-expense",
    "Overhead expenses",
    family="EXP",
    params=(
        texts("codes", ("E103", "E104", "E105", "E108"), "expense codes that are overhead"),
        texts("words", OVERHEAD_WORDS, "words of an expense that are overhead whatever its code"),
        numbers("allowed_per_unit", {}, "codes paid up to a price a unit all the same (outgoing fax pages)"),
    ),
)
def overhead_expense(p: Params, c: Context) -> tuple[Check, ...]:
    """The cost of having an office is in the rate: telephone, fax, postage, supplies, rent."""
    codes, per_unit = Codes(p.texts("codes")), p.numbers("allowed_per_unit")

    def by_code(entry: Entry) -> Outcome:
        code = entry.expense_code
        if code is None:
            return blank("expense code")
        cap = per_unit.get(code.upper())
        if cap is not None:
            if entry.rate is None:
                return blank("price of the unit")
            if entry.rate <= cap:
                return None
            return Hit(
                field="rate",
                found=say.money(entry.rate),
                expected=f"at most {say.money(cap)}",
                mend=f"Bill {say.money(cap)}.",
                at_risk=(entry.rate - cap) * entry.units if entry.units is not None else None,
                message=f"{code} is billed at {say.money(entry.rate)} a unit; the client pays "
                f"{say.money(cap)}, which passes.",
            )
        if code not in codes:
            return None
        return Hit(
            field="expense_code",
            found=code,
            expected="not billed",
            message=f"Expense {code} is office overhead and is not paid. Write the line off.",
        )

    def by_words(entry: Entry, start: int, end: int) -> Hit | None:
        code = (entry.expense_code or "").upper()
        if code in codes or code in per_unit:
            return None
        words = (entry.narrative or "")[start:end]
        return Hit(
            field="narrative",
            words=words,
            span=(start, end),
            confidence=0.85,
            message=f'"{words}" is office overhead and is not paid. Write it off, or say what else it was.',
        )

    found = PhraseCheck(tuple(literal(word) for word in p.texts("words")), by_words, kind="expense")
    return LineCheck(by_code, kind="expense"), found


def _needs_consent(rule: str, c: Context, what: str, cure: str) -> Callable[[Entry], Hit | None]:
    """A charge that passes only with the client's approval of this rule."""

    def check(entry: Entry) -> Hit | None:
        if approved(c, rule, entry):
            return None
        return Hit(
            field="expense_code",
            found=entry.expense_code,
            expected="the client's approval",
            message=f"{what} {cure}",
        )

    return check


@rule_type(
    "GL-59",
    "research-charges",
    "Computerised legal research charges",
    family="EXP",
    level="matter",
    params=(
        choice("allowed", "approval", ("actual-cost", "approval", "no"), "paid at cost, with approval, or never"),
        number("approval_over", "0", "amount up to which no approval is asked"),
        number("monthly_cap", None, "most that a matter may carry in one month"),
        texts("codes", ("E106",), "expense codes of online research"),
        texts("words", ("westlaw", "lexis", "lexisnexis", "pacer", "bloomberg law"), "names of such services"),
    ),
)
def research_charges(p: Params, c: Context) -> tuple[Check, ...]:
    """Charges of research services are overhead, or paid at cost with approval, or up to a monthly cap."""
    allowed, free, cap, codes = (
        p.text("allowed"),
        p.number("approval_over"),
        p.maybe("monthly_cap"),
        Codes(p.texts("codes")),
    )
    names = tuple(word.casefold() for word in p.texts("words"))
    consent = _needs_consent(
        "research-charges",
        c,
        "The client pays for online research only with its approval.",
        "It passes with the approval on file, at cost.",
    )

    def is_research(entry: Entry) -> bool:
        if entry.expense_code and entry.expense_code in codes:
            return True
        text = (entry.narrative or "").casefold()
        return any(name in text for name in names)

    def check(entry: Entry) -> Outcome:
        if entry.expense_code is None and entry.narrative is None:
            return blank("expense code")
        if not is_research(entry):
            return None
        if allowed == "no":
            return Hit(
                field="expense_code",
                found=entry.expense_code,
                expected="not billed",
                message="The client does not pay for online research. Write the line off.",
            )
        if allowed == "approval" and (entry.value is None or entry.value > free):
            return consent(entry)
        return None

    def month(entry: Entry) -> Hashable | Unjudged:
        if cap is None or not is_research(entry):
            return None
        if entry.date is None or entry.value is None:
            return blank("date or amount")
        return (entry.matter, entry.date.year, entry.date.month)

    def capped(lines: Sequence[Entry]) -> Iterator[Hit]:
        total = sum((e.value for e in lines if e.value is not None), Decimal(0))
        if cap is not None and total > cap:
            yield Hit(
                entry=lines[-1],
                field="amount",
                found=say.money(total),
                expected=f"at most {say.money(cap)}",
                at_risk=total - cap,
                message=f"Online research of the month comes to {say.money(total)}; the client pays "
                f"{say.money(cap)} "
                f"a month. A reduction by {say.money(total - cap)} passes.",
            )

    return LineCheck(check, kind="expense"), GroupCheck(month, capped, kind="expense")


@rule_type(
    "GL-60",
    "courier",
    "Courier and overnight mail",
    family="EXP",
    params=(
        flag("pre_approval", True, "paid only with approval given before"),
        flag("allowed", True, "false where the client never pays for couriers"),
        texts("codes", ("E107",), "expense codes of couriers and messengers"),
    ),
)
def courier(p: Params, c: Context) -> Check:
    """Couriers and overnight mail are approved before and necessary, or are not paid."""
    before, allowed, codes = p.flag("pre_approval"), p.flag("allowed"), Codes(p.texts("codes"))
    consent = _needs_consent(
        "courier",
        c,
        "The client pays for couriers only with approval given before.",
        "It passes with the approval on file.",
    )

    def check(entry: Entry) -> Outcome:
        if entry.expense_code is None:
            return blank("expense code")
        if entry.expense_code not in codes:
            return None
        if not allowed:
            return Hit(
                field="expense_code",
                found=entry.expense_code,
                expected="not billed",
                message="The client does not pay for couriers. Write the line off.",
            )
        return consent(entry) if before else None

    return LineCheck(check, kind="expense")


@rule_type(
    "GL-65",
    "staff-overtime",
    "Staff overtime and secretarial charges",
    family="EXP",
    checkable="text",
    params=(
        flag("allowed", False, "whether the client pays with its approval"),
        texts(
            "words",
            (
                "overtime", "secretarial", "clerical support", "temporary staff", "temp staff", "after-hours support",
                "weekend staff", "staff time", "support staff",
            ),
            "words of such charges",
        ),
    ),
)  # fmt: skip
def staff_overtime(p: Params, c: Context) -> tuple[Check, ...]:
    """Overtime and secretarial help are part of the rate."""
    allowed = p.flag("allowed")

    def judge(entry: Entry, start: int, end: int) -> Hit | None:
        if allowed and approved(c, "staff-overtime", entry):
            return None
        words = (entry.narrative or "")[start:end]
        return Hit(
            field="narrative",
            words=words,
            span=(start, end),
            confidence=0.9,
            message=f'"{words}" is staff cost, which is in the rates and not paid beside them. '
            + ("It passes with the client's approval." if allowed else "Write the line off."),
        )

    charges = PhraseCheck(tuple(literal(word) for word in p.texts("words")), judge, kind="expense")
    return charges, text_check("GL-65", c, "staff-overtime")


@rule_type(
    "GL-66",
    "technology-surcharge",
    "Technology and hosting surcharges",
    family="EXP",
    checkable="text",
    params=(
        choice("allowed", "approval", ("approval", "no"), "paid with approval, or never"),
        texts(
            "words",
            (
                "technology surcharge", "technology fee", "technology infrastructure", "technology charge", "surcharge",
                "data hosting", "hosting fee", "hosting", "data storage", "administrative fee", "administration fee",
                "infrastructure", "licence fee", "license fee", "user fee", "platform fee", "file opening fee",
            ),
            "words of such charges",
        ),
    ),
)  # fmt: skip
def technology_surcharge(p: Params, c: Context) -> tuple[Check, ...]:
    """Surcharges for systems and hosting are overhead unless the client approved them."""
    by_approval = p.text("allowed") == "approval"

    def judge(entry: Entry, start: int, end: int) -> Hit | None:
        if by_approval and approved(c, "technology-surcharge", entry):
            return None
        words = (entry.narrative or "")[start:end]
        return Hit(
            field="narrative",
            words=words,
            span=(start, end),
            confidence=0.85,
            message=f'"{words}" is a charge for the firm\'s systems. '
            + ("It passes with the client's approval on file." if by_approval else "Write the line off."),
        )

    charges = PhraseCheck(tuple(literal(word) for word in p.texts("words")), judge, kind="expense")
    return charges, text_check("GL-66", c, "technology-surcharge")
