"""What a person knows and the source format does not: contacts, addresses, tax registration, final bill.

A TOML file with the tables `firm`, `client`, `invoice`, `matter` and `tax`, keys as in
`meruit.ledes.model` (`firm.billing_contact.email`, `tax.registration`). A value is set where the bill
leaves it empty and never replaces one. A table may hold tables by id, which come first:
`[matter."1042"]`.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from meruit.ledes.model import Address, Contact, File, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.ledes.convert.report import Reporter

_ID = {"firm": "id", "client": "id", "invoice": "number", "matter": "firm_matter_id", "tax": "id"}
_INNER: dict[str, type[Record]] = {
    "address": Address, "remit_address": Address, "billing_contact": Contact, "contact": Contact,
    "managing_contact": Contact, "firm_contact": Contact, "client_contact": Contact,
}  # fmt: skip


class SupplyError(ValueError):
    """The file of supplied values says something that no record has."""


def load(text: str, where: str) -> Mapping[str, Any]:
    """The supplied values, refused where a table is not known."""
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SupplyError(f"{where} is no TOML: {error}.") from error
    for name in rows:
        if name not in _ID:
            raise SupplyError(f"{where}: the table [{name}] is not known. Known: {', '.join(_ID)}.")
    return rows


def supply(file: File, rows: Mapping[str, Any], report: Reporter) -> None:
    """Set the supplied values where the bill has none."""
    for invoice in file.invoices:
        report.on(invoice)
        _into(invoice.firm, "firm", rows, report)
        _into(invoice.client, "client", rows, report)
        _into(invoice, "invoice", rows, report)
        for matter in invoice.matters:
            _into(matter, "matter", rows, report)
    report.on(None)
    for tax in file.taxes:
        _into(tax, "tax", rows, report)


def _into(record: Record, name: str, rows: Mapping[str, Any], report: Reporter) -> None:
    table = rows.get(name, {})
    own = table.get(getattr(record, _ID[name]))
    known = {spec.name for spec in fields(record)}
    if isinstance(own, dict) and getattr(record, _ID[name]) not in known:
        _set(record, own, name, report)
    general = {key: value for key, value in table.items() if key in known or not isinstance(value, dict)}
    _set(record, general, name, report)


def _set(record: Record, values: Mapping[str, Any], where: str, report: Reporter) -> None:
    known = {spec.name: getattr(record, spec.name) for spec in fields(record)}
    for key, value in values.items():
        if isinstance(value, dict) and key in _INNER and key in known:
            inner = known[key] or _INNER[key]()
            setattr(record, key, inner)
            _set(inner, value, f"{where}.{key}", report)
        elif key not in known or not isinstance(known[key], str):
            near = difflib.get_close_matches(key, known, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            raise SupplyError(f'{where} has no value "{key}".{hint}')
        elif not isinstance(value, str):
            raise SupplyError(f"{where}.{key} is {value!r}; write it as text, in quotes.")
        elif not known[key]:
            setattr(record, key, value)
            report.add("added", f"{where}.{key}", "it was supplied", value=value)
