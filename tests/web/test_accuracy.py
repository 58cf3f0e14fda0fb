"""The page on the checks shows what was measured, and the measurement is of the rules as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.accuracy import record
from benchmarks.accuracy.__main__ import judged
from benchmarks.accuracy.data import HERE, read
from benchmarks.accuracy.score import score

from meruit.guidelines import Judge, load, types
from meruit.web import accuracy

PAGE = Path(__file__).parents[2] / "docs" / "proof" / "accuracy.md"


@pytest.mark.parametrize("title, file", [("own, tuned on", "tune.csv"), ("own, held out", "held_out.csv")])
def test_the_file_is_in_step_with_the_rules_and_the_labels(title: str, file: str) -> None:
    ready = Judge(load("RP-1"))
    now = record.part(title, score(judged(ready, row) for row in read(HERE / file)))
    (kept,) = [part for part in accuracy.measured().parts if part.title == title]
    again = accuracy.Part(
        title,
        now["entries"],
        accuracy.Count(**now["any_violation"]),
        {rule: accuracy.Count(**count) for rule, count in now["rules"].items()},
    )
    assert kept == again, "the rules or the labels have changed: run `python -m benchmarks.accuracy`"


def test_page_and_file_are_of_one_run() -> None:
    found = accuracy.measured()
    assert f"{found.made_on}, commit {found.commit}, " in PAGE.read_text(encoding="utf-8")
    assert all(rule in types() for part in found.parts for rule in part.rules)


def test_shares_follow_from_counts_and_a_share_of_nothing_is_none() -> None:
    count = accuracy.Count(right=8, wrong=2, missed=8)
    assert (count.precision, count.recall, count.positives) == (0.8, 0.5, 16)
    nothing = accuracy.Count(0, 0, 0)
    assert (nothing.precision, nothing.recall) == (None, None)
    part = accuracy.Part("x", 50, count, {"vague": count, "clerical": accuracy.Count(1, 1, 0)})
    assert (part.false_alarms_per_100, part.alarms_per_100("vague")) == (6.0, 4.0)
    with pytest.raises(TypeError):
        accuracy.read('{"made_on": "x", "commit": "x", "written_by": "x", "parts": [], "more": 1}')
