"""What a narrative is understood to say: tasks, pieces of work, people, time."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.guidelines import narrative
from meruit.guidelines.narrative import understand


def kinds(text: str) -> list[str]:
    return [part.kind for part in understand(text).parts]


@pytest.mark.parametrize(
    "text, told",
    [
        ("Draft lease", ["draft"]),
        ("T/C w/ OC re: 2nd set RFPs; dft ltr", ["comm", "draft"]),
        ("Reviewed lease and drafted memo", ["review", "draft"]),
        ("Review lease, rider and exhibits", ["review"]),
        ("Call with client regarding lease, rider and deposit", ["comm"]),
        ("I spoke with the landlord about the deposit", ["comm"]),
        ("Telephone call with landlord and email to tenant", ["comm", "comm"]),
        ("Prepare answer draft letter", ["draft", "draft"]),
        ("Lease: revise rider", ["draft"]),
        ("Conducted first-level review of 40 leases", ["review"]),
        ("During flight to Reno, drafted rider", ["draft"]),
        ("Strategy", []),
    ],
)
def test_tasks_begin_at_their_heads(text: str, told: list[str]) -> None:
    assert kinds(text) == told


@pytest.mark.parametrize(
    "text, count",
    [
        ("Prepare for and attend hearing on stay", 1),
        ("Prepare for hearing on stay; attend hearing", 1),
        ("Draft rider; revise rider", 1),
        ("Review and revise rider", 1),
        ("Review and respond to email from broker regarding rider", 1),
        ("Call and follow-up email with broker regarding rider", 1),
        ("Obtain and read transcript of closing", 1),
        ("Review exhibits 1 to 9 and select three for cross", 1),
        ("Copy exhibits and organize binder", 1),
        ("Draft and file rider", 2),
        ("Research waste; draft memo on same", 2),
        ("Attend hearing on stay and report to adjuster", 2),
        ("Travel to Reno; attend hearing", 2),
        ("Boarded vessel with surveyor to measure hatch; call owner", 2),
    ],
)
def test_what_is_one_piece_of_work(text: str, count: int) -> None:
    assert understand(text).separate == count


def test_a_part_tells_verb_object_counterpart_purpose_time_and_place() -> None:
    text = "Call with broker Ann Lee re deposit (.3); draft rider to lease (1.2)"
    first, second = understand(text).parts
    assert (first.verb, first.counterpart, first.hours) == ("call", "broker Ann Lee", Decimal("0.3"))
    assert first.purpose.startswith("re deposit")
    assert (second.verb, second.object, second.hours) == ("draft", "rider", Decimal("1.2"))
    assert text[slice(*second.span)].startswith("draft rider")


def test_time_shown_for_each_task_is_seen() -> None:
    assert understand("Draft rider (.5); call broker re rider (.2)").allocated
    assert not understand("Draft rider (.5); call broker re rider").allocated
    assert not understand("Draft rider; call broker re rider").allocated


@pytest.mark.parametrize("hours", ["(.5)", "(0.5 hrs)", "(.5 hr.)", "0.5 hrs."])
def test_the_time_of_a_task_is_read_however_it_is_written(hours: str) -> None:
    (told,) = understand(f"Attend hearing on rider {hours}").parts
    assert told.hours == Decimal("0.5")


@pytest.mark.parametrize(
    "text, sides",
    [
        ("Confer with associate re rider", ["inside"]),
        ("Confer with adjuster re rider", ["client"]),
        ("Confer with opposing counsel re rider", ["outside"]),
        ("Confer with associate dean re rider", ["outside"]),
        ("Confer with county staff re rider", ["outside"]),
        ("Confer with limited partner re rider", ["outside"]),
        ("Confer with tax partner re rider", ["inside"]),
        ("Confer with Ann re rider", ["named"]),
    ],
)
def test_who_took_part_and_on_which_side(text: str, sides: list[str]) -> None:
    assert [p.side for p in understand(text).participants][:1] == sides


def test_capitals_and_abbreviations_read_like_plain_text() -> None:
    plain = set(narrative.judge(understand("Telephone call with client")))
    for text in ("TELEPHONE CALL WITH CLIENT", "T/C w/ client", "tc w client", "Tel. call w/ clt"):
        assert set(narrative.judge(understand(text))) == plain, text


def test_documents_events_clerical_acts_and_travel_are_told() -> None:
    u = understand("Draft rider; attend mediation; scan lease; travel to Reno")
    assert "mediation" in u.events
    assert u.clerical
    assert u.travel
    assert not understand("Draft lease").clerical


WORDS = st.sampled_from(
    [
        "draft",
        "review",
        "call",
        "client",
        "re",
        "regarding",
        "and",
        ",",
        ";",
        ".",
        "(.3)",
        "lease",
        "memo",
        "to",
        "with",
        "associate",
        "file",
        "serve",
        "the",
        "12",
        "Smith",
        "travel",
        "research",
        "hearing",
        "attend",
        "prepare",
        "for",
        "documents",
        "various",
        "etc",
        "w/",
        "T/C",
        "-",
        ":",
        "revise",
        "same",
        "while",
        "then",
    ]
)


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_any_mixture_of_words_is_judged_without_error_and_with_true_spans(text: str) -> None:
    u = understand(text, Decimal("1.5"), "ASSOC", "L110", "A103")
    for part in u.parts:
        assert 0 <= part.span[0] < part.span[1] <= len(text)
    for detection in narrative.judge(u).values():
        assert detection.words == text[slice(*detection.span)]
        assert 0 < detection.confidence <= 1


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    for detection in narrative.judge(understand(text)).values():
        assert detection.words == text[slice(*detection.span)]


def test_the_work_grows_with_the_length_of_the_text_and_not_with_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    from meruit.guidelines.narrative import pieces

    asked = 0
    real = pieces.one_work

    def counted(*args: object) -> bool:
        nonlocal asked
        asked += 1
        return real(*args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(pieces, "one_work", counted)
    understand("Review lease and draft memo; " * 300)
    assert asked <= 600 * 64
