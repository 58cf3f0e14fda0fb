"""Codes: what a narrative bears, when it abstains, and when a code contradicts the text."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from training.codes import digest

from meruit import utbms
from meruit.cli.codes import app
from meruit.guidelines.narrative import DETECTORS, understand
from meruit.guidelines.narrative.coding import suggest
from meruit.guidelines.narrative.history import Model, learn, measure, measure_by_parts, shipped
from meruit.guidelines.narrative.pointers import pointers
from meruit.guidelines.narrative.telling import telling


@pytest.mark.parametrize(
    "text, task, activity",
    [
        ("Draft motion to compel answers to interrogatories", "L350", "A103"),
        ("Argue motion for summary judgment", "L240", "A109"),
        ("Research laches for summary judgment brief", "L240", "A102"),
        ("Prepare outline for deposition of plant foreman", "L330", "A101"),
        ("Call with opposing counsel regarding mediation brackets", "L160", "A107"),
        ("Call with adjuster regarding mediation brackets", "L160", "A106"),
        ("Review proofs of claim 12 to 40", "B310", "A104"),
        ("Draft response to office action in 17/123,456", "PA430", "A103"),
        ("Travel to mediation in Boise", "L160", "A112"),
    ],
)
def test_the_object_picks_the_task_and_the_verb_or_the_counterpart_the_activity(
    text: str, task: str, activity: str
) -> None:
    coding = suggest(understand(text))
    assert coding.task is not None
    assert coding.activity is not None
    assert (coding.task.code, coding.activity.code) == (task, activity)
    assert 0 < coding.task.confidence < 1
    assert coding.task.code in coding.task.reason


@pytest.mark.parametrize(
    "text",
    [
        "Work on case",
        "Draft answer; call mediator; review deposition transcript",
        "Revise time entries",
        "",
        "Strategy",
    ],
)
def test_it_abstains_rather_than_guesses(text: str) -> None:
    coding = suggest(understand(text))
    assert coding.task is None or coding.activity is None
    assert coding.abstained


def test_only_codes_of_the_matters_sets_and_the_clients_list_are_put_forward() -> None:
    u = understand("Draft motion to compel arbitration")
    for name in ("ABA-BANKRUPTCY", "LOC-TRADEMARK-2009"):
        elsewhere = suggest(u, sets=[name]).task
        assert elsewhere is None or elsewhere.code in {row.code for row in utbms.sets()[name].codes}
    assert suggest(u, codes=["A103"]).task is None
    assert suggest(u, codes=["L250", "A103"]).task is not None
    travel = suggest(understand("Travel to Boise"), codes=["A109"])
    assert travel.activity is not None
    assert travel.activity.code == "A109"


CODED = [("Inspect glaze of kiln", "L390", "A109"), ("Inspect glaze in studio", "L390", "A109")] * 30


def test_the_firms_own_history_outweighs_the_shipped_table() -> None:
    u = understand("Inspect glaze in kiln")
    model = learn(CODED, shipped())
    found = suggest(u, sets=["ABA-LITIGATION"], history=model).task
    assert found is not None
    assert found.code == "L390"
    assert "L390" in found.reason
    before = suggest(u, sets=["ABA-LITIGATION"]).task
    assert before is None or before.code != "L390"


def test_the_matters_own_entries_speak_for_a_task_and_never_alone() -> None:
    u = understand("Review of Smith correspondence on schedule")
    told, sets = telling(u, pointers(u)), frozenset(row.code for row in utbms.sets()["ABA-LITIGATION"].codes)
    alone = shipped().guess("task", told, sets)
    beside = shipped().guess("task", told, sets, {"L230": 9.0})
    assert alone is not None
    assert beside is not None
    assert (alone.code, beside.code) == ("L110", "L230")
    assert suggest(understand("Work on case"), sets=["ABA-LITIGATION"], earlier={"L330": 50}).task is None


def test_pieces_of_work_that_serve_several_tasks_get_none_and_those_that_serve_one_may() -> None:
    sets = ["ABA-LITIGATION"]
    apart = suggest(understand("Draft answer; call mediator; review deposition transcript"), sets=sets)
    assert apart.task is None
    assert "Several pieces" in apart.abstained[0]
    together = suggest(understand("Prepare for deposition of trooper; take deposition of trooper"), sets=sets).task
    assert together is not None
    assert together.code == "L330"


def test_a_code_that_no_table_knows_begins_as_the_rarest_and_is_learnt() -> None:
    model = learn([("Inspect glaze of kiln", "L600", None), ("Inspect glaze in studio", "L600", None)] * 40, shipped())
    told = telling(u := understand("Inspect glaze of kiln"), pointers(u))
    found = model.guess("task", told, None)
    assert found is not None
    assert found.code == "L600"


def test_a_table_is_the_same_after_json_and_another_version_is_refused() -> None:
    model = learn(CODED, shipped())
    assert Model.from_json(model.to_json()) == model
    with pytest.raises(ValueError, match="version"):
        Model.from_json('{"version": 1}')


def test_learning_passes_over_what_has_no_code_or_several_pieces_of_work() -> None:
    nothing = learn(
        [("Draft answer", None, ""), ("Draft answer", "Z999", None), ("Draft answer; call client", "L210", "A103")]
    )
    assert not nothing.tables


def test_entries_left_out_of_learning_tell_how_good_it_is() -> None:
    shown = measure_by_parts(CODED, shipped(), parts=4)
    assert shown["task"].right == 1.0
    assert shown["task"].entries == len(CODED)
    assert measure_by_parts([])["task"].answered == 0.0
    assert measure(shipped(), [("Attend closing", "P600", "A109")])["activity"] == (1.0, 1.0, 1)


def test_the_shipped_tables_are_made_from_the_entries_at_hand() -> None:
    told = "The tables are not made from the entries at hand; run `python -m training.codes`."
    assert shipped().made_from == digest(), told


@pytest.mark.parametrize(
    "text, code, contradicts",
    [
        ("Call with opposing counsel regarding bond", "A106", True),
        ("Call with opposing counsel regarding bond", "A107", False),
        ("Draft bond agreement", "A109", True),
        ("Draft bond agreement", "A103", False),
        ("Draft bond agreement", "A111", False),
        ("Review bond agreement; call surety", "A102", False),
        ("Review bond agreement for recitals", None, False),
    ],
)
def test_a_code_contradicts_the_text_only_where_both_are_plain(text: str, code: str | None, contradicts: bool) -> None:
    found = DETECTORS["GL-15"](understand(text, activity_code=code))
    assert (found is not None) is contradicts


def test_codes_suggest_prints_code_confidence_and_reason() -> None:
    shown = CliRunner().invoke(app, ["suggest", "Draft motion to compel"])
    assert shown.exit_code == 0
    assert "L350" in shown.output
    assert "A103" in shown.output
    as_json = CliRunner().invoke(app, ["suggest", "Work on case", "--format", "json"])
    assert '"task": null' in as_json.output


def test_codes_show_reads_a_code_as_people_write_it_and_names_the_nearest_of_an_unknown_one() -> None:
    shown = CliRunner().invoke(app, ["show", "l 39O"])
    assert shown.exit_code == 0
    assert "Other Discovery" in shown.output
    assert "retired" in shown.output
    missing = CliRunner().invoke(app, ["show", "L995"])
    assert missing.exit_code == 2
    assert "no published code set" in missing.output


def test_an_unknown_set_is_refused_by_name() -> None:
    refused = CliRunner().invoke(app, ["suggest", "Draft answer", "--set", "ABA-KNITTING"])
    assert refused.exit_code == 2
    assert "ABA-KNITTING" in refused.output


def test_a_history_without_codes_is_refused(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "h.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    refused = CliRunner().invoke(app, ["suggest", "Draft answer", "--history", str(path)])
    assert refused.exit_code == 2
    assert "task_code" in refused.output
