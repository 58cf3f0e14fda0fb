"""Drafting a set: what the document does not say is not in it, and whoever wrote it is told."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from meruit.cli.guidelines import app
from meruit.drafting import (
    Consent,
    Endpoint,
    Model,
    ModelFailed,
    NoConsent,
    draft_set,
    is_machine_drafted,
)
from meruit.drafting.document import PIECE, cut
from meruit.drafting.quotes import Document, figures
from meruit.guidelines import Refused, load, read_set
from meruit.guidelines.page import page
from tests.drafting.server import Reply, completion, serving

TODAY = date(2026, 11, 24)
AGREED = Consent("Acme", "Letter of 3 November 2026", date(2026, 11, 3))
DOCUMENT = """# Billing guidelines of Acme

4.2 Each task must be stated on a line
of its own with the time it took.

4.3 No timekeeper may bill more than ten hours in one day without our consent.

5 Photocopies are reimbursed at a maximum of $0.10 a page.

6 Counsel shall keep us informed of all developments of importance.
"""
BLOCK = {
    "type": "block-billing",
    "severity": "refuse",
    "clause": "4.2",
    "quote": "Each task must be stated on a line of its own",
}
HOURS = {
    "type": "daily-hours",
    "params": {"max_hours": 10},
    "severity": "ask",
    "clause": 4.3,
    "quote": "No timekeeper may bill more than ten hours in one day",
}
ASIDE = {
    "clause": "6",
    "quote": "Counsel shall keep us informed of all developments",
    "reason": "No line of a bill shows it.",
}


def answer(*rules: Any, aside: Any = ()) -> Reply:
    return Reply(completion("```json\n" + json.dumps({"rules": list(rules), "unjudgeable": list(aside)}) + "\n```"))


def drafted(*replies: Reply, text: str = DOCUMENT, consent: Consent | None = AGREED) -> Any:
    with serving(*replies) as server:
        model = Model(Endpoint(server.address, "a-model"), TODAY, pause=lambda seconds: None)
        made = draft_set(model, text, client="Acme", consent=consent, title="Guidelines", source="acme.md")
        return made, server


def test_a_proposal_is_marked_quotes_the_document_and_can_be_read() -> None:
    made, server = drafted(answer(BLOCK, HOURS, aside=[ASIDE]))
    again = read_set(made.text, "acme")
    assert [(r.type.slug, r.clause, r.says) for r in again.rules] == [
        ("block-billing", "4.2", "Each task must be stated on a line of its own"),
        ("daily-hours", "4.3", "No timekeeper may bill more than ten hours in one day"),
    ]
    assert again.rules[1].params.number("max_hours") == Decimal(10)
    assert again.unjudgeable[0].reason == "No line of a bill shows it."
    assert again.header.source == "Drafted by a machine, not reviewed: a-model read acme.md on 2026-11-24"
    assert is_machine_drafted(again)
    assert "Drafted by a machine, not reviewed" in page(again)
    assert (made.dropped, made.to_check) == ((), ())
    told = server.asked[0]["messages"]
    assert "block-billing" in told[0]["content"]
    assert told[1]["content"].strip() == DOCUMENT.strip()


def test_sets_that_people_wrote_do_not_carry_the_mark() -> None:
    assert not is_machine_drafted(load("insurer"))


@pytest.mark.parametrize("row, reason", [
    (BLOCK | {"quote": "Block billing is never paid by Acme"}, "does not stand in the document"),
    (BLOCK | {"quote": "each task must be stated on a line of its own"}, "does not stand in the document"),
    (BLOCK | {"quote": "Each task must"}, "does not stand in the document"),
    (BLOCK | {"quote": ""}, "does not stand in the document"),
    (BLOCK | {"quote": None}, "does not stand in the document"),
    (BLOCK | {"type": "block-biling"}, '"block-biling" is not a type of rule. The nearest known is "block-billing".'),
    (BLOCK | {"params": {"maximum": 3}}, "maximum"),
    (BLOCK | {"params": [1]}, "Its parameters are no table."),
    (BLOCK | {"params": {"min_tasks": float("nan")}}, "no figure"),
    (BLOCK | {"params": {"min_tasks": "many"}}, "min_tasks"),
    (BLOCK | {"severity": "forbid"}, 'severity is "forbid"'),
    (BLOCK | {"type": 'x"\n[set]\nclient = "Other'}, "is not a type of rule"),
])  # fmt: skip
def test_what_the_document_or_the_rules_do_not_bear_is_dropped_and_told(row: dict[str, Any], reason: str) -> None:
    made, _ = drafted(answer(row, HOURS))
    assert [rule.type.slug for rule in made.guidelines.rules] == ["daily-hours"]
    (gone,) = made.dropped
    assert reason in gone.reason


def test_a_clause_that_is_nowhere_is_left_out_and_its_rule_kept() -> None:
    made, _ = drafted(answer(BLOCK | {"clause": "4"}))
    assert made.guidelines.rules[0].clause is None
    assert "No such clause stands in the document" in made.dropped[0].reason


def test_a_figure_that_the_words_do_not_show_is_told_to_whoever_reviews() -> None:
    made, _ = drafted(answer(HOURS | {"params": {"max_hours": 12}}))
    assert made.to_check == ("daily-hours: max_hours = 12 is not in the words quoted.",)


def test_the_same_rule_twice_counts_once() -> None:
    made, _ = drafted(answer(BLOCK, BLOCK | {"quote": "Each task must be stated on a line of its own with the time"}))
    assert len(made.guidelines.rules) == 1
    assert made.dropped[0].reason == "The same rule was found before."


def test_an_unjudgeable_clause_needs_its_words_and_a_reason() -> None:
    made, _ = drafted(answer(aside=[ASIDE | {"quote": "Counsel shall win every case"}, ASIDE | {"reason": ""}]))
    assert made.guidelines.unjudgeable == ()
    assert len(made.dropped) == 2


@pytest.mark.parametrize("said", ["I cannot do that.", '{"rules": [', "{]}", "[1, 2]"])
def test_an_answer_that_is_no_json_drafts_nothing(said: str) -> None:
    with pytest.raises(ModelFailed, match="asked for JSON"):
        drafted(Reply(completion(said)))


@pytest.mark.parametrize("found", [{}, {"rules": None}, {"rules": {"a": 1}}, {"rules": ["x", 3]}, {"rules": [[]]}])
def test_an_answer_of_another_shape_proposes_no_rule(found: Any) -> None:
    made, _ = drafted(Reply(completion(json.dumps(found))))
    assert made.guidelines.rules == ()


def test_without_consent_no_piece_is_sent() -> None:
    with serving(answer(BLOCK)) as server:
        model = Model(Endpoint(server.address, "a-model"), TODAY)
        with pytest.raises(NoConsent):
            draft_set(model, DOCUMENT, client="Acme", consent=None, title="G", source="acme.md")
        assert server.asked == []


def test_a_long_document_is_asked_in_pieces_that_lose_no_word() -> None:
    paragraphs = "\n\n".join(f"{n} The firm bills item {n} in tenths of an hour." for n in range(1, 900))
    for text in (paragraphs, paragraphs.replace("\n\n", "\n"), paragraphs.replace("\n\n", " "), "x" * (3 * PIECE)):
        pieces = list(cut(text))
        assert len(pieces) > 2
        assert max(map(len, pieces)) <= PIECE
        assert "".join("".join(pieces).split()) == "".join(text.split())
    made, server = drafted(answer(), text=paragraphs)
    assert made.pieces == len(server.asked) == len(list(cut(paragraphs)))


@pytest.mark.parametrize("text, says", [(" \n", "holds no text"), ("x" * 600_001, "at most 600,000")])
def test_a_document_of_nothing_or_too_much_is_refused(text: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        drafted(answer(), text=text)


@pytest.mark.parametrize("clause, there", [("4.2", True), ("4", False), ("2", False), ("5", True), ("4.21", False)])
def test_a_clause_is_found_as_a_number_of_its_own(clause: str, there: bool) -> None:
    assert Document(DOCUMENT).names(clause) is there


@pytest.mark.parametrize("text, shown", [
    ("in tenths of an hour", "0.1"), ("at 50% of the rate", "0.5"), ("$1,250.00", "1250"), ("forty-five days", "45"), (".5 hours", "0.5"),
])  # fmt: skip
def test_figures_are_seen_however_they_are_written(text: str, shown: str) -> None:
    assert Decimal(shown) in figures(text)


def call(tmp_path: Path, *words: str, address: str = "", data: bytes = DOCUMENT.encode()) -> Any:
    (tmp_path / "acme.md").write_bytes(data)
    arguments = ["draft", str(tmp_path / "acme.md"), "-o", str(tmp_path / "acme.toml"), "--client", "Acme", *words]
    setting = {"MERUIT_MODEL_URL": address or None, "MERUIT_MODEL": "a-model" if address else None}
    return CliRunner().invoke(app, arguments, env=setting | {"MERUIT_MODEL_KEY": None})


def test_the_command_writes_a_proposal_and_tells_what_to_look_at(tmp_path: Path) -> None:
    with serving(answer(BLOCK, HOURS | {"params": {"max_hours": 12}}, BLOCK | {"quote": "Not in it at all"})) as server:
        result = call(tmp_path, "--consent", "Letter of\n3 November", address=server.address)
        assert result.exit_code == 1, result.output
        assert "left out  block-billing: “Not in it at all” Its quotation" in result.stdout
        assert "check     daily-hours: max_hours = 12" in result.stdout
        assert "2 rules and 0 clauses for people" in result.stderr
        made = (tmp_path / "acme.toml").read_text()
        assert made.startswith("# Consent of the client: Letter of 3 November\n")
        assert is_machine_drafted(load(str(tmp_path / "acme.toml")))
        again = call(tmp_path, "--consent", "Letter", address=server.address)
        assert (again.exit_code, len(server.asked)) == (2, 1)
        assert "exists already" in again.stderr


def test_the_command_ends_with_0_where_nothing_was_left_out(tmp_path: Path) -> None:
    with serving(answer(BLOCK, HOURS)) as server:
        assert call(tmp_path, "--consent", "Letter", address=server.address).exit_code == 0


def test_the_command_sends_nothing_without_consent_a_model_or_a_text(tmp_path: Path) -> None:
    with serving(answer(BLOCK)) as server:
        for words, data, says, address in (
            (
                (),
                DOCUMENT.encode(),
                "Acme has not consented to the use of a language model; nothing was sent.",
                server.address,
            ),
            (("--consent", " "), DOCUMENT.encode(), "nothing was sent", server.address),
            (("--consent", "Letter"), b"%PDF-1.7\n", "save the document as text or Markdown", server.address),
            (("--consent", "Letter"), b"\xff\xfe\x00", "is not plain text", server.address),
            (("--consent", "Letter"), DOCUMENT.encode(), "No language model is set up; MERUIT_MODEL_URL", ""),
        ):
            result = call(tmp_path, *words, address=address, data=data)
            assert result.exit_code == 2
            assert says in result.stderr
            assert not (tmp_path / "acme.toml").exists()
        assert server.asked == []
