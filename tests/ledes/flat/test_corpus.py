"""Inputs that fuzzing found: read, judged both ways and written without a crash."""

from pathlib import Path

import pytest

from meruit.ledes import CannotWrite, NotLedes, read, to_bytes
from meruit.ledes.dialects import NONE
from meruit.ledes.flat.check import check_flat

FOUND = sorted((Path(__file__).parent / "corpus").iterdir())


@pytest.mark.parametrize("path", FOUND, ids=[path.name for path in FOUND])
def test_what_fuzzing_found_stays_found(path: Path) -> None:
    data = path.read_bytes()
    try:
        file = read(data)
    except NotLedes:
        return
    quick, thorough = (check_flat(data, dialect=NONE, quick=way).findings for way in (True, False))
    assert sorted(f.to_json() for f in quick) == sorted(f.to_json() for f in thorough)
    try:
        again = to_bytes(file, encoding="utf-8")
    except CannotWrite:
        return
    assert to_bytes(read(again), encoding="utf-8") == again
