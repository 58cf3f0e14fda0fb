"""A question to an attorney asks for what is missing and never supplies it."""

from __future__ import annotations

import json
from datetime import date

import pytest

from meruit.drafting import Consent, Endpoint, Model, NoConsent, NotUsable, ask_attorney
from tests.drafting.server import Reply, completion, serving

TODAY = date(2026, 11, 24)
AGREED = Consent("Acme", "Letter of 3 November 2026", date(2026, 11, 3))
ENTRY = "Attention to file re Smith deposition; call with opposing counsel"
SAYS = ("The entry does not say what was done (L330).",)


def ask(text: str, consent: Consent | None = AGREED, entry: str = ENTRY):  # type: ignore[no-untyped-def]  # (question, server)
    with serving(Reply(completion(json.dumps({"question": text})))) as server:
        model = Model(Endpoint(server.address, "a-model"), TODAY)
        try:
            return ask_attorney(model, entry, SAYS, client="Acme", consent=consent), server
        finally:
            sent = server.asked
            assert consent is not None or sent == []


@pytest.mark.parametrize("text", [
    "Could you tell what you reviewed for the Smith deposition, and what the call was about?",
    "What did you do on the file? Please say how long each part took and who called whom?",
    "Does L330 fit, or was something other than the deposition meant?",
])  # fmt: skip
def test_a_question_that_asks_is_marked_and_shows_the_model_the_words_alone(text: str) -> None:
    question, server = ask(text)
    assert question.text == text
    assert question.marked == f"{text} (drafted by a machine, a-model)"
    shown = server.asked[0]["messages"][1]["content"]
    assert shown == f"Entry: {ENTRY}\nFinding: {SAYS[0]}"


@pytest.mark.parametrize("text, says", [
    ("Was this the call with Judge Harlan?", "names what the entry does not: Judge, Harlan"),
    ("Did the review of Exhibit B take long?", "Exhibit, B"),
    ("Was it 1.5 hours?", "1.5"),
    ("Was it on 3 March?", "3, March"),
    ("You reviewed the deposition transcript.", "wrote no question"),
    ("", "wrote no question"),
    ("what? " * 80 + "so?", "at most 400"),
    ("Could you answer at https://elsewhere.example/x?", "holds an address"),
])  # fmt: skip
def test_a_question_that_states_a_fact_of_its_own_is_refused(text: str, says: str) -> None:
    with pytest.raises(NotUsable, match=says):
        ask(text)


def test_without_consent_no_narrative_is_sent() -> None:
    with pytest.raises(NoConsent):
        ask("What was done?", consent=None)
