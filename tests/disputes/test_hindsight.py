"""What cuts teach, without a database: the order of answers, and the table from reasons to rules."""

from __future__ import annotations

import pytest

from meruit.disputes import hindsight
from meruit.disputes.hindsight import FLAGGED, MISSED, SAYS, Kept, Lesson, Verdict, learn, rules_by_reason
from meruit.guidelines import types
from meruit.portals.profiles import UNSPECIFIED, reasons
from meruit.prebills.actions import screening

OPEN = Kept(1, "block-billing", False, False)
STANDS = Kept(2, "block-billing", True, True)
MENDED = Kept(3, "block-billing", False, True)
OTHER = Kept(4, "clerical", False, False)


def test_every_reason_of_the_list_has_its_line_and_no_other_has() -> None:
    assert rules_by_reason().keys() == reasons().keys()


def test_every_rule_named_is_a_type_of_rule_and_named_once() -> None:
    for code, slugs in rules_by_reason().items():
        assert [s for s in slugs if s != hindsight.ANY and s not in types()] == [], code
        assert len(set(slugs)) == len(slugs), code
    assert [code for code, slugs in rules_by_reason().items() if hindsight.ANY in slugs] == [UNSPECIFIED]


def test_what_became_of_a_finding_is_read_as_pre_bills_write_it() -> None:
    assert (hindsight.CURED, hindsight.LET_STAND) == (screening.CURED, screening.OVERRIDDEN)


def test_every_verdict_is_told_and_counted_once() -> None:
    assert set(SAYS) == set(Verdict)
    assert sorted([*FLAGGED, *MISSED, Verdict.NONE]) == sorted(Verdict)


@pytest.mark.parametrize("story, code, kept, asked, profile, lesson", [
    ("somebody let it stand", "GLF-BLOCK", [OPEN, STANDS], {"block-billing"}, ["block-billing"], Lesson(Verdict.OVERRIDDEN, "block-billing", 2)),
    ("it stood open", "GLF-BLOCK", [MENDED, OPEN], set(), [], Lesson(Verdict.IGNORED, "block-billing", 1)),
    ("it was mended, and cut", "GLF-BLOCK", [MENDED], {"block-billing"}, [], Lesson(Verdict.CURED, "block-billing", 3)),
    ("a finding of another kind", "GLF-BLOCK", [OTHER], {"clerical"}, [], Lesson(Verdict.NONE)),
    ("the set does not ask", "GLF-BLOCK", [], {"clerical"}, ["clerical", "block-billing"], Lesson(Verdict.OFF, "block-billing")),
    ("the set asks for less", "GLF-BLOCK", [], {"block-billing"}, ["block-billing"], Lesson(Verdict.MILDER, "block-billing")),
    ("the set is silent", "GLF-BLOCK", [], {"block-billing"}, [], Lesson(Verdict.SILENT, "block-billing")),
    ("nobody asks or finds", "GLF-BLOCK", [], set(), [], Lesson(Verdict.NONE)),
    ("no rule speaks of a wrong file", "FMT-TYPE", [OPEN, STANDS], {"block-billing"}, ["block-billing"], Lesson(Verdict.NONE)),
    ("a payer that says nothing", UNSPECIFIED, [OTHER], set(), [], Lesson(Verdict.IGNORED, "clerical", 4)),
    ("a payer that says nothing, and nothing was found", UNSPECIFIED, [], {"clerical"}, [], Lesson(Verdict.NONE)),
    ("a reason that nobody knows", "XYZ-1", [OPEN], {"block-billing"}, ["block-billing"], Lesson(Verdict.NONE)),
])  # fmt: skip
def test_the_first_answer_that_holds_is_kept(story, code, kept, asked, profile, lesson) -> None:  # type: ignore[no-untyped-def]  # a table of cases
    assert learn(code, kept, asked, profile) == lesson, story
