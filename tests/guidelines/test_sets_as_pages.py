"""Sets read, checked and compared by people: the page, lint, diff, the schema for editors."""

import jsonschema
import pytest

from meruit.guidelines import Entry, judge, load, names, read_set
from meruit.guidelines.diff import changes, effects, lines_and_money
from meruit.guidelines.lint import lint
from meruit.guidelines.page import HEADINGS, page
from meruit.guidelines.params import Refused
from meruit.guidelines.registry import types
from meruit.guidelines.schema import schema
from meruit.guidelines.sets import text_of
from meruit.guidelines.toml import parse

HEAD = '[set]\nclient = "Acme"\ntitle = "Guidelines"\nversion = "3"\nsource = "Letter"\nowner = "Cleo"\n'


@pytest.mark.parametrize("name", names())
def test_the_page_tells_every_rule_and_every_clause_no_machine_judges(name):
    guidelines = load(name)
    text = page(guidelines)
    for rule in guidelines.rules:
        assert f"### {rule.type.title}" in text
        assert rule.says in text
    for clause in guidelines.unjudgeable:
        assert clause.reason in text


def test_every_family_has_a_heading_and_every_rule_a_text():
    for kind in types().values():
        assert kind.family in HEADINGS
        assert kind.doc.endswith(".")
        for param in kind.params:
            assert param.doc


def test_the_page_shows_a_line_that_is_found_and_one_that_passes():
    text = page(load("amtrust"))
    assert '- Found: 3.4 h "Research preemption of state wage claims by railway act"' in text
    assert '- Passes: 3 h "Research preemption of state wage claims by railway act"' in text


@pytest.mark.parametrize("name", names())
def test_every_built_in_set_keeps_to_the_schema(name):
    document = parse(text_of(name), name)
    jsonschema.validate(_plain(document), schema())


def test_the_schema_refuses_what_the_reader_refuses():
    bad = {"set": {"client": "A", "title": "B", "version": "1"}, "rule": [{"type": "copies", "params": {"max": 1}}]}
    with pytest.raises(jsonschema.ValidationError, match="max"):
        jsonschema.validate(bad, schema())
    with pytest.raises(Refused, match="max"):
        read_set(HEAD + '[[rule]]\ntype = "copies"\nparams = { max = 1 }\n', "a")


def _plain(value):
    """TOML's dates and decimals as an editor hands them on."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, bool)) else str(value)


@pytest.mark.parametrize(
    "story, text, grave, said",
    [
        ("an open figure", '[[rule]]\ntype = "hotel-cap"\n', True, "judges nothing until max_per_night is set"),
        ("no example", '[[rule]]\ntype = "copies"\n', False, "has no example that fires"),
        ("twice the same", '[[rule]]\ntype = "copies"\n' * 2, True, "repeats the rule of line 7"),
        (
            "two that contradict",
            '[[rule]]\ntype = "copies"\n[[rule]]\ntype = "copies"\nparams = { max_per_page = 0 }\n',
            True,
            "stands again with other parameters than on line 7",
        ),
        (
            "a pattern that cannot run",
            '[[rule]]\ntype = "late-invoice-discount"\nparams = { fiscal_year_end = "13-01" }\n',
            True,
            "it wants month and day",
        ),
    ],
)
def test_lint_says_what_is_questionable(story, text, grave, said):
    found = [remark for remark in lint(read_set(HEAD + text, "acme")) if said in remark.message]
    assert [remark.grave for remark in found[:1]] == [grave]
    assert found[0].line is not None


@pytest.mark.parametrize("name", [name for name in names() if name != "RP-1"])
def test_no_built_in_set_holds_a_rule_that_is_useless(name):
    assert [remark.message for remark in lint(load(name)) if remark.grave] == []


def test_a_difference_is_told_by_parameter_and_in_lines_and_money():
    old = read_set(HEAD + '[[rule]]\ntype = "copies"\n[[rule]]\ntype = "hotel-cap"\n', "old")
    new = read_set(
        HEAD + '[[rule]]\ntype = "copies"\nparams = { max_per_page = "0.20" }\n[[rule]]\ntype = "arithmetic"\n', "new"
    )
    told = [(c.rule, c.kind, c.old, c.new) for c in changes(old, new)]
    assert told == [
        ("copies", "changed", "0.10", "0.20"),
        ("hotel-cap", "removed", None, None),
        ("arithmetic", "added", None, None),
    ]
    lines = [
        Entry(id="1", line=1, kind="expense", expense_code="E101", units=_d("100"), rate=_d("0.15"), amount=_d("15")),
        Entry(id="2", line=2, kind="expense", expense_code="E101", units=_d("100"), rate=_d("0.25"), amount=_d("26")),
    ]
    before, after = judge(old, lines).findings, judge(new, lines).findings
    told_of = {e.rule: (e.gained, e.lost, e.money_gained, e.money_lost) for e in effects(before, after)}
    assert told_of == {
        "arithmetic": (1, 0, {"": _d("1.00")}, {}),
        "copies": (0, 1, {}, {"": _d("5.00")}),
    }
    assert lines_and_money(before) == (2, {"": _d("20.00")})


def _d(text):
    from decimal import Decimal

    return Decimal(text)
