"""Expenses: receipts, no mark-up, third parties, thresholds, and enough detail to check them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank, missing, unset
from meruit.guidelines.params import choice, choices, flag, number, texts
from meruit.guidelines.phrases import normalised
from meruit.guidelines.registry import Absent, Check, LineCheck, rule_type
from meruit.guidelines.scope import Codes

if TYPE_CHECKING:
    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params

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
    general, vendor, codes = p.maybe("threshold"), p.maybe("vendor_threshold"), Codes(p.texts("vendor_codes"))
    if general is None and vendor is None:
        return Absent(unset("threshold"), "expense")
    direct, at = p.text("route") == "client-direct", p.flag("at_threshold")

    def check(entry: Entry) -> Outcome:
        limit = general
        if vendor is not None and entry.expense_code in codes:
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


@rule_type(
    "GL-57",
    "receipts",
    "Receipts above a threshold",
    family="EXP",
    checkable="needs",
    params=(
        number("threshold", "25", "amount above which a receipt is attached (0, 25 and 50 are seen)"),
        texts("always_codes", (), "expense codes that need a receipt whatever the amount (all travel)"),
        texts("exempt_codes", ("E101", "E103", "E104", "E105", "E108"), "codes of charges made in the office"),
    ),
    needs=("receipts",),
)
def receipts(p: Params, c: Context) -> Check:
    """An expense above the threshold is paid when its receipt is attached."""
    limit, always, exempt = p.number("threshold"), Codes(p.texts("always_codes")), Codes(p.texts("exempt_codes"))

    def check(entry: Entry) -> Outcome:
        value = entry.value
        if value is None:
            return blank("amount")
        code = entry.expense_code or ""
        if not (code in always or value > limit) or code in exempt:
            return None
        attached = entry.receipt
        if attached is None:
            if not c.receipts:
                return missing("receipts")
            known = c.receipt_of.get(entry.id)
            attached = known is not None and known.attached
        if attached:
            return None
        return Hit(
            field="receipt",
            found="none",
            expected="a receipt",
            message=f"The expense of {say.money(value, entry.currency)} has no receipt; the client asks for "
            "one "
            f"above {say.money(limit)}. It passes with the receipt attached.",
        )

    return LineCheck(check, kind="expense")


@rule_type(
    "GL-61",
    "no-markup",
    "No mark-up: actual cost",
    family="EXP",
    checkable="needs",
    params=(number("margin", "0", "percent a charge may lie above the vendor's bill"),),
    needs=("receipts",),
)
def no_markup(p: Params, c: Context) -> Check:
    """A disbursement is passed on at what the vendor charged."""
    margin = p.number("margin")
    if not c.receipts:
        return Absent(missing("vendors' bills"), "expense")

    def check(entry: Entry) -> Outcome:
        known = c.receipt_of.get(entry.id)
        if known is None or known.vendor_amount is None:
            return missing("vendor's bill")
        value = entry.value
        if value is None:
            return blank("amount")
        most = known.vendor_amount * (1 + margin / 100)
        if value <= most:
            return None
        return Hit(
            field="amount",
            found=say.money(value),
            expected=say.money(most),
            mend=f"Bill {say.money(most)}.",
            at_risk=value - most,
            message=f"The vendor billed {say.money(known.vendor_amount)}; the line bills {say.money(value)}. "
            f"{say.money(most)} passes.",
        )

    return LineCheck(check, kind="expense")


@rule_type(
    "GL-62",
    "third-party-approval",
    "Third parties need approval",
    family="APPR",
    checkable="needs",
    params=(texts("codes", THIRD_PARTY_CODES, "expense codes of experts, vendors, local counsel, translators"),),
    needs=("vendors", "approvals"),
)
def third_party_approval(p: Params, c: Context) -> Check:
    """Experts, vendors, local counsel and translators are engaged with the client's approval."""
    codes = Codes(p.texts("codes"))

    def check(entry: Entry) -> Outcome:
        if entry.expense_code is None:
            return blank("expense code")
        if entry.expense_code not in codes:
            return None
        if not c.vendors and not c.knows_approvals:
            return missing("approved vendors")
        if approved(c, "third-party-approval", entry):
            return None
        told = f"{entry.vendor or ''} {entry.narrative or ''}".casefold()
        vendor = next((v for v in c.vendors if v.name.casefold() in told), None)
        late = vendor and entry.date and vendor.to and entry.date > vendor.to
        early = vendor and entry.date and vendor.from_ and entry.date < vendor.from_
        if vendor and vendor.approved and not late and not early:
            return None
        who = entry.vendor or (vendor and vendor.name) or "This third party"
        return Hit(
            field="vendor",
            found=entry.vendor,
            expected="an approved vendor",
            message=f"{who} is not approved by the client for this line. It passes with the client's written approval.",
        )

    return LineCheck(check, kind="expense")


_GENERIC = frozenset(
    {
        "miscellaneous", "misc", "sundry", "sundries", "various", "other", "general", "expenses", "expense", "costs",
        "cost", "disbursement", "disbursements", "charge", "charges", "fee", "fees", "reimbursement",
    }
)  # fmt: skip


@rule_type(
    "GL-64",
    "expense-detail",
    "Expense detail",
    family="EXP",
    severity="ask",
    params=(
        choices(
            "require",
            ("quantity", "price", "payee", "purpose"),
            ("date", "quantity", "price", "payee", "purpose"),
            "what an expense line must tell",
        ),
    ),
)
def expense_detail(p: Params, c: Context) -> Check:
    """An expense tells when, how many, at what price, to whom and for what.

    A purpose is missing where the words are only of the kind "miscellaneous" or "charges".
    """
    require = p.texts("require")

    def check(entry: Entry) -> Outcome:
        lacks: list[str] = []
        unknown: Unjudged | None = None
        for name, value in (("quantity", entry.units), ("price", entry.rate), ("date", entry.date)):
            if name in require and value is None:
                unknown = blank(name)
        if "payee" in require:
            if entry.vendor is None:
                unknown = blank("payee")
            elif not entry.vendor.strip():
                lacks.append("payee")
        if "purpose" in require:
            if entry.narrative is None:
                unknown = blank("narrative")
            elif all(word in _GENERIC for word in normalised(entry.narrative).split() if not word.isdigit()):
                lacks.append("purpose")
        if lacks:
            return Hit(
                field="narrative",
                words=entry.narrative or None,
                expected=say.listed(lacks),
                confidence=0.9,
                message=f"The expense does not tell its {say.listed(lacks)}. It passes when the line names "
                f"{'them' if len(lacks) > 1 else 'it'}.",
            )
        return unknown

    return LineCheck(check, kind="expense")
