"""Real files from outside (MERUIT_FIELD), there and back: wrong as they are, every value comes back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meruit import ledes
from meruit.ledes.convert import convert
from meruit.ledes.convert.walk import values
from tests.ledes.convert.test_there_and_back import same

FOLDER = Path(os.environ.get("MERUIT_FIELD", "")) / "samples" / "ledes"
FILES = sorted(FOLDER.glob("*.txt")) if os.environ.get("MERUIT_FIELD") else []


@pytest.mark.skipif(not FILES, reason="MERUIT_FIELD names no folder of outside samples")
@pytest.mark.parametrize("version", ["LEDESXML2.1", "LEDESXML2.2"])
def test_a_real_file_comes_back_from_xml(version: str) -> None:
    for path in FILES:
        before = ledes.read(path)
        there = convert(before, version)
        assert there.refused == [], path.name
        back = convert(ledes.read(ledes.to_bytes(there.file)), before.format, accept=["difference"]).file
        for first, second in zip(before.invoices, back.invoices, strict=True):
            old, new = first.lines, second.lines
            assert len(old) == len(new), path.name
            for one, two in zip(old, new, strict=True):
                left, right = dict(values(one)), dict(values(two))
                for key in left.keys() | right.keys():
                    assert same(left.get(key, ""), right.get(key, "")), (path.name, one.number, key)
