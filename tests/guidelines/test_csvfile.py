"""A CSV of entries as people export it: blank cells, byte order marks, broken rows."""

from datetime import date
from decimal import Decimal

import pytest

from meruit.guidelines import Entry, Refused
from meruit.guidelines.csvfile import Aside, looks_like_entries, read_csv

HEAD = "narrative,hours,timekeeper_class,task_code,activity_code\n"


def test_a_blank_cell_is_not_known():
    (entry,) = read_csv((HEAD + "Review lease,,,L120,\n").encode())
    assert isinstance(entry, Entry)
    assert (entry.hours, entry.timekeeper_class, entry.task_code, entry.activity_code) == (None, None, "L120", None)


def test_optional_columns_and_the_line_of_a_row_that_holds_line_breaks():
    text = (
        "date,narrative,hours,rate,amount,timekeeper\n"
        '2026-02-03,"Draft answer\nand counterclaim",1.5,300,"$1,450.00",B1\n'
        "2026-02-04,Call,0.2,,,\n"
    )
    first, second = read_csv(text.encode("utf-8-sig"), "a.csv")
    assert isinstance(first, Entry)
    assert isinstance(second, Entry)
    assert (first.line, second.line) == (2, 4)
    assert (first.date, first.hours, first.amount) == (date(2026, 2, 3), Decimal("1.5"), Decimal("1450.00"))
    assert second.file == "a.csv"


@pytest.mark.parametrize(
    "row, said",
    [
        ("Review lease,abc,,,", 'hours is "abc"; it wants a number such as 0.5.'),
        ("Review lease,NaN,,,", "it wants a number"),
        ("Review lease,1.0,,,,too,many", "The row has 7 cells under a header of 5"),
    ],
)
def test_a_row_that_cannot_be_read_is_set_aside_and_the_others_are_judged(row, said):
    bad, good = read_csv((HEAD + row + "\nDraft answer,1.0,,,\n").encode())
    assert isinstance(bad, Aside)
    assert bad.line == 2
    assert said in bad.reason
    assert isinstance(good, Entry)


def test_a_row_with_an_expense_code_and_no_time_is_an_expense():
    (entry,) = read_csv(b"narrative,expense_code,amount,units\nCopies,E101,20.00,100\n")
    assert isinstance(entry, Entry)
    assert (entry.kind, entry.units) == ("expense", Decimal(100))


def test_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(Refused, match=r'Unknown column "narative".*"narrative"'):
        list(read_csv(b"narative,hours\nx,1\n"))


def test_a_file_of_entries_is_told_from_others_by_its_header():
    assert looks_like_entries(HEAD.encode("utf-8-sig"))
    assert not looks_like_entries(b"LEDES1998B[]\r\nINVOICE_DATE|INVOICE_NUMBER")
    assert not looks_like_entries(b"date,ref,amount,description\n")
