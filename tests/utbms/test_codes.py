"""The code sets: what is in them, and how a code is read."""

from __future__ import annotations

import subprocess
import sys

import pytest

from meruit import utbms
from meruit.utbms import Grade


def test_every_row_belongs_to_a_described_set_and_its_parent_stands_in_the_same_set() -> None:
    for code in utbms.every():
        assert code.set in utbms.sets()
        if code.parent and code.set != "DRI-LITIGATION-2007":
            assert utbms.known(code.parent, code.set), code


def test_no_set_lists_a_code_twice_and_no_set_is_empty() -> None:
    for found in utbms.sets().values():
        names = [c.code for c in found.codes]
        assert names
        assert len(names) == len(set(names)), found.name


def test_kind_follows_the_list() -> None:
    assert utbms.kind_of("L310") == "task"
    assert utbms.kind_of("L300") == "task"
    assert utbms.kind_of("A104") == "activity"
    assert utbms.kind_of("E106") == "expense"
    assert utbms.kind_of("X111") == "expense"
    assert utbms.kind_of("L290") is None


def test_the_oldest_list_answers_unless_a_set_is_named() -> None:
    assert utbms.lookup("L390") == utbms.lookup("L390", "ABA-LITIGATION")
    retired = utbms.lookup("L390", "DRI-LITIGATION-2007")
    assert retired is not None
    assert retired.retired
    assert utbms.lookup("L360") is not None
    assert utbms.lookup("L360", "ABA-LITIGATION") is None
    assert utbms.lookup("L360", ["ABA-LITIGATION", "DRI-LITIGATION-2007"]) is not None


@pytest.mark.parametrize(
    "written, read",
    [
        ("l310", "L310"),
        (" L 310 ", "L310"),
        ("L31O", "L310"),
        ("pa3l0", "PA3L0"),
        ("JCO0", "JC00"),
        ("wc 334", "WC334"),
    ],
)
def test_a_code_is_read_in_the_only_way_possible(written: str, read: str) -> None:
    assert utbms.normal(written) == read


def test_headings_are_not_billable_but_childless_phases_are() -> None:
    def billable(code: str) -> bool:
        row = utbms.lookup(code)
        assert row is not None
        return utbms.billable(row)

    assert [c for c in ("A100", "E100", "L300", "B100", "PA400") if billable(c)] == []
    assert [c for c in ("C300", "P300", "MA00", "MG00", "L660", "L600", "L310") if not billable(c)] == []


def test_the_crosswalk_leads_to_codes_of_the_named_set() -> None:
    assert utbms.carried_to("A112", "ABA-ACTIVITY") == ("A109", "A111")
    assert utbms.carried_to("E105", "LOC-EXPENSE-2013")[0] == "X107"
    assert utbms.carried_to("A104", "ABA-ACTIVITY") == ("A104",)
    assert utbms.carried_to("L310", "ABA-ACTIVITY") == ()


def test_shapes_of_lists_that_are_not_public_are_not_refused() -> None:
    assert utbms.plausible("110")
    assert utbms.plausible("1020")
    assert not utbms.plausible("L310 Written")
    assert not utbms.plausible("")


@pytest.mark.parametrize(
    "code, grade",
    [("PARTNER", Grade.PARTNER), ("partnr", Grade.PARTNER), ("Of Counsel", Grade.COUNSEL),
     ("PL", Grade.PARALEGAL), ("LGLAST", Grade.ASSISTANT), ("SUMMER", Grade.SUMMER), ("", None), (None, None), ("wizard", None)],
)  # fmt: skip
def test_class_codes_are_read_as_grades(code: str | None, grade: Grade | None) -> None:
    assert utbms.grade_of(code) is grade


def test_importing_the_sets_loads_no_heavy_module() -> None:
    heavy = "django", "numpy", "pydantic", "csv", "tomllib"
    script = f"import sys; import meruit.utbms; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
