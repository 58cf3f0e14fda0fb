"""Reading: safe against hostile files, lenient with careless ones, and exact about places."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from meruit.ledes.model import File
from meruit.ledes.xml import Limits, check, read, write
from tests.ledes.xml.bills import bill

CLEAN = write(bill("LEDESXML2.1"), "LEDESXML2.1")


def rules_of(file: File) -> list[tuple[str, str]]:
    return [(note.rule, note.severity) for note in file.notes]


def test_a_clean_file_is_read_without_a_word_and_written_back_byte_for_byte() -> None:
    file = read(CLEAN)
    assert file.notes == []
    assert list(check(file)) == []
    assert write(file, "LEDESXML2.1") == CLEAN


@pytest.mark.parametrize("manner", ["tabs", "four", "one line", "crlf", "no last line end", "not indented"])
def test_a_clean_file_keeps_its_manner(manner: str) -> None:
    root = etree.fromstring(CLEAN, etree.XMLParser(remove_blank_text=True))
    if manner != "one line":
        etree.indent(root, space={"tabs": "\t", "four": "    ", "not indented": ""}.get(manner, "  "))
    data = b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    data += b"" if manner == "no last line end" else b"\n"
    data = data.replace(b"\n", b"\r\n") if manner == "crlf" else data
    file = read(data)
    assert file.notes == []
    assert write(file, "LEDESXML2.1") == data


def test_every_value_knows_its_line_and_byte() -> None:
    file = read(CLEAN)
    line = file.invoices[0].lines[0]
    place = line.place("total")
    assert place is not None
    assert place.byte is not None
    assert CLEAN.splitlines()[place.line - 1].strip() == b"<total_amount>1000.00</total_amount>"
    assert CLEAN[place.byte :].startswith(b"<total_amount>1000.00<")


@pytest.mark.parametrize(
    "story, data",
    [
        ("billion laughs", b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><ledesxmlebilling2.1>&b;</ledesxmlebilling2.1>'),
        ("external entity", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ledesxmlebilling2.1>&e;</ledesxmlebilling2.1>'),
        ("parameter entity", b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]><ledesxmlebilling2.1/>'),
    ],
)  # fmt: skip
def test_a_file_that_declares_entities_is_not_read(story: str, data: bytes) -> None:
    file = read(data)
    assert file.invoices == []
    assert file.notes[0].rule == "LX01"
    assert "entity" in file.notes[0].message, story
    assert "root:" not in repr(file)


def test_a_document_type_is_stepped_over_and_never_fetched() -> None:
    data = CLEAN.replace(
        b"<ledesxmlebilling2.1", b'<!DOCTYPE ledesxmlebilling2.1 SYSTEM "http://127.0.0.1:1/none.dtd">\n<ledesxmlebilling2.1', 1
    )  # fmt: skip
    assert read(data).invoices == read(CLEAN).invoices


def test_depth_size_and_number_of_elements_are_bounded() -> None:
    deep = read(b"<a>" * 5000)
    assert "nest deeper than 32" in deep.notes[0].message
    large = read(CLEAN, limits=Limits(bytes=100))
    assert large.invoices == []
    assert "is not read" in large.notes[0].message
    many = read(b"<ledesxmlebilling2.1>" + b"<a/>" * 50, limits=Limits(nodes=20))
    assert any("more than 20 elements" in note.message for note in many.notes)


def test_a_bare_ampersand_in_a_narrative_hides_nothing() -> None:
    data = CLEAN.replace(b"Draft motion to compel.", b"Draft motion; Smith & Jones <5 pages\x07", 1)
    file = read(data)
    assert file.invoices[0].lines[0].narrative == "Draft motion; Smith & Jones <5 pages"
    assert len(file.invoices[0].lines) == 3
    assert [note.line for note in file.notes] == [data[: data.index(b" & ")].count(b"\n") + 1] * 3
    assert all(data[note.byte :].startswith((b"&", b"<5", b"\x07")) for note in file.notes if note.byte is not None)
    after = file.invoices[0].lines[2].place("total")  # places behind the repair are those of the real file
    assert after is not None
    assert data[after.byte or 0 :].startswith(b"<total_amount>18.00<")


@pytest.mark.parametrize("place", range(0, len(CLEAN), 97))
def test_a_file_cut_off_anywhere_keeps_the_invoice_as_far_as_it_goes(place: int) -> None:
    file = read(CLEAN[:place])
    assert file.notes
    if place > CLEAN.index(b"<inv_date>"):
        assert file.invoices[0].number == "2026-118"


def test_a_wrong_closing_tag_loses_nothing_behind_it() -> None:
    data = CLEAN.replace(b"<task_code>L350</task_code>", b"<task_code>L350</task>", 1)
    file = read(data)
    assert next(note.rule for note in file.notes) == "LX01"
    assert len(file.invoices[0].lines) == 3
    assert file.invoices[0].lines[2].total == "18.00"


@pytest.mark.parametrize(
    "encoding, head",
    [
        ("utf-8", b'<?xml version="1.0" encoding="UTF-8"?>'),
        ("utf-8-sig", b'<?xml version="1.0" encoding="UTF-8"?>'),
        ("cp1252", b'<?xml version="1.0" encoding="windows-1252"?>'),
        ("iso-8859-1", b'<?xml version="1.0" encoding="ISO-8859-1"?>'),
    ],
)
def test_the_encoding_a_file_declares_is_read_without_a_word(encoding: str, head: bytes) -> None:
    text = CLEAN.decode().replace("Copies.", "Café copies — 5.").split("\n", 1)[1]
    text = text.replace("—", "-") if encoding == "iso-8859-1" else text
    file = read((head.decode() + "\n" + text).encode(encoding))
    assert file.notes == []
    assert file.invoices[0].lines[2].narrative.startswith("Café copies")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(encoding: str) -> None:
    text = CLEAN.decode().replace("UTF-8", "UTF-16").replace("Copies.", "Café")
    file = read(text.encode(encoding))
    assert file.invoices[0].lines[2].narrative == "Café"
    assert file.encoding.startswith("utf-16")


def test_bytes_that_are_not_what_the_file_says_are_read_and_reported_as_advice() -> None:
    wrong = CLEAN.replace(b"Copies.", b"Caf\xe9 copies.")
    file = read(wrong)
    assert file.invoices[0].lines[2].narrative == "Café copies."
    assert rules_of(file) == [("LX01", "advice")]
    claimed = read(CLEAN.replace(b"UTF-8", b"UTF-16"))
    assert rules_of(claimed) == [("LX01", "advice")]
    assert claimed.invoices == read(CLEAN).invoices


def test_blanks_before_the_declaration_are_advice() -> None:
    file = read(b"\r\n  " + CLEAN)
    assert rules_of(file) == [("LX01", "advice")]
    place = file.invoices[0].place("number")
    assert place is not None
    assert (b"\r\n  " + CLEAN)[place.byte or 0 :].startswith(b"<inv_id>")


@pytest.mark.parametrize(
    "root, name, quiet",
    [
        ("ledesxmlebilling2.1", "LEDESXML2.1", True),
        ("ledesxmlebilling2.1.4", "LEDESXML2.1", True),
        ("ledesxmlebilling2.0.4", "LEDESXML2.0", True),
        ("LEDESXMLEBilling2.2", "LEDESXML2.2", False),
        ("ledesxml3.0", "LEDESXML2.2", False),
    ],
)
def test_the_root_tells_the_version(root: str, name: str, quiet: bool) -> None:
    file = read(CLEAN.replace(b"ledesxmlebilling2.1", root.encode()))
    assert file.format == name
    assert len(file.invoices) == 1
    assert ([n for n in file.notes if n.rule == "LX01"] == []) is quiet


def test_children_are_read_in_any_order_and_by_any_namespace() -> None:
    moved = CLEAN.replace(b"<inv_id>2026-118</inv_id>", b"").replace(
        b"</inv_desc>", b"</inv_desc><inv_id>2026-118</inv_id>"
    )
    spaced = CLEAN.replace(b"http://www.ledes.org/LEDES21.xsd", b"urn:other")
    assert read(moved).invoices == read(spaced).invoices == read(CLEAN).invoices


def test_an_unknown_element_is_kept_and_reported() -> None:
    file = read(CLEAN.replace(b"<inv_id>", b"<inv_mood>glad</inv_mood><inv_id>"))
    assert file.invoices[0].extra == {"inv_mood": "glad"}
    assert [(n.rule, n.severity, n.field) for n in file.notes] == [("LX02", "error", "INVOICE.inv_mood")]


def test_a_segment_in_the_wrong_place_is_read_where_it_belongs() -> None:
    start = CLEAN.index(b"<expense>")
    end = CLEAN.index(b"</expense>") + len(b"</expense>")
    lost = CLEAN[start:end]
    data = (CLEAN[:start] + CLEAN[end:]).replace(b"</matter>", b"</matter>" + lost)
    file = read(data)
    assert file.invoices == read(CLEAN).invoices
    assert [(n.rule, n.field) for n in file.notes] == [("LX02", "EXPENSE")]


def test_a_field_that_stands_twice_keeps_both_and_says_so() -> None:
    file = read(CLEAN.replace(b"<inv_id>2026-118</inv_id>", b"<inv_id>2026-118</inv_id><inv_id>other</inv_id>"))
    assert (file.invoices[0].number, file.invoices[0].extra) == ("2026-118", {"inv_id": "other"})
    assert [n.rule for n in file.notes] == ["LX02"]


@pytest.mark.parametrize(
    "before, after, rules",
    [
        (b"<file_item_nbr>4</file_item_nbr>", b"<file_item_nbr>3</file_item_nbr>", ["LX03"]),
        (b"<file_item_nbr>4</file_item_nbr>", b"<file_item_nbr>four</file_item_nbr>", ["LX03"]),
        (b"<file_item_nbr>4</file_item_nbr>", b"", ["LX03"]),
        (b"<file_item_nbr>4</file_item_nbr>", b"<file_item_nbr>9999</file_item_nbr>", []),
    ],
)
def test_item_numbers_are_there_whole_and_unique(before: bytes, after: bytes, rules: list[str]) -> None:
    assert before in CLEAN
    assert [n.rule for n in read(CLEAN.replace(before, after)).notes] == rules


@pytest.mark.parametrize("segment", ["invoice", "matter", "client", "firm"])
def test_a_missing_segment_is_missed(segment: str) -> None:
    start, end = CLEAN.index(f"<{segment}>".encode()), CLEAN.rindex(f"</{segment}>".encode())
    data = CLEAN[:start] + CLEAN[end + len(segment) + 3 :]
    assert "LX02" in [n.rule for n in read(data).notes]


@pytest.mark.parametrize("data", [b"", b"hello", b"<", b"\x00", b"<a/>", b"\xff\xfe<", b"<?xml", b"<!DOCTYPE a>"])
def test_what_is_no_bill_is_answered_and_not_raised(data: bytes) -> None:
    file = read(data)
    assert file.invoices == []
    assert list(check(file))


def test_a_budget_or_a_list_of_timekeepers_is_read_by_its_element_names() -> None:
    data = b"<ledesbudget><matter><lf_matter_id>1042</lf_matter_id><phase><task>L100</task><hours>12</hours></phase></matter></ledesbudget>"
    file = read(data)
    assert file.format == "LEDES Budget"
    assert [(r.segment, r.extra) for r in file.named] == [
        ("ledesbudget/matter", {"lf_matter_id": "1042"}),
        ("ledesbudget/matter/phase", {"task": "L100", "hours": "12"}),
    ]
    assert [(f.rule, f.severity) for f in check(file)] == [("LX01", "advice")]
    assert read(b"<TimekeeperAttributes><tk><tk_id>BT</tk_id></tk></TimekeeperAttributes>").format == "LEDES Timekeeper"


CORPUS = sorted((Path(__file__).parent / "corpus").glob("*"))


@pytest.mark.parametrize("path", CORPUS, ids=[path.name for path in CORPUS])
def test_what_fuzzing_once_found_is_answered(path: Path) -> None:
    file = read(path.read_bytes())
    assert list(check(file))
    if file.invoices:
        write(file, file.format, unseen=True)
