"""How figures, moments and states are written: one way each. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from meruit.ui.templatetags import meruit as ui


@pytest.mark.parametrize(
    "story, amount, code, expected",
    [
        ("two decimals and the currency", "1234.5", "USD", '1,234.50<span class="cur">USD</span>'),
        ("no decimals where the currency has none", "1234", "JPY", '1,234<span class="cur">JPY</span>'),
        ("three where it has three", "1.5", "KWD", '1.500<span class="cur">KWD</span>'),
        ("nothing is hidden by rounding", "0.1234", "USD", '0.1234<span class="cur">USD</span>'),
        ("a minus that is no hyphen", "-12", "USD", '\N{MINUS SIGN}12.00<span class="cur">USD</span>'),
        ("without a currency", "12", "", "12.00"),
        ("zero is an amount", "0", "", "0.00"),
    ],
)
def test_money_is_written_with_its_currency_and_loses_nothing(
    story: str, amount: str, code: str, expected: str
) -> None:
    assert str(ui.money(Decimal(amount), code)) == expected


def test_no_amount_is_not_zero() -> None:
    assert (ui.money(None, "USD"), ui.money("", "USD"), ui.hours(None), ui.less(Decimal(0))) == ("", "", "", "")


@pytest.mark.parametrize(
    "value, expected", [("1.5", "1.5"), ("1.50", "1.5"), ("0.25", "0.25"), ("2", "2.0"), ("40.0000", "40.0")]
)
def test_hours_stand_to_a_tenth_or_as_exact_as_they_are(value: str, expected: str) -> None:
    assert ui.hours(Decimal(value)) == expected


def test_a_difference_shows_its_sign() -> None:
    assert str(ui.less(Decimal("-120"))) == '<span class="less">\N{MINUS SIGN}120.00</span>'
    assert str(ui.less(Decimal("7.5"))) == '<span class="more">+7.50</span>'


def test_days_cannot_be_read_as_others() -> None:
    assert ui.day(date(2026, 3, 4)) == "4 Mar 2026"
    assert ui.day("2026-03-04") == "4 Mar 2026"


def test_a_deadline_stands_in_both_zones_with_what_is_left() -> None:
    due, now = datetime(2026, 2, 2, 22, 0, tzinfo=UTC), datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
    shown = str(ui.deadline(due, "Asia/Manila", "America/New_York", now))
    assert "3 Feb 2026 06:00 Manila" in shown
    assert "2 Feb 2026 17:00 New York" in shown
    assert "13 h left" in shown
    once = str(ui.deadline(due, "America/New_York", "America/New_York"))
    assert once.count("New York") == 1, "one zone is said once"


@pytest.mark.parametrize(
    "minutes, expected",
    [(5, "5 min left"), (90, "1 h left"), (47 * 60, "47 h left"), (72 * 60, "3 days left"), (-30, "30 min ago")],
)
def test_what_is_left_is_said_in_the_unit_one_thinks_in(minutes: int, expected: str) -> None:
    now = datetime(2026, 2, 2, tzinfo=UTC)
    assert ui.left(now + timedelta(minutes=minutes), now) == expected


def test_a_state_is_a_word_beside_its_shape_and_colour() -> None:
    assert str(ui.state("On hold", "stop")) == '<span class="state state-stop">On hold</span>'


@dataclass
class Found:
    """What marking needs of a finding."""

    rule: str
    span_from: int | None
    span_to: int | None
    words: str = ""


TEXT = "Review <lease>; call client"


@pytest.mark.parametrize(
    "story, findings, expected",
    [
        ("none", [], "Review &lt;lease&gt;; call client"),
        (
            "one, and what is around it stays escaped",
            [Found("vague", 16, 20, "call")],
            'Review &lt;lease&gt;; <mark title="vague">call</mark> client',
        ),
        (
            "two that overlap are one mark with both names",
            [Found("a", 16, 20), Found("b", 18, 27)],
            'Review &lt;lease&gt;; <mark title="a, b">call client</mark>',
        ),
        ("of another text: nothing is marked", [Found("vague", 16, 20, "mail")], "Review &lt;lease&gt;; call client"),
        ("beyond the end", [Found("vague", 20, 99)], "Review &lt;lease&gt;; call client"),
        ("of the whole line", [Found("vague", None, None)], "Review &lt;lease&gt;; call client"),
    ],
)
def test_words_are_marked_where_the_text_still_has_them(story: str, findings: list[Found], expected: str) -> None:
    assert str(ui.marked(TEXT, findings)) == expected
