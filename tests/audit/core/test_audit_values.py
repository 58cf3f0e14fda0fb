"""Values of the house become values of a record; free text leaves a keyed hash behind and can be erased."""

from __future__ import annotations

import enum
import hashlib
import hmac
import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from meruit.audit.core import FreeText, NotCanonical, audit_values, encode, row_values


class State(enum.StrEnum):
    DRAFT = "draft"


def salts() -> Callable[[], bytes]:
    numbers = itertools.count(1)
    return lambda: next(numbers).to_bytes(16, "big")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1250.00"), "1250.00"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0000001"), "-0.0000001"),
        (date(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 13, 0, tzinfo=UTC), "2026-11-24T13:00:00.000000Z"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (State.DRAFT, "draft"),
        ((1, True, None), [1, True, None]),
        ({"lines": [{"amount": Decimal("0.10")}]}, {"lines": [{"amount": "0.10"}]}),
    ],
)
def test_money_dates_and_ids_become_text(value: object, expected: object) -> None:
    found, texts = audit_values(value, "/after", salts())
    assert (found, texts) == (expected, [])
    encode(found)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"hours": 0.1}, "/after/hours is 0.1 of type float"),
        ({"bytes": b"PDF"}, "bytes by their SHA-256"),
        ({"total": Decimal("NaN")}, "/after/total is NaN; an amount"),
        (object(), "which a record cannot hold"),
    ],
)
def test_what_a_record_cannot_hold_is_refused_by_its_place(value: object, message: str) -> None:
    with pytest.raises(NotCanonical, match=message):
        audit_values(value, "/after", salts())


def test_free_text_stands_apart_under_its_pointer_with_a_salt_of_its_own() -> None:
    value = {"narrative": FreeText("Call with Mrs. Ōkubo"), "notes": [{"a/b": FreeText("Call with Mrs. Ōkubo")}]}
    found, (first, second) = audit_values(value, "/after", salts())
    assert (first.pointer, second.pointer) == ("/after/narrative", "/after/notes/0/a~1b")
    assert first.salt != second.salt
    expected = hmac.new(first.salt, "Call with Mrs. Ōkubo".encode(), hashlib.sha256).hexdigest()
    assert found == {"narrative": {"text_hmac": expected}, "notes": [{"a/b": {"text_hmac": second.hash}}]}
    assert first.hash != second.hash, "the same words in two places must not be recognisable"
    assert "Ōkubo" not in encode(found).decode()


def test_data_cannot_pass_itself_off_as_an_erased_text() -> None:
    found, texts = audit_values({"text_hmac": "00", "a": [{"~text_hmac": 1}]}, "/after", salts())
    assert (found, texts) == ({"~text_hmac": "00", "a": [{"~~text_hmac": 1}]}, [])


@pytest.mark.parametrize("row", ['{"a": ' * 70 + "1" + "}" * 70, '{"a": ' * 100_000 + "1" + "}" * 100_000])
def test_a_row_nested_to_choke_readers_is_kept_as_text(row: str) -> None:
    assert row_values(row, "/after", (), salts()) == (row, [])
    found, (text,) = row_values(row, "/after", {"narrative"}, salts())
    assert found == {"text_hmac": text.hash}
    assert (text.pointer, text.text) == ("/after", row)


def test_a_salt_must_be_whole() -> None:
    with pytest.raises(ValueError, match="16 random bytes; this one has 3"):
        audit_values(FreeText("a"), "/reason", lambda: b"abc")


def test_a_row_keeps_its_numerics_and_gives_up_its_narrative() -> None:
    row = '{"id": 7, "hours": 1.50, "amount": 0.1, "narrative": "Ill since May", "note": null, "code": "L110"}'
    found, texts = row_values(row, "/before", {"narrative", "note"}, salts())
    assert isinstance(found, dict)
    assert (found["hours"], found["amount"], found["note"], found["code"]) == ("1.50", "0.1", None, "L110")
    assert [(text.pointer, text.text) for text in texts] == [("/before/narrative", "Ill since May")]


def test_a_row_that_is_none_stays_none_and_what_is_no_row_is_kept_as_it_is() -> None:
    assert row_values(None, "/before", {"narrative"}, salts()) == (None, [])
    assert row_values("[1.0]", "/after", {"narrative"}, salts()) == (["1.0"], [])
