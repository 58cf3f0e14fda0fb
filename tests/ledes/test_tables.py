"""The tables refuse what they do not know, and say what the public field list says."""

import pytest

from meruit.ledes.model import Address, Client, Firm, Invoice, Line, Matter
from meruit.ledes.tables import TableError, parse, table

HEAD = '[format]\nname = "X"\ntitle = "X"\ncarrier = "pipe"\n'
RECORDS = {kind.__name__: kind for kind in (Firm, Client, Matter, Invoice, Line)}
FLAT = ("LEDES1998B", "LEDES98BI V2")


@pytest.mark.parametrize(
    "text, words",
    [
        (HEAD + 'carier = "x"\n', "Did you mean 'carrier'"),
        (HEAD + '[[field]]\nnumber = 1\nname = "A"\nrequird = "R"\n', "Did you mean 'required'"),
        (HEAD + '[[field]]\nnumber = 1\nname = "A"\nrequired = "X"\n', "required 'X' is none of"),
        (HEAD + '[[field]]\nnumber = 1\nname = "A"\ntype = "money"\n', "type 'money' is none of"),
        (HEAD + '[[field]]\nnumber = 1\nname = "A"\nconfirmed = "no"\n', "must be of type bool"),
        (HEAD + '[[field]]\nname = "A"\n', "number"),
        (HEAD + '[[feild]]\nname = "A"\n', r"\[feild\] is not known"),
        (
            HEAD + '[[field]]\nnumber = 1\nname = "A"\n[[field]]\nnumber = 2\nname = "A"\n',
            "occurs twice",
        ),
    ],
)
def test_a_table_refuses_what_it_does_not_know(text: str, words: str) -> None:
    with pytest.raises(TableError, match=words):
        parse(text, "x.toml")


def test_an_unknown_format_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(TableError, match="Did you mean 'LEDES1998B'"):
        table("LEDES98B")


@pytest.mark.parametrize("name, size", [("LEDES1998B", 24), ("LEDES98BI V2", 52)])
def test_flat_tables_have_their_columns_in_order(name: str, size: int) -> None:
    assert [c.number for c in table(name).columns] == list(range(1, size + 1))


@pytest.mark.parametrize("name", FLAT)
def test_every_column_has_a_place_in_the_model(name: str) -> None:
    for column in table(name).columns:
        record = RECORDS[column.record]()
        first, _, second = column.key.partition(".")
        assert hasattr(record, first), column.name
        if second:
            assert hasattr(Address(), second), column.name


def test_98bi_begins_with_the_24_columns_of_98b() -> None:
    assert table("LEDES98BI V2").names[:24] == table("LEDES1998B").names
