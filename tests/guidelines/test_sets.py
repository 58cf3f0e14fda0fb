"""A set that is not understood is refused with the line and the nearest known word."""

import pytest

from meruit.guidelines import Refused, read_set

HEAD = '[set]\nclient = "Acme"\ntitle = "Guidelines"\nversion = "3"\n'
COPIES = '[[rule]]\ntype = "copies"\n'


@pytest.mark.parametrize(
    "story, text, said",
    [
        ("a misspelt table", '[[rules]]\ntype = "copies"', 'line 5: Unknown key "rules" in the document.'),
        ("a key of the set", 'ownr = "x"', 'line 5: Unknown key "ownr" in [set]. The nearest known is "owner".'),
        ("a key of a rule", COPIES + 'severty = "ask"', 'line 7: Unknown key "severty" in [[rule]].'),
        ("its nearest", COPIES + 'severty = "ask"', 'The nearest known is "severity".'),
        ("the second rule", COPIES + '[[rule]]\ntype = "copis"', 'line 8: "copis" is not a type of rule.'),
        ("a parameter", COPIES + "params = { max_per_pag = 1 }", 'line 7: copies: Unknown parameter "max_per_pag".'),
        ("the wrong shape", COPIES + "params = { max_per_page = true }", "it wants a number"),
        ("a word not allowed", COPIES + 'params = { scanning = "no" }', "allowed are: as-copies, refuse"),
        ("a list not there", COPIES + 'params = { codes = ["@copy"] }', 'there is no list "copy"'),
        ("another severity", COPIES + 'severity = "error"', 'severity is "error"; allowed are: refuse, ask, warn.'),
        ("a scope", COPIES + 'scope = { task = ["L1*"] }', 'Unknown key "task" in scope.'),
        ("a cell", COPIES + "fires = [{ unit = 3 }]", 'line 7: Unknown key "unit" in an example.'),
        ("a register", COPIES + "fires = [{ context = { rates = [] } }]", 'Unknown key "rates" in the context.'),
        ("not TOML", "[[rule]", "is not readable TOML"),
    ],
)
def test_a_set_is_refused_with_its_place_and_the_nearest_word(story, text, said):
    with pytest.raises(Refused) as refused:
        read_set(HEAD + text, "acme")
    assert said in str(refused.value)
    assert str(refused.value).startswith("acme")


@pytest.mark.parametrize(
    "text, said",
    [(COPIES, "begins with a table [set]"), ('[set]\ntitle = "x"\nversion = "1"', '[set] lacks "client"')],
)
def test_a_set_says_whose_it_is(text, said):
    with pytest.raises(Refused) as refused:
        read_set(text, "acme")
    assert said in str(refused.value)


def test_numbers_are_exact_and_lists_are_taken_by_name():
    text = (
        HEAD + '[lists]\nmine = ["E101", "E102"]\n' + COPIES + 'params = { max_per_page = 0.15, codes = ["@mine"] }\n'
    )
    rule = read_set(text, "acme").rules[0]
    assert str(rule.params.number("max_per_page")) == "0.15"
    assert rule.params.texts("codes") == ("E101", "E102")


def test_a_pattern_that_could_run_away_is_refused_when_the_rule_is_made_ready():
    from meruit.guidelines import Judge

    bad = read_set(HEAD + '[[rule]]\ntype = "prohibited-phrase"\nparams = { patterns = ["(?=x)"] }\n', "acme")
    with pytest.raises(Refused, match="no look-around"):
        Judge(bad)


def test_a_clause_or_version_may_be_written_as_a_number_or_a_day():
    text = '[set]\nclient = "Acme"\ntitle = "Guidelines"\nversion = 2026-01-03\n' + COPIES + "clause = 4.20\npage = 7\n"
    guidelines = read_set(text, "acme")
    assert guidelines.label == "acme 2026-01-03"
    assert (guidelines.rules[0].clause, guidelines.rules[0].page) == ("4.20", "7")
