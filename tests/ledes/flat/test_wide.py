"""The wide way: cells as words, chunks as grids, and the same findings as the other ways on long runs."""

from __future__ import annotations

import os
import random
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meruit.ledes.dialects import NONE, dialect
from meruit.ledes.flat.amounts import Amounts, Odd
from meruit.ledes.flat.check import check_flat
from meruit.ledes.flat.cutting import Cutter
from meruit.ledes.flat.look import cleaned
from meruit.ledes.flat.wide import way as wide_way
from meruit.ledes.flat.wide.facts import _calendar
from meruit.ledes.flat.wide.grid import Grid, Scratch
from meruit.ledes.flat.wide.known import Known
from meruit.ledes.flat.wide.words import Text, amounts, whole_numbers
from tests.ledes.bills import Row, adjustment, expense, fee, full, text

if TYPE_CHECKING:
    from meruit.ledes.flat.batch import Batch
    from meruit.ledes.flat.wide.words import Words

MANY = 20_000 if os.environ.get("MERUIT_PROOF") == "1" else 60

CELLS = st.one_of(
    st.from_regex(r"-?[0-9]{0,10}(\.[0-9]{0,5})?", fullmatch=True),
    st.text("0123456789.-+ ,eNUL", max_size=12),
)


def side_by_side(cells: list[str]) -> tuple[Text, Words, Words]:
    data = ("........|" + "|".join(cells) + "|").encode()
    found = Text(data, len(data))
    pipes = np.flatnonzero(found.bytes == ord("|"))
    return found, pipes[:-1] + 1, pipes[1:]


@settings(deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=40))
def test_amounts_read_as_words_are_the_amounts_read_one_by_one(cells: list[str]) -> None:
    known = Amounts()
    values, read = amounts(*side_by_side(cells))
    for cell, value, was_read in zip(cells, values.tolist(), read.tolist(), strict=True):
        try:
            right = known[cell.encode()]
        except Odd:
            assert not was_read, cell
            continue
        assert was_read or len(cell) > 8, cell
        assert value == (right if was_read else 0), cell


@settings(deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=40))
def test_whole_numbers_are_up_to_eight_digits_and_nothing_else(cells: list[str]) -> None:
    values, read = whole_numbers(*side_by_side(cells))
    for cell, value, was_read in zip(cells, values.tolist(), read.tolist(), strict=True):
        assert was_read == (cell.isdigit() and len(cell) <= 8)
        assert not was_read or value == int(cell)


@settings(deadline=None, max_examples=300)
@given(
    lines=st.lists(st.text("|||aab[] \t\r\x01é", max_size=12).map(lambda tail: "begin|" + tail), max_size=8),
    newline=st.sampled_from(["\n", "\r\n"]),
    width=st.integers(2, 4),
    rest=st.sampled_from(["", "beg", "begin|a|b[]"]),
)
def test_a_grid_holds_the_whole_lines_that_follow_on_whole_ones(
    lines: list[str], newline: str, width: int, rest: str
) -> None:
    """A line is whole by the definition in the module, said here over again in plain Python."""
    data = "".join(line + "[]" + newline for line in lines).encode() + rest.encode()
    grid = Grid(data, newline.encode(), width, Scratch())
    wanted, before, at = [], True, 0
    for line in data[: grid.size].split(b"\n")[:-1]:
        end = b"[]" + newline.encode()[:-1]
        bare = line.removesuffix(end)
        whole = line.endswith(end) and bare.count(b"|") == width - 1 and not bare.endswith((b" ", b"\t"))
        whole = whole and b"\r" not in bare and (bare + b"[]").count(b"[]") == 1
        if whole and before:
            wanted.append((at, bare.split(b"|")))
        before, at = whole, at + len(line) + 1
    assert [(int(grid.begins[row]), grid.record(row)) for row in range(grid.rows)] == wanted
    if wanted:
        assert [grid.cells(column, 0, grid.rows) for column in range(width)] == [
            list(column) for column in zip(*[cells for _, cells in wanted], strict=True)
        ]


@given(
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 1 << 63))),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1),
)
def test_what_is_known_is_told_exactly(met: set[tuple[int, int]], asked: list[tuple[int, int]]) -> None:
    known = Known(2, 1)  # both words are compared, though only the first finds a place
    for words in met:
        known.add(words)
    columns = [np.array(column, np.uint64) for column in zip(*asked, strict=True)]
    found = known.find(columns, known.hashes(columns)).tolist()
    assert all(words in met for words, was_found in zip(asked, found, strict=True) if was_found)
    alone = {words for words in met if sum(other[0] == words[0] for other in met) == 1}
    assert all(was_found for words, was_found in zip(asked, found, strict=True) if words in alone)


