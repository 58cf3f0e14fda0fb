"""`meruit firm guidelines`: a client's rules are kept and put before a partner from the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

from click.testing import CliRunner, Result

from meruit.cli.firm import firm as command
from tests.support import cast
from tests.support.rules import text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.firm import Firm


def call(firm: Firm, *arguments: str, by: str = "Cleo") -> Result:
    """The command as a person of the cast runs it."""
    environment = {"DATABASE_URL": firm.url("app"), "MERUIT_TOKEN": cast.token(by)}
    with mock.patch.dict(os.environ, environment):
        return CliRunner().invoke(command, ["guidelines", *arguments])


def test_a_set_is_kept_listed_and_put_forward(firm: Firm, tmp_path: Path) -> None:
    file = tmp_path / "northwind.toml"
    file.write_text(text(version="7", starts="2026-03-01"))
    (tmp_path / "letter.pdf").write_bytes(b"%PDF")
    kept = call(firm, "add", "c-100", str(file), "--document", str(tmp_path / "letter.pdf"), "--due", "2026-02-20")
    assert kept.exit_code == 0, kept.output
    listed = call(firm, "list", "C-100").output
    assert "northwind-insurance 7\tfrom 2026-03-01\tdraft" in listed
    number = listed.split("\t")[0]
    assert "waits for a billing partner" in call(firm, "propose", number).output
    assert call(firm, "list", "C-100").output.rstrip().endswith("proposed")
    assert call(firm, "list", "C-100", by="Dan").exit_code == 2  # behind the wall the client is not there


def test_what_cannot_be_used_is_told_by_its_line(firm: Firm, tmp_path: Path) -> None:
    file = tmp_path / "northwind.toml"
    file.write_text(text().replace("block-billing", "block-biling"))
    refused = call(firm, "add", "C-100", str(file))
    assert refused.exit_code == 2
    assert "line 11" in refused.output
    assert call(firm, "add", "C-999", str(file)).exit_code == 2
    file.write_text(text(rules='[[rule]]\ntype = "block-billing"\n'))
    remarked = call(firm, "add", "C-100", str(file))
    assert remarked.exit_code == 1
    assert "block-billing has no clause" in remarked.output
