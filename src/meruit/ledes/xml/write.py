"""A bill written as LEDES 2000 or LEDES XML 2.x, in the order of the format's table.

The writer puts down what the records say and computes nothing: sums are completed before
(`meruit.ledes.xml.complete`), and `meruit.ledes.write` refuses a bill that `check` finds wrong. Items are
numbered anew in document order; empty values are left out; rows that were never seen in a version are
written only when asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from meruit.ledes.model import ExtendHeader, File, Invoice, Line, Matter, Record
from meruit.ledes.refusals import CannotWrite
from meruit.ledes.xml.layout import LISTS, Layout, layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.ledes.tables import Column, Segment

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
#: Letters XML 1.0 cannot hold in any way.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: XML 2.x: segments that hold nothing but a tax id -> read from `tax_ids` of the parent
_TAX_ITEMS = frozenset({"tax_item_fee", "tax_item_expense", "tax_matter_disc_cred"})


def write(file: File, format_name: str, *, unseen: bool = False) -> bytes:
    """The bytes of `file` in `format_name`; `unseen` also writes rows never seen in that version."""
    writer = _Writer(layout(format_name), unseen)
    root = writer.document(file)
    if file.indent is not None:
        etree.indent(root, space=file.indent)
    body: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    if format_name == "LEDES2000":
        head += b'<!DOCTYPE ledesxml SYSTEM "http://www.ledes.org/ledes2000.dtd">\n'
    text = head + body + (b"\n" if file.ends_in_newline else b"")
    return text.replace(b"\n", b"\r\n") if file.newline == "\r\n" else text


class _Writer:
    def __init__(self, of: Layout, unseen: bool) -> None:
        self.layout = of
        self.unseen = unseen
        self.item = 0
        self.flat_dates = of.table.name == "LEDES2000"

    def document(self, file: File) -> etree._Element:
        heading = self.layout.table.heading
        same = file.format == heading.name and _NAME.fullmatch(file.identifier)
        self.space = f"{{{heading.namespace}}}" if heading.namespace else ""
        names: dict[str | None, str] = {None: heading.namespace} if heading.namespace else {}
        root = etree.Element(self.space + (file.identifier if same else heading.root), nsmap=names)  # type: ignore[arg-type]  # the stubs forget the default namespace
        nested = self.layout.segments["client"].under == "firm"
        firms = _by_firm(file.invoices)
        most = self.layout.segments["firm"].most
        if most and len(firms) > most:
            raise CannotWrite(
                f"{heading.title} holds {most} firm in a file, and this bill has {len(firms)}. Write one file per firm."
            )
        for firm, clients in firms:
            top = self._segment(root, "firm", firm)
            for client, invoices in clients:
                holder = self._segment(top if nested else root, "client", client)
                for invoice in invoices:
                    self._segment(holder, "invoice", invoice)
        for segment in ("tax", "tax_tier_detail"):
            if segment in self.layout.segments:
                for record in getattr(file, LISTS[segment]):
                    self._segment(root, segment, record)
        return root

    def _segment(self, parent: etree._Element, name: str, record: Record) -> etree._Element:
        segment = self.layout.segments[name]
        element = self._add(parent, segment.tag)
        self._fields(element, name, record)
        for child in self.layout.children(name):
            for inner in self._inner(child, record):
                if isinstance(inner, str):
                    item = self._add(element, child.tag)
                    self._add(item, "tx_id").text = _legal(inner, "tx_id")
                    self._add(item, "file_item_nbr").text = self._next()
                else:
                    self._segment(element, child.name, inner)
        return element

    def _inner(self, child: Segment, record: Record) -> Iterator[Any]:
        """The records under `record` that `child` writes."""
        if child.name in ("client", "invoice"):
            return
        if child.name in _TAX_ITEMS:
            yield from getattr(record, "tax_ids")  # noqa: B009 - Line and Adjustment both have it
        elif child.name in ("fee", "expense") and isinstance(record, Matter):
            kind = "F" if child.name == "fee" else "E"
            yield from (line for line in record.lines if line.kind == kind)
        elif child.name == "tksum" and isinstance(record, Matter):
            if "fee" in {s.name for s in self.layout.children("tksum")}:
                self._persons_lines(record)
            yield from record.timekeepers
        elif child.name in ("fee", "expense"):
            kind = "F" if child.name == "fee" else "E"
            yield from (line for line in self.of_person.get(id(record), ()) if line.kind == kind)
        else:
            yield from getattr(record, LISTS[child.name])

    def _persons_lines(self, matter: Matter) -> None:
        """LEDES 2000 puts a line under its person: the one of that id and rate, or the first of the matter."""
        self.of_person: dict[int, list[Line]] = {}
        if matter.lines and not matter.timekeepers:
            raise CannotWrite(
                f"Matter {matter.firm_matter_id or matter.client_matter_id} has lines and no timekeeper; "
                "LEDES 2000 puts every line under a <tksum>."
            )
        for line in matter.lines:
            same = [t for t in matter.timekeepers if t.id == line.timekeeper_id]
            exact = [t for t in same if t.decimal("rate") == line.decimal("rate")]
            holder = (exact or same or matter.timekeepers)[0]
            self.of_person.setdefault(id(holder), []).append(line)

    def _fields(self, element: etree._Element, segment: str, record: Record) -> None:
        for column in self.layout.columns[segment]:
            if "unseen" in column.marks and not self.unseen:
                continue
            value = _value(record, column.key)
            if column.key == "item_number":
                self._add(element, column.name).text = self._next()
            elif column.struct == "extend_header":
                if isinstance(value, ExtendHeader):
                    self._extend(element, value)
            elif isinstance(value, Record):
                inner = self._add(element, column.name)
                self._fields(inner, column.struct, value)
            elif isinstance(value, str) and value:
                self._add(element, column.name).text = _legal(self._text(column, value, record), column.name)

    def _text(self, column: Column, value: str, record: Record) -> str:
        day = record.day(column.key) if column.type == "date" and "." not in column.key else None
        if day is None:
            return value
        return day.strftime("%Y%m%d") if self.flat_dates else day.isoformat()

    def _extend(self, parent: etree._Element, header: ExtendHeader) -> None:
        attributes = {k: _legal(getattr(header, k), k) for k in ("vendor", "app", "sequence", "date")}
        if not header.pairs and not any(attributes.values()):
            return
        element = self._add(parent, "extend_header")
        for key, value in attributes.items():
            if value:
                element.set(key, value)
        for name, value in header.pairs:
            plain = not self.flat_dates and _NAME.fullmatch(name) and name != "extend_data"
            if plain:
                self._add(element, name).text = _legal(value, name)
            else:
                pair = self._add(element, "extend_data")
                self._add(pair, "ext_name").text = _legal(name, "ext_name")
                self._add(pair, "ext_value").text = _legal(value, "ext_value")

    def _add(self, parent: etree._Element, tag: str) -> etree._Element:
        return etree.SubElement(parent, f"{self.space}{tag}")

    def _next(self) -> str:
        self.item += 1
        return str(self.item)


def _value(record: Record, key: str) -> object:
    """What stands under `key`; `a.b` reaches inside, `.` is the record itself."""
    if key == ".":
        return record
    current: object = record
    for part in key.split("."):
        current = getattr(current, part, None)
    return current


def _legal(text: str, where: str) -> str:
    bad = ILLEGAL.search(text)
    if bad:
        raise CannotWrite(
            f"{where} holds the character U+{ord(bad[0]):04X}, which XML cannot carry. Take it out, or convert "
            "with --mend, which puts a blank in its place and lists it."
        )
    return text


def _by_firm(invoices: list[Invoice]) -> list[tuple[Record, list[tuple[Record, list[Invoice]]]]]:
    """Invoices under their client and firm, both in the order first met; equal ones are one."""
    firms: list[tuple[Record, list[tuple[Record, list[Invoice]]]]] = []
    for invoice in invoices:
        clients = next((c for firm, c in firms if firm is invoice.firm or firm == invoice.firm), None)
        if clients is None:
            clients = []
            firms.append((invoice.firm, clients))
        own = next((i for client, i in clients if client is invoice.client or client == invoice.client), None)
        if own is None:
            own = []
            clients.append((invoice.client, own))
        own.append(invoice)
    return firms