# -- long runs ---------------------------------------------------------------------------------------

PEOPLE = [("ADA01", "Marlow, Ada", "PARTNR"), ("BEN07", "Quist, Ben", "ASSOC"), ("C1", "Iver, Cleo", "PARALG")]
ODD_PEOPLE = [
    ("ADA01", "Marlow, A.", "PARTNR"), ("BEN07", "Quist, Ben", "BOSS"), ("null", "Null, Jo", "ASSOC"), ("", "", ""),
    (" C1", "Iver, Cleo", "PARALG"), ("C1", "Iver, Cleo ", "PARALG"), ("x" * 21, "Long, Ida", "ASSOC"), ("D4", "", ""),
    ("an-id-of-seventeen", "A name that is longer than thirty letters", "OFCOUN"),
]  # fmt: skip
CODES = [("L120", "A103"), ("L120", "A104"), ("", ""), ("", "A103"), ("L999", "A103"), ("E101", "L120"), ("l120", "")]
NARRATIVES = [
    "Drafted the notice to the landlord", "Call", "", "null", "Reviewed", "Attended the hearing on the lease, at length",
    "Besprechung über den Mietvertrag", "Tab\there", "x" * 15_361, "Reviewed the answer of the landlord's counsel",
]  # fmt: skip
UNITS = ["0.5", "1.50", "2", "0.25", "1.3333", "12.125", "100000", "0", "-1.00", "", "1,5", "+1", "01.50", "1e1"]
COSTS = ["300.00", "210.5", "175", "99.9999", "250000.00", "1234567.89", "0.00", "", "$300", "-20.00"]
CUTS = ["0", "", "-5.00", "0.00", "-12345.67", "nought"]
DAYS = ["20260210", "20260228", "20260201", "20260230", "20260131", "2026-02-01", "21600210", ""]


def chosen(chance: random.Random, usual: list[str], odd: float) -> str:
    """Mostly one of the first three."""
    return chance.choice(usual) if chance.random() < odd else chance.choice(usual[:3])


def long_run(chance: random.Random, odd: float) -> list[Row]:
    """Lines of one invoice and matter from small pools, so that values recur, some of them odd."""
    rows = []
    for number in range(chance.choice([1, 3, 30, 80])):
        who = chance.choice(ODD_PEOPLE if chance.random() < odd / 2 else PEOPLE)
        task, activity = chance.choice(CODES if chance.random() < odd else CODES[:2])
        common: Row = {
            "LINE_ITEM_DATE": chosen(chance, DAYS, odd),
            "LINE_ITEM_DESCRIPTION": chosen(chance, NARRATIVES, odd) + (f" {number}" if chance.random() > odd else ""),
        }
        kind = chance.random()
        if kind < 0.8:
            row = fee(chosen(chance, UNITS, odd), chosen(chance, COSTS, odd), LINE_ITEM_TASK_CODE=task, **common)
            row["LINE_ITEM_ACTIVITY_CODE"] = activity
            row["LINE_ITEM_ADJUSTMENT_AMOUNT"] = chosen(chance, CUTS, odd)
            row |= dict(zip(("TIMEKEEPER_ID", "TIMEKEEPER_NAME", "TIMEKEEPER_CLASSIFICATION"), who, strict=True))
        elif kind < 0.9:
            row = expense(chance.choice(["1", "400"]), chance.choice(["0.15", "123456.78"]), **common)
        else:
            row = adjustment(chance.choice(["-1.00", "5.00", "-123456.78"]), chance.choice(["IF", "IE"]), **common)
        if chance.random() < odd / 4:
            row[chance.choice(["LINE_ITEM_TOTAL", "LINE_ITEM_NUMBER", "CLIENT_MATTER_ID", "LAW_FIRM_ID"])] = "7"
        rows.append(row)
    return rows


def told(data: bytes, slug: str, *, wide: bool) -> tuple[list[str], int, object]:
    report = check_flat(data, dialect=dialect(slug) if slug else NONE, wide=wide)
    return [finding.to_json() for finding in report.findings], report.lines, report.invoices


@pytest.mark.proof
@settings(max_examples=MANY, deadline=None)
@given(
    seed=st.integers(0, 1 << 32), odd=st.sampled_from([0.0, 0.02, 0.2]), slug=st.sampled_from(["", "", "collaborati"])
)
def test_long_runs_are_judged_as_the_quick_way_does(seed: int, odd: float, slug: str) -> None:
    chance = random.Random(seed)
    rows: list[Row] = []
    for invoice in range(chance.choice([1, 2, 4])):
        for matter in range(chance.choice([1, 1, 2])):
            place = {"INVOICE_NUMBER": f"HR-{invoice}", "LAW_FIRM_MATTER_ID": f"118-{matter}"}
            rows += [{**row, **place} for row in long_run(chance, odd)]
    data = text(full(rows), newline=chance.choice(["\r\n", "\n"])).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wide_way, "FEWEST", 1)
        patch.setattr(wide_way, "SHORTEST", 1)
        assert told(data, slug, wide=True) == told(data, slug, wide=False)


