"""The second opinion: its sums, when it speaks, when it is silent, and how it explains itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from benchmarks.accuracy.data import HERE, read

from meruit.guidelines.narrative import DETECTORS, Understanding, by_grammar, judge, understand
from meruit.guidelines.narrative.opinion import SPOKEN_FOR, UNIT, evened, features, table
from meruit.guidelines.narrative.second import SAYINGS

ENTRIES = [row.entry for row in read(HERE / "held_out.csv")]


def read_all() -> list[Understanding]:
    return [understand(e.narrative or "", e.hours, e.timekeeper_class, e.task_code, e.activity_code) for e in ENTRIES]


def test_the_quick_sums_are_the_sums_over_the_features() -> None:
    learnt = table()
    for u in read_all():
        scores = learnt.scores(u)
        for at, family in enumerate(learnt.families):
            told = sum(learnt.of[feature][at] for feature in features(u) if feature in learnt.of)
            assert scores[family.name] == pytest.approx(told * UNIT / evened(len(u.reading.bases)) + family.base)


def test_what_it_says_beside_the_grammar_names_words_and_what_would_pass() -> None:
    heard = [(u, rule, found) for u in read_all() for rule, found in judge(u).items() if rule not in by_grammar(u)]
    assert heard, "on entries held out it says nothing that the grammar does not"
    for u, rule, found in heard:
        assert found.ground == f"learnt-{rule}"
        assert u.text[slice(*found.span)] == found.words
        assert 0 < found.confidence < 1
        assert found.passes == SAYINGS[rule].passes


def test_a_clients_own_settings_are_for_the_grammar_alone() -> None:
    for u in read_all():
        own = DETECTORS["GL-02"](u, min_tasks=3)
        assert own is None or not own.ground.startswith("learnt-")
        assert DETECTORS["GL-49"](u, pct=100) is None


def test_counts_not_given_and_phrases_forbidden_are_never_silenced() -> None:
    u = understand("Review policies and procedures produced by county", Decimal("3.0"), "ASSOC", None, "A104")
    assert "GL-06" in judge(u)


def test_every_rule_it_may_speak_for_has_a_saying() -> None:
    assert {rule for rules in SPOKEN_FOR.values() for rule in rules} == set(SAYINGS)
    assert set(table().rules) <= set(SAYINGS)


def test_an_empty_text_is_not_judged() -> None:
    u = understand("")
    assert not u.opinion.spoken
    assert not u.opinion.doubted
