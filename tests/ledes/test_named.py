"""Budget and timekeeper files, whose field lists could not be had: read by their own names, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from meruit.ledes import NotLedes, read_named

PIPES = """LEDESTIMEKEEPER[]
Timekeeper_ID|LEVEL|Rate|Since[]
ADA01|PARTNR|710.00|20260101[]
BEN07|ASSOC|325.00[]
C1|PARALG|180.00|20260301|new[]
"""
XML = """<?xml version="1.0"?>
<budget version="1"><matter_id>118-07</matter_id>
 <phase><code>L100</code><amount>5,000</amount></phase>
 <phase><code>L200</code><amount/><note>a</note><note>b</note></phase>
</budget>"""


def test_a_file_of_pipes_is_read_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_text(PIPES, encoding="utf-16")
    found = read_named(path)
    assert found.title == "LEDESTIMEKEEPER"
    assert [record.get("timekeeper_id") for record in found.records] == ["ADA01", "BEN07", "C1"]
    assert found.records[0].values[2] == ("Rate", "710.00")
    assert [record.get("Since") for record in found.records] == ["20260101", None, "20260301"]
    assert found.records[2].get("value 5") == "new"
    assert found.faults == ("Line 4: 3 values stand under 4 names.", "Line 5: 5 values stand under 4 names.")


def test_a_document_is_read_by_its_elements() -> None:
    found = read_named(XML.encode())
    assert found.title == "budget"
    assert [(record.line, record.name, record.values) for record in found.records] == [
        (2, "budget", (("@version", "1"), ("matter_id", "118-07"))),
        (3, "budget/phase", (("code", "L100"), ("amount", "5,000"))),
        (4, "budget/phase", (("code", "L200"), ("amount", ""), ("note", "a"), ("note", "b"))),
    ]


def test_an_entity_is_not_expanded_here_either() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "boom">]><a><b>&x;</b></a>'
    with pytest.raises(NotLedes, match="no element"):
        read_named(bomb)


def test_a_document_that_ends_early_is_read_as_far_as_it_goes() -> None:
    found = read_named(XML.encode()[:-9])
    assert len(found.records) == 3
    assert any("not well-formed" in fault for fault in found.faults)


@pytest.mark.parametrize("text", ["", "LEDES1998B[]\n", "one|two\n1|2\n", "hello\nworld\n"])
def test_a_file_that_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(NotLedes, match="no identifier"):
        read_named(text.encode())
