"""Expenses: what is overhead, what is capped, what needs a receipt, and no mark-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, blank, unset
from meruit.guidelines.params import choice, flag, number, numbers, texts
from meruit.guidelines.phrases import literal
from meruit.guidelines.registry import Check, LineCheck, PhraseCheck, rule_type
from meruit.guidelines.scope import code_fits

if TYPE_CHECKING:
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
    cap, codes, colour = p.number("max_per_page"), p.texts("codes"), p.maybe("max_colour_per_page")
    scanning = p.text("scanning")

    def check(entry: Entry) -> Outcome:
        if entry.expense_code is None:
            return blank("expense code")
        if not code_fits(entry.expense_code, codes):
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
            mend=say.plain(limit),
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
    codes, per_unit = p.texts("codes"), p.numbers("allowed_per_unit")

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
                mend=say.plain(cap),
                at_risk=(entry.rate - cap) * entry.units if entry.units is not None else None,
                message=f"{code} is billed at {say.money(entry.rate)} a unit; the client pays "
                f"{say.money(cap)}, which passes.",
            )
        if not code_fits(code, codes):
            return None
        return Hit(
            field="expense_code",
            found=code,
            expected="not billed",
            message=f"Expense {code} is office overhead and is not paid. Write the line off.",
        )

    def by_words(entry: Entry, start: int, end: int) -> Hit | None:
        code = (entry.expense_code or "").upper()
        if code_fits(code, codes) or code in per_unit:
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


THIRD_PARTY_CODES = ("E114", "E115", "E116", "E118", "E119", "E120", "E121", "E122", "E123", "E125")


@rule_type(
    "GL-63",
    "expense-threshold",
    "Single expense over a threshold",
    family="APPR",
    params=(
        number("threshold", None, "amount above which an expense needs approval (100 to 10,000 are seen)"),
        number("vendor_threshold", None, "the same for bills of third parties, where it differs"),
        texts("vendor_codes", THIRD_PARTY_CODES, "expense codes that are bills of third parties"),
        choice("route", "approval", ("approval", "client-direct"), "approve first, or let the client pay"),
        flag("at_threshold", False, "whether the threshold itself already needs approval"),
    ),
)
def expense_threshold(p: Params, c: Context) -> Check:
    """A large expense is approved before it is spent, or is sent to the client to pay itself."""
    general, vendor, codes = p.maybe("threshold"), p.maybe("vendor_threshold"), p.texts("vendor_codes")
    direct, at = p.text("route") == "client-direct", p.flag("at_threshold")

    def check(entry: Entry) -> Outcome:
        limit = general
        if vendor is not None and code_fits(entry.expense_code or "", codes):
            limit = vendor
        if limit is None:
            return unset("threshold")
        value = entry.value
        if value is None:
            return blank("amount")
        if value < limit or (value == limit and not at) or approved(c, "expense-threshold", entry):
            return None
        cure = (
            "Forward the bill to the client for direct payment."
            if direct
            else "It passes with the client's approval on file."
        )
        return Hit(
            field="amount",
            found=say.money(value, entry.currency),
            expected=f"{'below' if at else 'at most'} {say.money(limit)}",
            message=f"The expense of {say.money(value, entry.currency)} is over the client's threshold of "
            f"{say.money(limit)}. {cure}",
        )

    return LineCheck(check, kind="expense")
