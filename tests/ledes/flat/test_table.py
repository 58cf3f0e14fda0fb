"""Each column of each flat format by its table: dropped, legal, illegal, too long."""

from collections.abc import Callable

import pytest

from meruit.ledes import Column, table
from meruit.ledes.codes import classes
from tests.ledes.bills import Row, bill, expense, fee, findings, full, text

FORMATS = ("LEDES1998B", "LEDES98BI V2")
Where = Callable[[Column], bool]


def columns(where: Where) -> list[object]:
    """One case for each column of which `where` holds."""
    found = [(name, column) for name in FORMATS for column in table(name).columns if where(column)]
    return [pytest.param(name, column, id=f"{name}-{column.name}") for name, column in found]


def is_free_text(column: Column) -> bool:
    return column.type == "char" and not column.values and not column.codes


def is_number(column: Column) -> bool:
    return column.type in ("number", "currency", "decimal")


def with_value(name: str, column: str, value: str) -> bytes:
    """A good file of one fee, with one column of it set."""
    rows: list[Row] = full([fee()], international=name != "LEDES1998B")
    rows[0][column] = value
    return text(rows, name).encode()


def about(data: bytes, field: str) -> list[tuple[str, str]]:
    return [(f.rule, f.severity) for f in findings(data) if f.field == field]


@pytest.mark.parametrize("name", FORMATS)
def test_the_untouched_file_gives_no_finding(name: str) -> None:
    assert findings(bill(name=name)) == []


@pytest.mark.parametrize("name, column", columns(lambda column: True))
def test_a_required_cell_that_is_empty_is_an_error(name: str, column: Column) -> None:
    said = about(with_value(name, column.name, ""), column.name)
    if column.required == "R":
        assert ("LR01", "error") in said
    else:
        assert ("LR01", "error") not in said


@pytest.mark.parametrize("name, column", columns(is_free_text))
def test_a_value_longer_than_its_column_is_an_error_and_one_that_fits_is_not(name: str, column: Column) -> None:
    limit = column.length or column.bytes
    assert limit is not None
    assert ("LT03", "error") in about(with_value(name, column.name, "x" * (limit + 1)), column.name)
    assert not [s for s in about(with_value(name, column.name, "x" * limit), column.name) if s[0] == "LT03"]


@pytest.mark.parametrize("name, column", columns(lambda column: column.type == "date"))
def test_dates_are_real_days_in_eight_digits(name: str, column: Column) -> None:
    for wrong in ("2026-02-10", "20260230", "10022026", "260210", "February"):
        assert ("LT01", "error") in about(with_value(name, column.name, wrong), column.name), wrong
    assert ("LT01", "error") not in about(with_value(name, column.name, "20280229"), column.name)


@pytest.mark.parametrize("name, column", columns(is_number))
def test_numbers_are_digits_with_a_point_and_a_minus(name: str, column: Column) -> None:
    for wrong in ("$1,200", "abc", "1 200", "(12.50)", "1,5", "1e3"):
        assert ("LT02", "error") in about(with_value(name, column.name, wrong), column.name), wrong
    for odd in ("+0.5", ".5", "0."):
        assert ("LT02", "advice") in about(with_value(name, column.name, odd), column.name), odd
    assert "LT02" not in [rule for rule, _ in about(with_value(name, column.name, "0.5"), column.name)]


@pytest.mark.parametrize("name, column", columns(lambda column: is_number(column) and column.type != "decimal"))
def test_a_number_has_no_more_digits_than_its_column(name: str, column: Column) -> None:
    assert column.whole is not None
    assert column.places is not None
    most, few = "9" * column.whole, "9" * (column.whole - column.places)
    assert ("LT03", "error") in about(with_value(name, column.name, most + "9"), column.name)
    assert ("LT03", "advice") in about(with_value(name, column.name, most), column.name)
    assert "LT03" not in [rule for rule, _ in about(with_value(name, column.name, few), column.name)]
    assert ("LT03", "error") in about(with_value(name, column.name, "1." + "1" * (column.places + 1)), column.name)
    assert "LT03" not in [r for r, _ in about(with_value(name, column.name, "1." + "1" * column.places), column.name)]


@pytest.mark.parametrize(
    "name, column", columns(lambda column: bool(column.values or column.codes in ("currency", "country", "class")))
)
def test_each_value_of_a_list_is_legal_and_another_is_not(name: str, column: Column) -> None:
    if column.values:
        for value in column.values:
            assert "LT04" not in [rule for rule, _ in about(with_value(name, column.name, value), column.name)]
            assert ("LT04", "advice") in about(with_value(name, column.name, value.lower()), column.name)
        assert ("LT04", "error") in about(with_value(name, column.name, "Q"), column.name)
    elif column.codes == "currency":
        assert ("LT05", "error") in about(with_value(name, column.name, "GBX"), column.name)
        assert "LT05" not in [rule for rule, _ in about(with_value(name, column.name, "JPY"), column.name)]
    elif column.codes == "country":
        assert ("LT05", "error") in about(with_value(name, column.name, "UKX"), column.name)
        for good in ("GB", "GBR", "US", "USA"):
            assert "LT05" not in [rule for rule, _ in about(with_value(name, column.name, good), column.name)]
    else:
        for good in sorted(classes()):
            assert about(with_value(name, column.name, good), column.name) == []
        assert about(with_value(name, column.name, "BOSS"), column.name) == [("LT04", "advice")]


@pytest.mark.parametrize(
    "column, good, wrong, rule",
    [
        ("LINE_ITEM_TASK_CODE", "L310", "E101", "LR04"),
        ("LINE_ITEM_TASK_CODE", "L310", "L100", "LR04"),
        ("LINE_ITEM_TASK_CODE", "L310", "ZZ9", "LR04"),
        ("LINE_ITEM_ACTIVITY_CODE", "A101", "L310", "LR04"),
    ],
)
def test_utbms_codes_are_of_the_right_kind_and_level(column: str, good: str, wrong: str, rule: str) -> None:
    assert about(with_value("LEDES1998B", column, good), column) == []
    assert about(with_value("LEDES1998B", column, wrong), column) == [(rule, "advice")]


def test_an_expense_bears_an_expense_code() -> None:
    assert about(bill(expense(LINE_ITEM_EXPENSE_CODE="E102")), "LINE_ITEM_EXPENSE_CODE") == []
    assert about(bill(expense(LINE_ITEM_EXPENSE_CODE="L310")), "LINE_ITEM_EXPENSE_CODE") == [("LR03", "advice")]
