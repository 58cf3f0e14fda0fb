"""`meruit guidelines dry-run`: a changed set over the firm's own bills, beside what was in truth cut."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from unittest import mock

from click.testing import CliRunner, Result

from meruit.cli.guidelines import app
from tests.disputes.test_disputes import reduced, sent  # noqa: F401  # `sent` is a fixture
from tests.support import cast, rules

if TYPE_CHECKING:
    from pathlib import Path

    from meruit.portals.models import Submission
    from tests.support.firm import Firm

VAGUE = '\n[[rule]]\ntype = "vague"\nclause = "3.1"\nsays = "Say what was done."\n'
WHEN = ("--from", "2026-01-01", "--to", "2026-02-28")


def call(firm: Firm, *arguments: str, by: str = "Cleo") -> Result:
    """The command as a person of the cast runs it."""
    environment = {"DATABASE_URL": firm.url("app"), "MERUIT_TOKEN": cast.token(by)}
    with mock.patch.dict(os.environ, environment):
        return CliRunner().invoke(app, ["dry-run", *arguments])


def test_a_changed_set_is_run_over_past_bills_and_what_was_cut(firm: Firm, sent: Submission, tmp_path: Path) -> None:  # noqa: F811  # the fixture
    kept = rules.accepted(firm)
    reduced(firm, sent)
    file = tmp_path / "northwind.toml"
    file.write_text(rules.text("4", "2026-03-01", VAGUE))

    told = call(firm, "C-100", str(file), *WHEN)
    assert told.exit_code == 1, told.output
    lines = {line.split("  ")[0]: line.split() for line in told.stdout.splitlines()}
    assert lines["Newly flagged"][2:] == ["1", "140.00", "USD", "1", "140.00", "USD"]
    assert lines["No longer flagged"][3:] == ["1", "700.00", "USD", "1", "210.00", "USD"]
    assert "removed  block-billing" in told.stdout
    assert "Outside counsel guidelines 3 -> Northwind Insurance: Outside counsel guidelines 4" in told.stdout

    # As JSON, and beside a version by its number or a built-in set by its name.
    as_json = json.loads(call(firm, "C-100", str(file), "--beside", str(kept), "--format", "json", *WHEN).stdout)
    assert as_json["newly_flagged"] == {
        "lines": 1, "money": {"USD": "140.00"}, "cut": 1, "cut_money": {"USD": "140.00"},
    }  # fmt: skip
    assert (as_json["bills"], as_json["lines"]) == (1, 4)
    same = call(firm, "C-100", str(kept), *WHEN)
    assert same.exit_code == 0, same.output
    assert call(firm, "C-100", "RP-1", "--beside", "RP-1", *WHEN).exit_code == 0

    # A call or a set that cannot be used ends with 2, and behind the wall the client is not there.
    for wrong in (
        ("C-999", str(file)),
        ("C-100", "nowhere.toml"),
        ("C-100", "999"),
        ("C-100", str(file), *WHEN[2:], "--from", "2026-03-01"),
    ):
        assert call(firm, *wrong).exit_code == 2, wrong
    assert "There is no client C-100" in call(firm, "C-100", str(file), *WHEN, by="Dan").output
