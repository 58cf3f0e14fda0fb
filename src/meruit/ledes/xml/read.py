"""An XML bill read into the records of `meruit.ledes.model`, driven by the format's table.

Every value is kept with its line and byte. What the file has that its table does not know stays in
`extra` and is reported; a segment met in the wrong place is read where it can only belong; nothing is
dropped. The notes on `File.notes` are about the file's form alone (LX01 to LX03); whether its content
holds is `check`'s business.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from meruit.ledes import model
from meruit.ledes.model import ExtendHeader, File, Invoice, Line, Matter, Record
from meruit.ledes.xml.layout import LISTS, Layout, layout
from meruit.ledes.xml.nodes import Fault, Limits, Node
from meruit.ledes.xml.notes import note
from meruit.ledes.xml.parse import parse
from meruit.ledes.xml.places import Spots
from meruit.ledes.xml.roots import format_of, named, no_bill, unjudged

if TYPE_CHECKING:
    from meruit.findings import Finding, Severity
    from meruit.ledes.tables import Column, Segment

#: what a dotted key reaches into
_PARTS: dict[str, type[Record]] = {
    "billing_contact": model.Contact,
    "contact": model.Contact,
    "managing_contact": model.Contact,
    "firm_contact": model.Contact,
    "client_contact": model.Contact,
    "tax_invoice_party": model.Party,
    "bill_to": model.Party,
    "payable_by": model.Party,
}
#: XML attributes that are about XML and not about the bill
_ABOUT_XML = re.compile(r"xmlns(:.*)?$|.*:schemaLocation$|.*noNamespaceSchemaLocation$")


def read(data: bytes, *, name: str | None = None, limits: Limits | None = None) -> File:
    """The bill in `data`; what could not be read stands in the notes, and the rest is there."""
    parsed = parse(data, limits)
    newline, indent = _manner(data)
    file = File(format="", name=name, encoding=parsed.encoding, newline=newline, indent=indent)
    file.ends_in_newline = data.endswith(b"\n")
    faults = [_of_fault(fault) for fault in parsed.faults]
    file.notes.extend(faults)
    if parsed.root is None:
        return file
    if other := no_bill(parsed.root):
        file.format, file.identifier = other, parsed.root.tag
        file.named = list(named(parsed.root))
        file.notes = [replace(f, format=other, file=name) for f in [*file.notes, unjudged(other, parsed.root)]]
        return file
    format_name, remark = format_of(parsed.root)
    file.format, file.identifier = format_name, parsed.root.tag
    if remark:
        file.notes.append(remark)
    reader = _Reader(file, layout(format_name))
    reader.root(parsed.root)
    file.notes = [replace(finding, format=format_name, file=name) for finding in file.notes]
    return file


def _manner(data: bytes) -> tuple[str, str | None]:
    """Line end and indent of a file, so that a clean one is written again as it was."""
    head = data[:4096]
    newline = "\r\n" if b"\r\n" in head else "\n"
    first = re.search(rb"<[A-Za-z][^>]*>(\s*)<[A-Za-z]", head)
    gap = first[1].decode("ascii", "replace") if first else "\n  "
    return newline, (gap.rpartition("\n")[2] if "\n" in gap else None)


def _of_fault(fault: Fault) -> Finding:
    severity: Severity = "advice" if fault.harmless else "error"
    return note("LX01", fault.message, severity=severity, line=fault.line, byte=fault.byte, found=fault.found)


class _Reader:
    """One pass over the nodes. `latest` knows the record last opened of each segment, for strays."""

    def __init__(self, file: File, of: Layout) -> None:
        self.file = file
        self.layout = of
        self.latest: dict[str, Record] = {}
        self.numbers: dict[str, int] = {}
        self.order = 0
        self.invoice = ""

    def root(self, node: Node) -> None:
        self._children(node, "file", None, {})
        first = node.children[0] if node.children else None
        if self.layout.table.name == "LEDES2000" and first is not None and first.tag != "firm":
            self._note(
                "LX17", f"The file begins with <{first.tag}>; LEDES 2000 puts the firm first.", first, field="FIRM",
                found=first.tag, expected="<firm>",
            )  # fmt: skip
        if not self.file.invoices:
            self._note("LX02", "The file holds no invoice.", node, expected="at least one <invoice>")

    # --- segments

    def _segment(self, node: Node, segment: Segment, parent: Record | None) -> None:
        """Read one segment and what is in it; `parent` is the record it belongs to."""
        if segment.record == "Line" and segment.name.startswith("tax_item") and isinstance(parent, Line):
            self._tax_id(node, segment, parent)
            return
        if segment.name == "tax_matter_disc_cred" and isinstance(parent, model.Adjustment):
            self._tax_id(node, segment, parent)
            return
        record: Record = getattr(model, segment.record)()
        record.origin = Spots(node.line)
        for below in self._descendants(segment.name):
            self.latest.pop(below, None)
        self.latest[segment.name] = record
        if isinstance(record, Invoice):
            number = next((c.text.strip() for c in node.children if c.tag == "inv_id"), "")
            self.invoice = number
            record.firm = self._last(model.Firm, "firm") or record.firm
            record.client = self._last(model.Client, "client") or record.client
            self.file.invoices.append(record)
        elif isinstance(record, Line):
            record.kind = "F" if segment.name == "fee" else "E"
            self.order += 1
            record.order = self.order
            matter = parent if isinstance(parent, Matter) else self._last(Matter, "matter")
            (matter or self._made_up_matter(node)).lines.append(record)
        elif segment.name in LISTS:
            holder: Any = self.file if segment.under == "file" else parent
            getattr(holder, LISTS[segment.name]).append(record)
        counts: dict[str, int] = {}
        self._children(node, segment.name, record, counts)
        self._cardinality(node, segment, counts)
        if isinstance(record, Invoice):
            self.invoice = ""

    def _made_up_matter(self, node: Node) -> Matter:
        matter = Matter(origin=Spots(node.line))
        self.latest["matter"] = matter
        if invoice := self._last(Invoice, "invoice"):
            invoice.matters.append(matter)
        return matter

    def _last(self, kind: type[Any], segment: str) -> Any:
        found = self.latest.get(segment)
        return found if isinstance(found, kind) else None

    def _descendants(self, segment: str) -> list[str]:
        out, todo = [], [segment]
        while todo:
            for child in self.layout.children(todo.pop()):
                out.append(child.name)
                todo.append(child.name)
        return out

    def _cardinality(self, node: Node, segment: Segment, counts: dict[str, int]) -> None:
        for child in self.layout.children(segment.name):
            if counts.get(child.name, 0) < child.least:
                self._note(
                    "LX02",
                    f"<{node.tag}> holds no <{child.tag}>; it needs one at least.",
                    node,
                    field=segment.name.upper(),
                    expected=f"<{child.tag}>",
                )

    def _children(self, node: Node, inside: str, record: Record | None, counts: dict[str, int]) -> None:
        fields = self.layout.fields.get(inside, {})
        below = self.layout.below[inside]
        seen: set[str] = set()
        for child in node.children:
            column = fields.get(child.tag)
            segment = below.get(child.tag)
            if column is not None and record is not None and not (segment and child.children):
                again = column.name in seen
                seen.add(column.name)
                self._field(child, column, record, again)
            elif segment is not None:
                counts[segment.name] = counts.get(segment.name, 0) + 1
                if segment.most and counts[segment.name] > segment.most:
                    self._note(
                        "LX17" if segment.name == "firm" else "LX02",
                        f"This is <{child.tag}> number {counts[segment.name]}; the format allows {segment.most}.",
                        child,
                        field=segment.name.upper(),
                    )
                self._segment(child, segment, record)
                child.children = ()  # read; the records take its room
            else:
                self._stray(child, inside, record)
        self._extra_attributes(node, record)
        if inside == "file":
            self._cardinality_of_file(node, counts)
        elif record is not None and self.layout.numbered and "file_item_nbr" in fields:
            self._missing_number(node, inside, seen)

    def _cardinality_of_file(self, node: Node, counts: dict[str, int]) -> None:
        for segment in self.layout.children("file"):
            if counts.get(segment.name, 0) < segment.least:
                self._note(
                    "LX02", f"The file holds no <{segment.tag}>; it needs at least {segment.least}.", node,
                    field=segment.name.upper(), expected=f"<{segment.tag}>",
                )  # fmt: skip

    def _stray(self, child: Node, inside: str, record: Record | None) -> None:
        """An element that does not belong here: read where it can only belong, or kept as it is."""
        segment = self.layout.by_tag.get(child.tag)
        if segment is not None and segment.under != inside:
            home = None if segment.under == "file" else self.latest.get(segment.under)
            if segment.under == "file" or home is not None or segment.record == "Line":
                self._note(
                    "LX02",
                    f"<{child.tag}> stands in <{inside}>; its place is in "
                    f"<{segment.under}>. It was read as if it stood there.",
                    child,
                    field=segment.name.upper(),
                    found=inside,
                    expected=segment.under,
                )
                self._segment(child, segment, home)
                return
        known_whole = self.layout.table.name in ("LEDESXML2.1", "LEDESXML2.2")
        self._note(
            "LX02",
            f"{self.layout.table.heading.title} knows no <{child.tag}> in <{inside}>; it is kept and not judged.",
            child,
            severity="error" if known_whole else "advice",
            field=f"{inside.upper()}.{child.tag}",
            found=child.tag,
        )
        if record is not None:
            self._keep_extra(record, child.tag, child)

    @staticmethod
    def _keep_extra(record: Record, key: str, node: Node) -> None:
        """Keep the element under a name that is free; of a structure, each value by its path."""
        todo = [(key, node)]
        while todo:
            path, current = todo.pop()
            if current.children:
                todo += [(f"{path}/{child.tag}", child) for child in reversed(current.children)]
                continue
            free, n = path, 2
            while free in record.extra:
                free, n = f"{path} ({n})", n + 1
            record.extra[free] = current.text.strip()

    def _extra_attributes(self, node: Node, record: Record | None) -> None:
        for key, value in node.attributes.items():
            if _ABOUT_XML.match(key) or record is None:
                continue
            record.extra.setdefault(f"@{key}", value)

    # --- fields

    def _field(self, node: Node, column: Column, record: Record, again: bool) -> None:
        if again:
            self._note(
                "LX02",
                f"<{node.tag}> stands twice in one <{column.segment}>; the first is used.",
                node,
                field=f"{column.segment.upper()}.{column.name}",
            )
            self._keep_extra(record, column.name, node)
            return
        holder, key = record, column.key
        while "." in key.strip("."):
            part, _, key = key.partition(".")
            inner = getattr(holder, part)
            if inner is None:
                inner = _PARTS[part](origin=Spots(node.line))
                setattr(holder, part, inner)
            holder = inner
        if column.type == "struct":
            self._structure(node, column, holder, key)
            return
        text = node.text.strip()
        setattr(holder, key, text)
        if isinstance(holder.origin, Spots):
            holder.origin.keep(key, node, text)
        if key == "item_number":
            self._number(node, text, column)
        for child in node.children:
            self._stray(child, column.name, holder)

    def _structure(self, node: Node, column: Column, holder: Record, key: str) -> None:
        if column.struct == "extend_header":
            setattr(holder, key, _extend(node))
            return
        if key == ".":
            self._children(node, column.struct, holder, {})
            return
        inside = self.layout.segments[column.struct]
        inner: Record = (model.Contact if inside.record == "Contact" else model.Address)(origin=Spots(node.line))
        setattr(holder, key, inner)
        if isinstance(holder.origin, Spots):
            holder.origin.keep(key, node, node.text)
        self._children(node, inside.name, inner, {})

    def _tax_id(self, node: Node, segment: Segment, parent: Line | model.Adjustment) -> None:
        seen = set()
        for child in node.children:
            seen.add(child.tag)
            text = child.text.strip()
            if child.tag == "tx_id":
                if isinstance(parent.origin, Spots):
                    parent.origin.keep(f"tax_ids.{len(parent.tax_ids)}", child, text)
                parent.tax_ids.append(text)
            elif child.tag == "file_item_nbr":
                self._number(child, text, self.layout.fields[segment.name]["file_item_nbr"])
            else:
                self._stray(child, segment.name, parent)
        self._missing_number(node, segment.name, seen)

    # --- item numbers

    def _number(self, node: Node, text: str, column: Column) -> None:
        where = f"{column.segment.upper()}.file_item_nbr"
        if not re.fullmatch("[0-9]{1,18}", text) or int(text) < 1:
            self._note(
                "LX03",
                f'file_item_nbr is "{text[:60]}"; it must be a whole number from 1.',
                node, field=where, found=text[:200], expected="a positive whole number",
            )  # fmt: skip
            return
        canonical = text.lstrip("0")
        if canonical in self.numbers:
            self._note(
                "LX03",
                f"file_item_nbr {text} was already used on line {self.numbers[canonical]}; "
                "each item of the file has its own number.",
                node,
                field=where,
                found=text,
                expected="a number not used before",
                mend="Number the items anew in the order of the file.",
            )
        else:
            self.numbers[canonical] = node.line

    def _missing_number(self, node: Node, inside: str, seen: set[str]) -> None:
        if "file_item_nbr" not in seen:
            self._note(
                "LX03",
                f"<{node.tag}> has no file_item_nbr; every item of the file has one.",
                node,
                field=f"{inside.upper()}.file_item_nbr",
                expected="a positive whole number",
                mend="Number the items anew in the order of the file.",
            )

    def _note(
        self,
        rule: str,
        message: str,
        node: Node,
        *,
        severity: Severity = "error",
        field: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        mend: str | None = None,
    ) -> None:
        self.file.notes.append(
            note(
                rule,
                message,
                severity=severity,
                line=node.line,
                byte=node.byte,
                field=field,
                found=found,
                expected=expected,
                mend=mend,
                invoice=self.invoice or None,
            )
        )


def _extend(node: Node) -> ExtendHeader:
    """The pairs of an extend_header, whether the name is the tag (2.x) or stands in ext_name (2000)."""
    header = ExtendHeader(
        vendor=node.attributes.get("vendor", ""),
        app=node.attributes.get("app", ""),
        sequence=node.attributes.get("sequence", ""),
        date=node.attributes.get("date", ""),
    )
    for child in node.children:
        if child.tag != "extend_data" or not child.children:
            header.pairs.append((child.tag, child.text.strip()))
            continue
        named = {c.tag: c.text.strip() for c in child.children}
        if "ext_name" in named:
            header.pairs.append((named["ext_name"], named.get("ext_value", "")))
        else:
            header.pairs += [(c.tag, c.text.strip()) for c in child.children]
    return header
