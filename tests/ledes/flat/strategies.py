"""Bills by chance: right ones, and right ones with small damage, as hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.ledes.bills import ADA, BEN, Row, adjustment, expense, fee, full, text

_WORDS = [
    "review",
    "draft",
    "call",
    "lease",
    "bundle",
    "notice",
    "survey",
    "title",
    "deed",
    "clause",
    "landlord",
    "witness",
    "hearing",
]
NARRATIVES = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6).map(" ".join)
AMOUNTS = st.decimals(min_value="0.01", max_value="4000", places=2).map(str)
UNITS = st.decimals(min_value="0.1", max_value="12", places=1).map(str)
DAYS = st.integers(1, 28).map(lambda day: f"202602{day:02}")


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """One line: mostly a fee."""
    common = {"LINE_ITEM_DATE": draw(DAYS), "LINE_ITEM_DESCRIPTION": draw(NARRATIVES)}
    kind = draw(st.sampled_from("FFFFEEI"))
    if kind == "F":
        person = draw(st.sampled_from([ADA, BEN]))
        cut = draw(st.sampled_from(["0", "", "-5.00"]))
        return fee(draw(UNITS), draw(AMOUNTS), LINE_ITEM_ADJUSTMENT_AMOUNT=cut, **person, **common)
    if kind == "E":
        return expense(draw(st.integers(1, 400)).__str__(), draw(AMOUNTS), **common)
    return adjustment("-" + draw(AMOUNTS), draw(st.sampled_from(["IF", "IE"])), **common)


@st.composite
def bills(draw: st.DrawFn, *, international: bool = False) -> list[Row]:
    """A file of one to three invoices, each over one or two matters."""
    lines: list[Row] = []
    for number in range(draw(st.integers(1, 3))):
        for row in draw(st.lists(rows(), min_size=1, max_size=6)):
            matter = draw(st.sampled_from(["118-07", "118-08"]))
            lines.append({**row, "INVOICE_NUMBER": f"HR-{number}", "LAW_FIRM_MATTER_ID": matter})
    return full(lines, international=international)


_NUMBERS = ["0", "-1", "1250.", "+3", ".5", "$5", "1e9", "12345678.00", "1234567890123", "0.123456", "10000000.55"]
_DATES = ["20260230", "2026-02-01", "99999999", "20260131"]
_BROKEN = ["a|b", "[]", "a[]b", "a\nb", "a\r\nb", "\t", "\x01", "é"]
_CODES = ["E101", "L100", "ZZ9", "BOSS", "X", "f"]
_TEXTS = ["", " ", "NULL", "null", "x" * 21, "Other, One", "HR-0", "HR-9", "C-119", "  both  "]
_ODD = st.sampled_from([*_NUMBERS, *_DATES, *_BROKEN, *_CODES, *_TEXTS])


@st.composite
def damaged(draw: st.DrawFn, *, international: bool = False) -> str:
    """A file in which some cells hold odd things and some text is cut, doubled or joined."""
    lines = draw(bills(international=international))
    names = list(lines[0])
    for _ in range(draw(st.integers(0, 4))):
        line, name = draw(st.sampled_from(lines)), draw(st.sampled_from(names))
        line[name] = draw(_ODD)
    if draw(st.booleans()):
        lines = draw(st.permutations(lines))
    name = "LEDES98BI V2" if international else "LEDES1998B"
    whole = text(lines, name, newline=draw(st.sampled_from(["\r\n", "\n"])))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(whole)))
        size = draw(st.integers(0, 30))
        whole = draw(st.sampled_from([whole[:at] + whole[at + size :], whole[: at + size] + whole[at:]]))
    return whole
