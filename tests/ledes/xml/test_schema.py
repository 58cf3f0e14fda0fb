"""The schema and the tables were written apart; whatever one says, the other must say too."""

from __future__ import annotations

import pytest
from lxml import etree

from meruit.ledes.tables import table
from meruit.ledes.xml import read, write
from meruit.ledes.xml.layout import layout
from meruit.ledes.xml.schema import schema
from tests.ledes.xml.bills import XML_FORMATS, bill
from tests.ledes.xml.documents import document

RNG = "{http://relaxng.org/ns/structure/1.0}"


def valid(data: bytes, name: str) -> bool:
    return bool(schema(name).validate(etree.fromstring(data)))


@pytest.mark.parametrize("name", XML_FORMATS)
@pytest.mark.parametrize("taxed", [True, False])
def test_what_is_written_is_valid(name: str, taxed: bool) -> None:
    data = write(bill(name, taxed=taxed), name)
    assert valid(data, name), schema(name).error_log


@pytest.mark.parametrize("name", XML_FORMATS)
def test_a_document_of_every_field_is_valid_when_written(name: str) -> None:
    data = write(read(etree.tostring(document(name))), name)
    assert valid(data, name), schema(name).error_log


@pytest.mark.parametrize("name", XML_FORMATS)
def test_schema_and_table_know_the_same_elements(name: str) -> None:
    from importlib import resources

    from meruit.ledes.xml.schema import FILES

    tree = etree.fromstring((resources.files("meruit.ledes.xml.schema") / FILES[name]).read_bytes())
    in_schema = {e.get("name") for e in tree.iter(f"{RNG}element") if e.get("name")}
    own = {c.name for c in table(name).columns if "unseen" not in c.marks} | {
        s.tag for s in table(name).segments if s.under
    }
    other = {"ext_name", "ext_value", "extend_data"} | {r for r in in_schema if r and r.startswith("ledesxmlebilling")}
    assert in_schema - other == own


@pytest.mark.parametrize("name", XML_FORMATS)
def test_schema_and_table_agree_on_what_is_required(name: str) -> None:
    data = write(read(etree.tostring(document(name))), name)
    for column in table(name).columns:
        if "unseen" in column.marks or column.struct == "extend_header":
            continue
        root = etree.fromstring(data)
        space = f"{{{table(name).heading.namespace}}}"
        parents = [column.segment, *(c.name for c in table(name).columns if c.struct == column.segment)]
        node = next(n for p in parents for e in root.iter(space + p) for n in e.findall(space + column.name))
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)
        assert bool(schema(name).validate(root)) is (column.required != "R"), f"{column.segment}.{column.name}"


@pytest.mark.parametrize("name", XML_FORMATS)
def test_segments_in_another_order_are_not_as_written(name: str) -> None:
    root = etree.fromstring(write(bill(name), name))
    matter = next(root.iter("{*}matter"))
    matter.insert(0, matter[-1])
    assert not schema(name).validate(root)
    assert layout(name).table.name == name
