"""The rules of one record, driven by the format's table and the portal's dialect.

Four questions, asked apart because records repeat most of what they say: `repeated` judges values of
the invoice, client, matter and firm; `coding` the type and codes; `person` who did the work; `varying`
what is a line's own (number, units, amounts, day, narrative) and its arithmetic.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.ledes.ages import first_invoice_day, first_line_day
from meruit.ledes.dialects import NONE, Answer, Dialect
from meruit.ledes.flat.amounts import agrees, plain, roundings
from meruit.ledes.flat.cell import CellJudge
from meruit.ledes.flat.heading import Headings
from meruit.ledes.flat.memory import Memory
from meruit.ledes.flat.records import Flaw
from meruit.ledes.iso import currencies
from meruit.ledes.values import day_of, decimal_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meruit.findings import Severity
    from meruit.ledes.flat.layout import Layout

#: The type and the codes of a line; they recur from line to line in few combinations.
CODING = (
    "EXP/FEE/INV_ADJ_TYPE",
    "LINE_ITEM_TASK_CODE",
    "LINE_ITEM_EXPENSE_CODE",
    "LINE_ITEM_ACTIVITY_CODE",
)
#: Who did the work; the type tells whether somebody must have.
PERSON = ("EXP/FEE/INV_ADJ_TYPE", "TIMEKEEPER_ID", "TIMEKEEPER_NAME", "TIMEKEEPER_CLASSIFICATION")
NAMES = ("TIMEKEEPER_LAST_NAME", "TIMEKEEPER_FIRST_NAME")


class Judge(CellJudge):
    """What one format, one portal and one day have to say about a record's values, in the table's order."""

    def __init__(self, layout: Layout, dialect: Dialect = NONE, as_of: date | None = None) -> None:
        super().__init__(layout, dialect)
        self.as_of = as_of
        #: Whether a portal or client asks more than the format does.
        self.asks_more = dialect != NONE
        self.memory = Memory()
        self.gross = layout.table.heading.totals == "gross"
        at = self.at
        present = [i for i, place in enumerate(layout.places) if place is not None]
        shared = {i for i in present if self.columns[i].record != "Line"}
        coding = {at[name] for name in CODING if at[name] in present}
        person = {at[name] for name in (*PERSON[1:], *NAMES) if name in at and at[name] in present}
        self.shared_columns = tuple(sorted(shared))
        self.coding_columns = tuple(sorted(coding))
        self.person_columns = tuple(sorted(person))
        self.headings = Headings(self)
        self.own_columns = tuple(i for i in present if i not in shared | coding | person)

    # -- what an answer of the portal makes of a rule ---------------------------------------------

    def severity(self, rule: str, default: Severity, answer: Answer = "warn") -> Severity | None:
        """`default` unless the portal answers this rule; None where it is switched off."""
        said = self.dialect.severity.get(rule, answer if answer != "warn" else None)
        if said == "off":
            return None if default == "advice" else default
        if said == "refuse" and default == "advice":
            return "portal"
        return default

    # -- values of the invoice, client, matter and firm --------------------------------------------

    def repeated(self, raw: Sequence[str], values: Sequence[str]) -> list[Flaw]:
        """Flaws of the values which every record of the invoice repeats."""
        flaws = [flaw for i in self.shared_columns for flaw in self.known(i, raw[i], values[i])]
        flaws += self._period(values)
        if self.gross:
            reported, currency = values[self.at["INVOICE_REPORTED_TAX_TOTAL"]], values[self.at["INVOICE_TAX_CURRENCY"]]
            if bool(reported) != bool(currency):
                lone = "INVOICE_REPORTED_TAX_TOTAL" if reported else "INVOICE_TAX_CURRENCY"
                other = "INVOICE_TAX_CURRENCY" if reported else "INVOICE_REPORTED_TAX_TOTAL"
                flaws.append(
                    self._flaw("LA07", "advice", lone, f"{lone} is given without {other}.", reported or currency)
                )
        return [flaw if flaw.once else flaw._replace(once="invoice") for flaw in flaws]

    def _period(self, values: Sequence[str]) -> Iterator[Flaw]:
        invoiced, start, end = (
            day_of(values[self.at[name]]) for name in ("INVOICE_DATE", "BILLING_START_DATE", "BILLING_END_DATE")
        )
        if start and end and start > end:
            yield self._flaw(
                "LD01",
                "error",
                "BILLING_START_DATE",
                f"The billing period starts on {start} and ends before that, on {end}.",
                f"{start:%Y%m%d}",
                f"not after {end:%Y%m%d}",
            )
        severity = self.severity("LD02", "advice")
        if severity and invoiced and end and invoiced < end:
            yield self._flaw(
                "LD02",
                severity,
                "INVOICE_DATE",
                f"The invoice is dated {invoiced}, before its billing period ends on {end}.",
                f"{invoiced:%Y%m%d}",
                f"{end:%Y%m%d} or later",
                reason="DAT-ORDER",
            )
        oldest = first_invoice_day(self.dialect, self.as_of)
        if invoiced and oldest and invoiced < oldest:
            yield self._flaw(
                "LD03",
                "portal",
                "INVOICE_DATE",
                f"The invoice is dated {invoiced}; {self.dialect.title or 'the client'} takes invoices of the last "
                f"{self.dialect.oldest_invoice_days} days.",
                f"{invoiced:%Y%m%d}",
                f"{oldest:%Y%m%d} or later",
                reason="DAT-INVOLD",
            )
        if severity and invoiced and self.as_of and invoiced > self.as_of:
            yield self._flaw(
                "LD02",
                severity,
                "INVOICE_DATE",
                f"The invoice is dated {invoiced}, which lies in the future.",
                f"{invoiced:%Y%m%d}",
                f"{self.as_of:%Y%m%d} or earlier",
                reason="DAT-ORDER",
            )

    # -- values that recur on many lines -----------------------------------------------------------

    def coding(self, raw: Sequence[str], values: Sequence[str]) -> list[Flaw]:
        """Flaws of the line's type and codes."""
        flaws = [flaw for i in self.coding_columns for flaw in self.known(i, raw[i], values[i])]
        flaws += self._codes(values[self.at["EXP/FEE/INV_ADJ_TYPE"]].upper(), values)
        return flaws

    def person(self, raw: Sequence[str], values: Sequence[str]) -> list[Flaw]:
        """Flaws of the person's id, name and class."""
        flaws = [flaw for i in self.person_columns for flaw in self.known(i, raw[i], values[i])]
        if values[self.at["EXP/FEE/INV_ADJ_TYPE"]].upper() == "F":
            flaws += self._person(values)
        return flaws

    def _has(self, name: str) -> bool:
        return name in self.at and self.layout.places[self.at[name]] is not None

    def _person(self, values: Sequence[str]) -> Iterator[Flaw]:
        for name in ("TIMEKEEPER_ID", "TIMEKEEPER_NAME", "TIMEKEEPER_CLASSIFICATION"):
            if self._has(name) and not values[self.at[name]] and name not in self.dialect.required:
                yield self._flaw("LR02", "error", name, f"{name} is empty on a fee; a fee names who did the work.")
        if self.gross:
            for name in NAMES:
                if self._has(name) and not values[self.at[name]]:
                    yield self._flaw("LR02", "advice", name, f"{name} is empty on a fee.")
        person = values[self.at["TIMEKEEPER_NAME"]] if self._has("TIMEKEEPER_NAME") else ""
        if person and self.dialect.name_order == "last-first" and "," not in person:
            yield self._flaw(
                "LC05",
                "portal",
                "TIMEKEEPER_NAME",
                f'TIMEKEEPER_NAME is "{person}"; {self.dialect.title} wants the surname first, then a comma.',
                person,
                "Surname, First name",
                once="invoice",
                reason="TK-NAME",
            )

    def _non_zero(self, kind: str, name: str, values: Sequence[str]) -> Iterator[Flaw]:
        """Units and unit cost of a fee or expense are there and not zero."""
        value = values[self.at[name]]
        amount = decimal_of(value)
        if value and amount != 0:
            return
        rule = "LR02" if kind == "F" else "LR03"
        severity: Severity = "error"
        if value and self.dialect.no_charge == "allow":
            severity = "advice"
        what = "is empty" if not value else "is 0"
        article = "a fee" if kind == "F" else "an expense"
        yield self._flaw(
            rule,
            severity,
            name,
            f"{name} {what} on {article}; the format wants a number other than 0.",
            value or None,
            "a number other than 0",
            reason="FMT-REQUIRED",
        )

    def _codes(self, kind: str, values: Sequence[str]) -> Iterator[Flaw]:
        task, expense, activity = (
            values[self.at[f"LINE_ITEM_{name}_CODE"]] for name in ("TASK", "EXPENSE", "ACTIVITY")
        )
        portal = self.dialect
        if kind == "F" and expense:
            yield self._flaw(
                "LR05",
                self.severity("LR05", "advice") or "advice",
                "LINE_ITEM_EXPENSE_CODE",
                f'A fee carries the expense code "{expense}"; expense codes belong on expenses.',
                expense,
            )
        if kind == "E" and activity:
            yield self._flaw(
                "LR05",
                self.severity("LR05", "advice") or "advice",
                "LINE_ITEM_ACTIVITY_CODE",
                f'An expense carries the activity code "{activity}"; activities belong on fees.',
                activity,
                reason="COD-ACTIVITY",
            )
        if kind == "F" and activity and not task:
            severity = self.severity("LR04", "advice")
            if severity:
                yield self._flaw(
                    "LR04", severity, "LINE_ITEM_TASK_CODE", f'The activity "{activity}" stands without a task code.'
                )
        demanded = (
            ("LINE_ITEM_TASK_CODE", portal.task_required and kind == "F", "LR04", "COD-TASK"),
            ("LINE_ITEM_ACTIVITY_CODE", portal.activity_required and kind == "F", "LR04", "COD-ACTIVITY"),
            ("LINE_ITEM_EXPENSE_CODE", portal.expense_required and kind == "E", "LR03", "COD-EXPENSE"),
        )
        for name, needed, rule, reason in demanded:
            if needed and not values[self.at[name]]:
                article = "a fee" if kind == "F" else "an expense"
                yield self._flaw(
                    rule, "portal", name, f"{name} is empty; {portal.title} wants one on {article}.", reason=reason
                )

    # -- what is a line's own ----------------------------------------------------------------------

    def varying(self, raw: Sequence[str], values: Sequence[str]) -> list[Flaw]:
        """Flaws of number, units, amounts, day and narrative, and of the line's arithmetic."""
        flaws = [flaw for i in self.own_columns for flaw in self.known(i, raw[i], values[i])]
        at = self.at
        kind = values[at["EXP/FEE/INV_ADJ_TYPE"]].upper()
        if kind in ("F", "E"):
            for name in ("LINE_ITEM_NUMBER_OF_UNITS", "LINE_ITEM_UNIT_COST"):
                if self._has(name):
                    flaws += self._non_zero(kind, name, values)
            if not values[at["LINE_ITEM_DESCRIPTION"]]:
                article = "A fee" if kind == "F" else "An expense"
                severity = self.severity("LR08", "advice")
                if severity:
                    flaws.append(self._flaw("LR08", severity, "LINE_ITEM_DESCRIPTION", f"{article} has no narrative."))
        flaws += self._line_date(values)
        flaws += self._line_age(kind, values)
        flaws += self._arithmetic(kind, values)
        return flaws

    def _line_age(self, kind: str, values: Sequence[str]) -> Iterator[Flaw]:
        """LD03: work and costs older than the client takes."""
        if not self.dialect.oldest_line_days or kind not in ("F", "E"):
            return
        day, invoiced = (day_of(values[self.at[name]]) for name in ("LINE_ITEM_DATE", "INVOICE_DATE"))
        oldest = first_line_day(self.dialect, invoiced, self.as_of)
        if day and oldest and day < oldest:
            yield self._flaw(
                "LD03",
                "portal",
                "LINE_ITEM_DATE",
                f"The line is dated {day}; {self.dialect.title or 'the client'} takes lines of the last "
                f"{self.dialect.oldest_line_days} days.",
                f"{day:%Y%m%d}",
                f"{oldest:%Y%m%d} or later",
            )

    def _line_date(self, values: Sequence[str]) -> Iterator[Flaw]:
        day = day_of(values[self.at["LINE_ITEM_DATE"]])
        severity = self.severity("LD02", "advice")
        if not day or not severity:
            return
        start, end, invoiced = (
            day_of(values[self.at[name]]) for name in ("BILLING_START_DATE", "BILLING_END_DATE", "INVOICE_DATE")
        )
        found = f"{day:%Y%m%d}"
        if start and end and not start <= day <= end:
            yield self._flaw(
                "LD02",
                severity,
                "LINE_ITEM_DATE",
                f"The line is dated {day}, outside the billing period of {start} to {end}.",
                found,
                f"{start:%Y%m%d} to {end:%Y%m%d}",
            )
        elif invoiced and day > invoiced:
            yield self._flaw(
                "LD02",
                severity,
                "LINE_ITEM_DATE",
                f"The line is dated {day}, after the invoice of {invoiced}.",
                found,
                f"{invoiced:%Y%m%d} or earlier",
                reason="DAT-ORDER",
            )
        elif self.as_of and day > self.as_of:
            yield self._flaw(
                "LD02",
                severity,
                "LINE_ITEM_DATE",
                f"The line is dated {day}, which lies in the future.",
                found,
                f"{self.as_of:%Y%m%d} or earlier",
                reason="DAT-ORDER",
            )

    def _arithmetic(self, kind: str, values: Sequence[str]) -> Iterator[Flaw]:
        at = self.at
        texts = [
            values[at[f"LINE_ITEM_{name}"]] for name in ("NUMBER_OF_UNITS", "UNIT_COST", "ADJUSTMENT_AMOUNT", "TOTAL")
        ]
        numbers = [decimal_of(text) if text else Decimal(0) for text in texts]
        units, cost, adjustment, total = numbers
        if units is None or cost is None or adjustment is None or total is None:
            return
        places = self.places_of(values)
        if units < 0 and self.dialect.negative_units != "off":
            yield self._flaw(
                "LA08",
                "portal" if self.dialect.negative_units == "refuse" else "advice",
                "LINE_ITEM_NUMBER_OF_UNITS",
                f"Units are {texts[0]}, below zero; a credit is better billed as an IF or IE line.",
                texts[0],
            )
        net = units * cost + adjustment
        if kind in ("IF", "IE"):
            yield from self._adjustment_way(kind, texts)
        if self.gross:
            yield from self._taxed(values, net, total, places)
        elif texts[3] and not agrees(total, net, places):
            yield self._flaw(
                "LA01",
                "error",
                "LINE_ITEM_TOTAL",
                self._sum_words(texts, net, total, places),
                texts[3],
                plain(roundings(net, places)[0]),
            )
        elif texts[3]:
            yield from self._portal_rounding(units, cost, adjustment, total, places)
        if kind in ("F", "E") and total == 0 and texts[3] and units and cost:
            severity = self.severity("LA09", "advice")
            if severity:
                yield self._flaw("LA09", severity, "LINE_ITEM_TOTAL", "The line comes to nothing.", texts[3])

    def _sum_words(self, texts: Sequence[str], net: Decimal, total: Decimal, places: int) -> str:
        units, cost, adjustment, stated = (text or "0" for text in texts)
        right = roundings(net, places)[0]
        plus = "" if adjustment == "0" else f" with the adjustment {adjustment}"
        return (
            f"{units} at {cost}{plus} makes {plain(right)}; LINE_ITEM_TOTAL says {stated}, "
            f"{plain(abs(total - right))} too {'much' if total > right else 'little'}."
        )

    def _taxed(self, values: Sequence[str], net: Decimal, total: Decimal, places: int) -> Iterator[Flaw]:
        """98BI: the tax follows from the rate, and the total holds net and tax."""
        stated_tax, stated_rate, stated = (
            values[self.at[f"LINE_ITEM_{name}"]] for name in ("TAX_TOTAL", "TAX_RATE", "TOTAL")
        )
        tax = decimal_of(stated_tax) if stated_tax else Decimal(0)
        if tax is None:
            return
        rate = decimal_of(stated_rate)
        if rate is not None and stated_tax and 0 <= rate < 1:
            rights = {right for base in (net, *roundings(net, places)) for right in roundings(base * rate, places)}
            if tax not in rights and tax != net * rate:
                right = roundings(net * rate, places)[0]
                yield self._flaw(
                    "LA02",
                    "error",
                    "LINE_ITEM_TAX_TOTAL",
                    f"{plain(net)} at the rate {stated_rate} bears a tax of {plain(right)}; "
                    f"LINE_ITEM_TAX_TOTAL says {stated_tax}.",
                    stated_tax,
                    plain(right),
                )
        sums = {base + tax for base in (net, *roundings(net, places))}
        if stated and total not in sums and not agrees(total, net + tax, places):
            right = roundings(net, places)[0] + tax
            hint = " It states the amount before tax." if agrees(total, net, places) else ""
            yield self._flaw(
                "LA02",
                "error",
                "LINE_ITEM_TOTAL",
                f"Units, unit cost and adjustment make {plain(net)}, with tax {plain(right)}; LINE_ITEM_TOTAL "
                f"says {stated}. In {self.title} it includes the tax.{hint}",
                stated,
                plain(right),
                reason="AMT-LINEMATH",
            )

    def _portal_rounding(
        self, units: Decimal, cost: Decimal, adjustment: Decimal, total: Decimal, places: int
    ) -> Iterator[Flaw]:
        portal = self.dialect
        if portal.rounding == "either" and portal.unit_places >= 4 and portal.rate_places >= 4:
            return
        pick = 1 if portal.rounding == "half-even" else 0
        seen = roundings(units, portal.unit_places)[pick] * roundings(cost, portal.rate_places)[pick] + adjustment
        right = roundings(seen, places)[pick]
        if total == right or (portal.rounding == "either" and total in roundings(seen, places)):
            return
        within = abs(total - right) <= abs(right) * portal.part()
        yield self._flaw(
            "LA05",
            "advice" if within else "portal",
            "LINE_ITEM_TOTAL",
            f"{portal.title} rounds units and rates first and comes to {plain(right)}; LINE_ITEM_TOTAL says "
            f"{plain(total)}.",
            plain(total),
            plain(right),
        )

    def _adjustment_way(self, kind: str, texts: Sequence[str]) -> Iterator[Flaw]:
        """Which of the ways A to D (reference 3.2) an IF or IE line takes, where the portal takes not all."""
        allowed = self.dialect.adjustment_ways
        if not allowed:
            return
        units, cost, adjustment, _ = (decimal_of(text) if text else None for text in texts)
        by_adjustment = bool(adjustment) and not (units and cost)
        ways = {
            "A": by_adjustment and units in (None, Decimal(1)) and cost is None,
            "B": by_adjustment and units == 1 and not cost,
            "C": units == 1 and cost is not None and not adjustment,
            "D": by_adjustment and units == 0 and cost == 0,
        }
        if not any(ways[way] for way in allowed):
            wanted = {
                "A": "the amount as adjustment, no unit cost",
                "B": "1 unit, no unit cost, the amount as adjustment",
                "C": "1 unit, the amount as unit cost",
                "D": "0 units, unit cost 0, the amount as adjustment",
            }
            yield self._flaw(
                "LR06",
                "portal",
                "LINE_ITEM_ADJUSTMENT_AMOUNT",
                f"The {kind} line does not carry its amount the way {self.dialect.title} reads it.",
                None,
                "; or ".join(wanted[way] for way in allowed),
            )

    def places_of(self, values: Sequence[str]) -> int:
        """Decimals of the invoice's currency; two where none is stated."""
        if "INVOICE_CURRENCY" not in self.at:
            return 2
        return currencies().get(values[self.at["INVOICE_CURRENCY"]], 2)