@pytest.fixture(scope="module")
def clean() -> bytes:
    """Two hundred lines in which no rule finds anything."""
    rows = [
        fee(LINE_ITEM_DESCRIPTION=f"Work number {line % 50}", INVOICE_NUMBER=f"HR-{line // 50}") for line in range(200)
    ]
    return text(full(rows)).encode()


def test_records_in_order_never_leave_the_wide_way(clean: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bytes] = []
    monkeypatch.setattr(Cutter, "feed", lambda self, data, final: left.append(data) or b"")
    report = check_flat(clean, dialect=NONE, wide=True)
    assert (report.lines, len(report.invoices), report.findings, left) == (200, 4, [], [])


def test_without_numpy_the_quick_way_is_taken(clean: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "meruit.ledes.flat.wide.way", None)
    report = check_flat(clean.replace(b"20260210", b"20260230", 1), dialect=NONE, wide=True)
    assert [(finding.rule, finding.line) for finding in report.findings] == [("LT01", 3)]


def test_a_screen_is_shown_the_same_whichever_way_records_go(clean: bytes) -> None:
    data = clean.replace(b"Work number 7|", "Wörk number 7|".encode(), 1)
    shown: list[list[tuple[object, ...]]] = []
    for wide in (True, False):
        seen: list[tuple[object, ...]] = []

        def screen(batch: Batch, seen: list[tuple[object, ...]] = seen) -> tuple[()]:
            narratives = batch.column("LINE_ITEM_DESCRIPTION")
            buffer, starts, ends = batch.spans("LINE_ITEM_DESCRIPTION")
            assert [buffer[i:j] for i, j in zip(starts, ends, strict=True)] == list(narratives)
            assert not batch.plain or b"".join(narratives).decode().isascii()
            numbers = batch.column("INVOICE_NUMBER")
            seen.append((batch.invoice, list(batch.lines), list(narratives), list(batch.kinds()), list(numbers)))
            return ()

        check_flat(data, dialect=NONE, wide=wide, screen=screen)
        shown.append(seen)
    assert shown[0] == shown[1]
    assert [line for _, lines, *_ in shown[0] for line in lines] == list(range(3, 203))


def test_the_calendar_has_every_day_and_no_other() -> None:
    found = np.flatnonzero(_calendar()) + 1970 * 10_000
    days = (date(1970, 1, 1) + timedelta(days) for days in range(65_744))
    assert found.tolist() == [day.year * 10_000 + day.month * 100 + day.day for day in days]
    assert found[-1] == 21491231


def test_what_a_screen_is_told_of_a_batch_is_so() -> None:
    """Narratives that are values as they stand, and which records are work: never claimed wrongly, mostly claimed."""
    chance = random.Random(3)
    texts = ["Draft the answer"] * 40 + [" Draft", "Draft ", "NULL", "null", "", " ", "Wörk", "Dra\tft", "abcd"]
    kinds = ["F"] * 30 + ["E", "IF", "IE", "f", " F", "X", ""]
    told = {"tidy": 0, "worked": 0}

    def screen(batch: Batch) -> tuple[()]:
        raw = batch.column("LINE_ITEM_DESCRIPTION")
        if batch.tidy:
            told["tidy"] += 1
            assert batch.plain
            assert [cleaned(cell.decode()).encode() for cell in raw] == list(raw)
            assert all(raw)
        if batch.worked is not None:
            told["worked"] += 1
            assert list(batch.worked) == [row for row, kind in enumerate(batch.kinds()) if kind in (b"F", b"E")]
            assert {kind.strip().upper() for kind in batch.kinds()} <= {b"F", b"E", b"IF", b"IE"}
        return ()

    for _ in range(40):
        odd = chance.random() < 0.5
        rows = [
            fee(
                INVOICE_NUMBER=f"HR-{line // 8}",
                LINE_ITEM_DESCRIPTION=chance.choice(texts if odd else texts[:1]),
                **{"EXP/FEE/INV_ADJ_TYPE": chance.choice(kinds if odd else kinds[:33])},
            )
            for line in range(80)
        ]
        check_flat(text(full(rows)).encode(), dialect=NONE, wide=True, screen=screen)
    assert min(told.values()) > 100, told
