"""The report as one HTML page that opens anywhere, prints well, and asks no other host."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from meruit.ledes.dialects import SLUGS, dialect
from meruit.ledes.reports.overview import FIXERS, SEVERITY_WORDS, InvoiceView, Overview, money, overview

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Template

    from meruit.findings import Finding
    from meruit.ledes.reports.overview import Scope

#: Rows shown per invoice; what is beyond stands in the workbook, and the page says so.
ROWS = 200
#: Invoices shown, the gravest first; a page of thousands opens nowhere.
INVOICES = 500


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("meruit.ledes.reports", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = money
    return environment.get_template("page.html")


def html(findings: Iterable[Finding], scope: Scope, *, title: str = "E-bill check") -> str:
    """The page about `findings`."""
    seen = overview(findings, scope)
    return _template().render(
        title=title,
        scope=scope,
        seen=seen,
        verdict=_verdict(seen),
        severities=SEVERITY_WORDS,
        fixers=FIXERS,
        rows=ROWS,
        most=INVOICES,
        portal=_portal(scope),
        place=_place,
        heading=_heading,
    )


def _portal(scope: Scope) -> str:
    """The portal as people call it; a slug that no dialect has is shown as it is."""
    return dialect(scope.portal).title if scope.portal in SLUGS else scope.portal or ""


def _verdict(seen: Overview) -> str:
    """The one sentence a partner reads."""
    if not seen.invoices:
        return "Nothing was found. The bills can go out."
    grave = sum(seen.counts[s] for s in SEVERITY_WORDS if s != "advice")
    if not grave:
        return "Nothing stands in the way of these bills; there is advice below."
    risk = money(seen.at_risk)
    if not seen.blocked:
        bills = "The file needs"
    elif seen.scope.invoices == 1:
        bills = "The invoice needs"
    else:
        bills = f"{seen.blocked} of {seen.scope.invoices:,} invoices " + ("needs" if seen.blocked == 1 else "need")
    tail = f", with {risk} at risk" if risk else ""
    return f"{bills} work before going out{tail}."


def _heading(view: InvoiceView) -> str:
    return f"Invoice {view.number}" if view.number else "The file as a whole"


def _place(finding: Finding) -> str:
    """Where it stands, in few words."""
    parts = [f"line {finding.line}" if finding.line else "", f"item {finding.entry}" if finding.entry else ""]
    return ", ".join(filter(None, parts))
