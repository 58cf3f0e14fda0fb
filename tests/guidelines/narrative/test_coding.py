"""Codes: what a narrative bears, when it abstains, and when a code contradicts the text."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from meruit.cli.codes import app
from meruit.guidelines.narrative import DETECTORS, understand
from meruit.guidelines.narrative.coding import suggest
from meruit.guidelines.narrative.history import History, learn, measure


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
    assert suggest(u, sets=["ABA-BANKRUPTCY"]).task is None
    assert suggest(u, codes=["L250", "A103"]).task is not None
    travel = suggest(understand("Travel to Boise"), codes=["A109"])
    assert travel.activity is not None
    assert travel.activity.code == "A109"


def test_the_firms_own_history_speaks_where_the_tables_do_not() -> None:
    coded = [("Tend kiln contract with potter", "P400"), ("Visit kiln", "P400"), ("Inspect glaze samples", "L110")] * 4
    table = learn(coded)
    assert suggest(understand("Inspect glaze")).task is None
    found = suggest(understand("Inspect glaze"), history=table).task
    assert found is not None
    assert found.code == "L110"
    assert History.from_table(table.to_table()).suggest("Inspect glaze") == table.suggest("Inspect glaze")
    assert measure(coded, folds=4).right == 1.0
    assert measure([]).answered == 0.0


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
