"""XML documents made from the table alone, without the writer: every segment once, every field filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from meruit.ledes.tables import table
from meruit.ledes.xml.layout import Layout, layout

if TYPE_CHECKING:
    from meruit.ledes.tables import Column


def legal(column: Column, flat_dates: bool) -> str:
    """A value that the row allows."""
    if column.values:
        return column.values[0]
    if column.type == "date":
        return "20260305" if flat_dates else "2026-03-05"
    if column.codes:
        listed = {"currency": "USD", "country": "US", "class": "PARTNR", "task": "L110", "activity": "A103"}
        return listed.get(column.codes, "E101")
    return {"currency": "10.00", "number": "1.5", "decimal": "0.10", "integer": "1"}.get(column.type, "Text")


def document(format_name: str) -> etree._Element:
    """A file in which every segment stands once and every field has a legal value."""
    of = layout(format_name)
    root = etree.Element(table(format_name).heading.root)
    for segment in of.children("file"):
        _segment(root, segment.name, of)
    for i, node in enumerate(root.iter("file_item_nbr"), 1):
        node.text = str(i)
    return root


def _segment(parent: etree._Element, name: str, of: Layout) -> None:
    element = etree.SubElement(parent, of.segments[name].tag)
    _fields(element, name, of)
    for child in of.children(name):
        _segment(element, child.name, of)


def _fields(element: etree._Element, name: str, of: Layout) -> None:
    for column in of.table.of_segment(name):
        inner = etree.SubElement(element, column.name)
        if column.struct == "extend_header":
            inner.set("vendor", "Meruit")
            etree.SubElement(inner, "Cost_Centre").text = "77"
        elif column.type == "struct":
            _fields(inner, column.struct, of)
        else:
            inner.text = legal(column, of.table.name == "LEDES2000")


def find(root: etree._Element, column: Column) -> etree._Element:
    """The element of `column` in a document: the first of its segment, or of a structure."""
    for node in root.iter(column.name):
        parent = node.getparent()
        tags = {column.segment} | {other.name for other in table_of(root).columns if other.struct == column.segment}
        if parent is not None and parent.tag in tags:
            return node
    raise LookupError(f"{column.segment}.{column.name} is not in the document.")


def table_of(root: etree._Element):  # type: ignore[no-untyped-def]  # the Table, imported for checking only
    names = ("LEDES2000", "LEDESXML2.0", "LEDESXML2.1", "LEDESXML2.2")
    return next(table(name) for name in names if table(name).heading.root == root.tag)
