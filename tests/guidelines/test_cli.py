"""`meruit guidelines` as it is called: what it prints, and how it ends."""

import json

from click.testing import CliRunner

from meruit.cli.guidelines import app

HEAD = '[set]\nclient = "Acme"\ntitle = "Guidelines"\nversion = "3"\n'


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_set_that_is_refused_ends_with_2_and_its_place(tmp_path):
    path = tmp_path / "acme.toml"
    path.write_text(HEAD + '[[rule]]\ntype = "copis"\n')
    result = call("test", path)
    assert result.exit_code == 2
    assert 'acme, line 6: "copis" is not a type of rule. The nearest known is "copies".' in result.stderr


def test_an_example_that_does_not_hold_ends_with_1(tmp_path):
    path = tmp_path / "acme.toml"
    path.write_text(HEAD + '[[rule]]\ntype = "billing-increment"\nfires = [{ hours = "0.3" }]\n')
    result = call("test", path)
    assert result.exit_code == 1
    assert "line 5, billing-increment: fires example 1 finds nothing." in result.stdout
    assert "1 rules, 1 examples, 1 failed." in result.stderr


def test_a_set_is_begun_from_a_starter_and_its_examples_hold(tmp_path):
    path = tmp_path / "new.toml"
    assert call("init", path, "--like", "insurer").exit_code == 0
    assert call("test", path).exit_code == 0
    assert call("lint", path).exit_code == 0
    assert call("lint", "--strict", path).exit_code == 1
    again = call("init", path)
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_bills_show_what_a_change_would_have_meant(tmp_path):
    bill = tmp_path / "entries.csv"
    bill.write_text("narrative,hours,rate\nDraft opening brief on appeal,9.0,300\n")
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(HEAD + '[[rule]]\ntype = "daily-hours"\nparams = { max_hours = 10 }\n')
    new.write_text(HEAD + '[[rule]]\ntype = "daily-hours"\nparams = { max_hours = 8 }\n')
    result = call("diff", old, new, "--bills", bill)
    assert result.exit_code == 1
    assert "changed  daily-hours: max_hours from 10 to 8" in result.stdout
    assert "+1 (300.00)" in result.stdout
    assert "after   1 findings on 1 lines, 300.00 at risk" in result.stderr
    assert call("diff", old, old).exit_code == 0


def test_the_schema_is_json_and_the_page_is_markdown():
    assert json.loads(call("schema").stdout)["title"] == "Guideline set"
    assert call("show", "RP-1").stdout.startswith("# Any client: Reference profile 1\n")
    assert call("list").stdout.startswith("RP-1 ")
