"""The pages that teach guidelines: their examples run, and the generated one is as the registry says."""

import re
from pathlib import Path

import pytest

from meruit.guidelines import read_context, read_set, types
from meruit.guidelines.lint import lint
from meruit.guidelines.pages import pages
from meruit.guidelines.proof import failures

FIELD = Path(__file__).resolve().parents[2] / "docs" / "field"
PAGE = (FIELD / "guidelines.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("name", pages())
def test_the_generated_page_is_as_the_registry_says(name):
    assert (FIELD / name).read_text(encoding="utf-8") == pages()[name]


def test_every_rule_type_is_documented():
    text = (FIELD / "guideline-rules.md").read_text(encoding="utf-8")
    for slug in types():
        assert f"(`{slug}`, " in text


def test_the_lines_of_python_run_as_they_stand(capsys):
    code = next(text for kind, text in BLOCKS if kind == "python")
    exec(compile(code, "docs/field/guidelines.md", "exec"), {})
    out = capsys.readouterr().out
    assert "billing-increment" in out
    assert "rate-above-approved" in out
    assert "vague" in out


def test_the_set_shown_is_a_set_whose_examples_hold():
    guidelines = read_set(next(text for kind, text in BLOCKS if kind == "toml" and "[set]" in text), "page")
    assert [failure.message for failure in failures(guidelines)] == []
    assert [remark.message for remark in lint(guidelines) if remark.grave] == []


def test_the_context_shown_is_a_context():
    context = read_context(next(text for kind, text in BLOCKS if kind == "toml" and "as_of" in text))
    assert context.roster["B1"].class_ == "associate"
    assert context.approvals[0].what in types()
