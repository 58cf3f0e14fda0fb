"""Tests derived from the tables: each field read, written back, dropped, spoilt, and made too long."""

from __future__ import annotations

import pytest
from lxml import etree

from meruit.ledes.dialects import Dialect
from meruit.ledes.tables import Column, table
from meruit.ledes.xml import check, read, write
from tests.ledes.xml.documents import document, find, legal

FORMATS = ("LEDES2000", "LEDESXML2.0", "LEDESXML2.1", "LEDESXML2.2")
FIELDS = [
    pytest.param(name, column, id=f"{name}-{column.segment}.{column.name}")
    for name in FORMATS
    for column in table(name).columns
    if column.type != "struct"
]


def judged(root: etree._Element, column: Column) -> set[str]:
    """The rules that speak about this very field."""
    field = f"{column.segment.upper()}.{column.name}"
    return {f.rule for f in check(read(etree.tostring(root))) if f.field == field}


@pytest.mark.parametrize("name", FORMATS)
def test_every_field_is_read_written_and_read_again(name: str) -> None:
    first = read(etree.tostring(document(name)))
    assert [n.message for n in first.notes] == []
    again = read(write(first, name, unseen=True))
    assert again.notes == []
    assert (again.invoices, again.taxes, again.tiers) == (first.invoices, first.taxes, first.tiers)
    for column in table(name).columns:  # nothing of the document got lost on the way into records
        if column.type != "struct" and column.key != "item_number":
            assert find(document(name), column).text == legal(column, name == "LEDES2000")


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_of_legal_values_has_no_finding_on_any_field_rule(name: str) -> None:
    rules = {"LT01", "LT02", "LT03", "LT04", "LT05", "LR01", "LX01", "LX02", "LX03", "LX06"}
    assert [f.message for f in check(read(etree.tostring(document(name)))) if f.rule in rules] == []


@pytest.mark.parametrize("name, column", FIELDS)
def test_a_required_field_that_is_dropped_is_missed_and_an_optional_one_is_not(name: str, column: Column) -> None:
    root = document(name)
    node = find(root, column)
    node.getparent().remove(node)  # type: ignore[union-attr]  # a field has a parent
    missed = judged(root, column) & {"LR01", "LR08", "LX03"}
    if column.key == "tax_ids":
        return  # an empty reference is LX05's: see test_links
    if column.required == "R":
        assert missed
    elif column.name not in ("tax_rate_percent", "discount_percent", "disc_cred_percent"):  # needed by another value
        assert not missed


@pytest.mark.parametrize("name, column", [p for p in FIELDS if p.values[1].type not in ("char", "struct")])
def test_an_illegal_value_is_reported_at_its_line(name: str, column: Column) -> None:
    root = document(name)
    find(root, column).text = "12x"
    data = etree.tostring(root, pretty_print=True)
    field = f"{column.segment.upper()}.{column.name}"
    found = [f for f in check(read(data)) if f.field == field and f.rule in ("LT01", "LT02", "LX03")]
    assert len(found) == 1
    assert b"12x" in data.splitlines()[(found[0].line or 0) - 1]
    assert data[found[0].byte or 0 :].startswith(f"<{column.name}>".encode())


@pytest.mark.parametrize("name, column", [p for p in FIELDS if p.values[1].values])
def test_each_listed_value_passes_and_another_does_not(name: str, column: Column) -> None:
    root = document(name)
    for value in column.values:
        find(root, column).text = value
        assert not judged(root, column) & {"LT04", "LX06"}
    find(root, column).text = "Sometimes"
    assert judged(root, column) & {"LT04", "LX06"}


@pytest.mark.parametrize("name, column", [p for p in FIELDS if p.values[1].length and not p.values[1].values])
def test_a_value_one_character_too_long_is_reported_and_one_that_just_fits_is_not(name: str, column: Column) -> None:
    root = document(name)
    find(root, column).text = "x" * (column.length or 0)
    assert "LT03" not in judged(root, column)
    find(root, column).text = "x" * ((column.length or 0) + 1)
    assert "LT03" in judged(root, column)


@pytest.mark.parametrize("name, column", [p for p in FIELDS if p.values[1].required == "R" and p.values[1].marks])
def test_a_portal_can_stop_requiring_what_nobody_confirmed(name: str, column: Column) -> None:
    root = document(name)
    node = find(root, column)
    node.getparent().remove(node)  # type: ignore[union-attr]  # a field has a parent
    field = f"{column.segment.upper()}.{column.name}"
    file = read(etree.tostring(root))
    trusting = Dialect(slug="x", doubts=column.marks)
    assert not [f for f in check(file, dialect=trusting) if f.field == field and f.rule in ("LR01", "LR08")]
    demanding = Dialect(slug="x", doubts=column.marks, required=(column.name,))
    if column.key != "tax_ids":
        assert [f for f in check(file, dialect=demanding) if f.field == field and f.rule in ("LR01", "LR08")]


def test_a_portal_can_leave_out_what_rests_on_one_source() -> None:
    root = document("LEDES2000")
    for node in list(root.iter("matter_name")):
        node.getparent().remove(node)  # type: ignore[union-attr]  # a field has a parent
    file = read(etree.tostring(root))
    missed = {d: [f.field for f in check(file, dialect=Dialect(slug="x", doubts=d)) if f.rule == "LR01"]
              for d in ((), ("single-source",))}  # fmt: skip
    assert missed == {(): ["MATTER.matter_name"], ("single-source",): []}
