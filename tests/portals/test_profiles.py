"""Profiles of portals: data that refuses what it does not know, and covers every word that the rehearsal speaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from meruit.cli.portals import app, rehearse
from meruit.portals import core, profiles
from meruit.portals.actions.moving import way
from meruit.portals.core import Move, State
from meruit.portals.rehearsal.client import REASONS, WORDS

GOOD = (profiles.FOLDER / "client-portal.toml").read_text(encoding="utf-8")


def test_every_word_and_reason_of_the_rehearsal_is_mapped_and_no_other() -> None:
    profile = profiles.profile("client-portal")
    assert profile is not None
    assert set(profile.words) == set(WORDS.values())
    assert set(profile.reasons) == set(REASONS.values())
    assert profile.reason_code("Because we can") == profiles.UNSPECIFIED


@pytest.mark.parametrize(
    ("story", "old", "new", "says"),
    [
        ("a key that nobody knows", "alarm_hours = 24", "alarm_hour = 24", '"alarm_hour"'),
        ("a key that is missing", "alarm_hours = 24", "", '"alarm_hours"'),
        ("no time at all", "alarm_hours = 24", "alarm_hours = 0", "at least 1"),
        ("a state that is none", '["in_review"]', '["in_revue"]', "in_revue"),
        ("a route that is none", 'route = "sftp"', 'route = "pigeon"', "pigeon"),
        ("a dialect that is none", 'dialect = "client-portal"', 'dialect = "client-portals"', "client-portals"),
        ("a code that is none", '"TK-UNKNOWN"', '"TK-UNKNOWM"', "TK-UNKNOWM"),
        ("a word's key that is none", "payment = true", "paid = true", '"paid"'),
        ("a line's meaning that is none", 'line = "reduction"', 'line = "cut"', '"cut"'),
    ],
)
def test_a_wrong_profile_is_refused_by_name(tmp_path: Path, story: str, old: str, new: str, says: str) -> None:
    assert old in GOOD
    path = tmp_path / "client-portal.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(profiles.ProfileError) as refused:
        profiles.load(path)
    assert "client-portal.toml" in str(refused.value)
    assert says in str(refused.value)
    found = CliRunner().invoke(app, ["lint", str(path)])
    assert (found.exit_code, says in found.output) == (1, True)


def test_reasons_have_a_kind_and_somebody_who_can_cure_them() -> None:
    found = profiles.reasons().values()
    assert {reason.kind for reason in found} == {"rejection", "reduction", "warning"}
    assert {reason.fixable_by for reason in found} == {"biller", "attorney", "client"}


@pytest.mark.parametrize(
    ("story", "state", "to", "moves"),
    [
        ("it stands there", State.ACCEPTED, State.ACCEPTED, []),
        ("one step", State.TRANSMITTED, State.ACCEPTED, [Move.ACCEPT]),
        ("steps a portal did not tell", State.TRANSMITTED, State.APPROVED, [Move.ACCEPT, Move.PICK_UP, Move.APPROVE]),
        ("back before the client saw it", State.TRANSMITTED, State.PORTAL_FAILED, [Move.FAIL]),
        ("back after the client had it", State.ACCEPTED, State.PORTAL_FAILED, None),
        ("a question is answered by the firm, not by a word", State.QUERIED, State.APPROVED, None),
        ("not by way of a rejection", State.QUERIED, State.IN_REVIEW, None),
        ("the client turns its rules into flags", State.REJECTED, State.IN_REVIEW, [Move.OVERRIDE]),
        ("never out of an end", State.CLOSED, State.IN_REVIEW, None),
    ],
)
def test_a_word_moves_a_bill_along_the_table_alone(
    story: str, state: State, to: State, moves: list[Move] | None
) -> None:
    found = way(state, to)
    assert found == moves
    for move in found or []:
        state = core.after(state, move)
    assert found is None or state is to


def test_profiles_are_shown_and_compared_on_the_command_line(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["lint"]).exit_code == 0
    shown = run(app, ["show", "client-portal"])
    assert 'word "Sent back"' in shown.output
    assert run(app, ["show", "client-portal", "--format", "json"]).output.startswith("{")
    other = tmp_path / "other.toml"
    other.write_text(GOOD.replace("alarm_hours = 24", "alarm_hours = 48"), encoding="utf-8")
    assert run(app, ["diff", "client-portal", "client-portal"]).exit_code == 0
    compared = run(app, ["diff", "client-portal", str(other)])
    assert compared.exit_code == 1
    assert compared.output == "- silence is told after: 24 hours\n+ silence is told after: 48 hours\n"
    for call in (["show", "client-portals"], ["show", str(tmp_path / "none.toml")], ["diff", "client-portal", "x"]):
        assert run(app, call).exit_code == 2
    for options in (["--at", "tomorrow"], ["--at", "2026-02-03T09:00"], ["--sftp-port", "99999"]):
        assert run(rehearse, ["client-portal", "--home", str(tmp_path / "h"), *options]).exit_code == 2
