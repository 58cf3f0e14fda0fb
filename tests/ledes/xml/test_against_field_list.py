"""The XML tables against the field list outside the project, where it is at hand (MERUIT_FIELD)."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from meruit.ledes.tables import table

LIST = Path(os.environ.get("MERUIT_FIELD", "")) / "reference" / "ledes_fields.csv"
FORMATS = ("LEDES2000", "LEDESXML2.0", "LEDESXML2.1", "LEDESXML2.2")

pytestmark = pytest.mark.skipif(
    not os.environ.get("MERUIT_FIELD") or not LIST.exists(), reason="MERUIT_FIELD names no folder with reference/"
)


def rows(name: str) -> dict[str, dict[str, str]]:
    """Field name -> row; extend_header's inside is free and read without a table."""
    with LIST.open(encoding="utf-8", newline="") as stream:
        found = {r["field_name"]: r for r in csv.DictReader(stream) if r["format"] == name}
    return {key: row for key, row in found.items() if not key.startswith(("EXTEND_HEADER.", "EXTEND_DATA."))}


@pytest.mark.parametrize("name", FORMATS)
def test_every_listed_field_is_in_the_table_with_its_need_and_length(name: str) -> None:
    own = {f"{c.segment.upper()}.{c.name}": c for c in table(name).columns}
    listed = rows(name)
    assert set(listed) <= set(own)
    for key, row in listed.items():
        assert own[key].required == row["required"], key
        if row["max_length"].isdigit() and row["type"] != "date":
            assert own[key].length == int(row["max_length"]), key
        if "unconfirmed" in row["rule"]:
            assert not own[key].confirmed, key


@pytest.mark.parametrize("name", FORMATS)
def test_what_the_table_has_beyond_the_list_is_marked_or_a_matter_of_form(name: str) -> None:
    listed = rows(name)
    beyond = [c for c in table(name).columns if f"{c.segment.upper()}.{c.name}" not in listed]
    segments = {key.partition(".")[0].lower() for key in listed}
    for column in beyond:
        whole_segment = column.segment not in segments  # tax and line credits in 2.0, needed lest tax vanish
        assert "unseen" in column.marks or whole_segment or column.struct in ("extend_header", "address_info"), (
            column.name
        )
