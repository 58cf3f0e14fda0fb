"""Every rule type is shown at work: its examples fire, and stay silent, by themselves."""

import dataclasses

import pytest

from meruit.guidelines import Context, Entry, load, names, types
from meruit.guidelines.proof import failures, run

RP1 = load("RP-1")


@pytest.mark.parametrize("rule", RP1.rules, ids=lambda rule: rule.type.slug)
def test_an_example_of_the_reference_profile_does_what_it_says(rule):
    for example in rule.fires:
        judgement = run(RP1, rule, example)
        assert judgement.findings, f"{rule.type.slug}, line {example.line}: {example} finds nothing"
        for finding in judgement.findings:
            assert finding.rule == rule.type.slug
            assert finding.clause == rule.clause
            assert finding.guideline == "RP-1 1"
            assert finding.fixable_by in ("biller", "attorney", "decider", "client")
            assert finding.message.endswith((".", "?"))
            assert 0 < (finding.confidence or 0) <= 1
    for example in rule.silent:
        assert [f.message for f in run(RP1, rule, example).findings] == []


def test_the_reference_profile_has_every_rule_type_once_with_both_kinds_of_examples():
    assert sorted(rule.type.slug for rule in RP1.rules) == sorted(types())
    for rule in RP1.rules:
        assert rule.fires, rule.type.slug
        assert rule.silent, rule.type.slug


@pytest.mark.parametrize("rule", RP1.rules, ids=lambda rule: rule.type.slug)
def test_without_anything_known_a_rule_finds_nothing(rule):
    """A line of which nothing is known, in an empty context, is never a finding."""

    from meruit.guidelines.sets import Example

    for kind in ("fee", "expense"):
        nothing = Example((Entry(id="1", kind=kind),), rule.fires[0].context.__class__(), {})
        assert run(RP1, rule, nothing).findings == []


@pytest.mark.parametrize("name", names())
def test_every_example_of_every_built_in_set_holds(name):
    assert [failure.message for failure in failures(load(name))] == []


NEEDING = [
    (rule, example)
    for rule in RP1.rules
    for example in rule.fires
    if rule.type.checkable == "needs" and example.context != Context() and not example.params.get("mode")
]


@pytest.mark.parametrize("rule, example", NEEDING, ids=lambda value: value.type.slug if hasattr(value, "type") else "")
def test_a_rule_that_needs_a_register_cannot_be_judged_without_it(rule, example):
    judgement = run(RP1, rule, dataclasses.replace(example, context=Context()))
    assert judgement.findings == []
    assert judgement.unjudged
