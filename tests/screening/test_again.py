"""Judging again only what a change touches comes to the same as judging everything anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from meruit.findings import Finding
from meruit.guidelines import Context, Entry, Invoice, Judge, Timekeeper, load
from meruit.screening import again

NARRATIVES = (
    "Review lease; call client regarding notice; email opposing counsel regarding hearing",
    "Draft answer to complaint of J. Doe",
    "Conference with B. Baxter regarding strategy",
    "Attention to file",
    "Legal research regarding limitation of actions",
    "Attend deposition of J. Doe",
)
CONTEXT = Context(
    as_of=date(2026, 2, 2),
    timekeepers=(Timekeeper(id="A", class_="PARTNER"), Timekeeper(id="B", class_="ASSOC", bar_on=date(2018, 1, 1))),
    invoices=(Invoice(number="1", period_start=date(2026, 1, 1), period_end=date(2026, 1, 31)),),
    earlier=(Entry(id="e", timekeeper="A", date=date(2026, 1, 5), hours=Decimal(9), matter="M1", narrative="Hearing"),),
)

lines = st.builds(
    Entry,
    id=st.just(""),
    kind=st.sampled_from(["fee", "fee", "fee", "expense"]),
    narrative=st.sampled_from(NARRATIVES),
    date=st.sampled_from([date(2026, 1, 5), date(2026, 1, 6), date(2025, 9, 1)]),
    timekeeper=st.sampled_from(["A", "B", "C"]),
    hours=st.sampled_from([Decimal("0.3"), Decimal("2.0"), Decimal("8.5"), Decimal("8.5")]),
    rate=st.just(Decimal(350)),
    matter=st.sampled_from(["M1", "M2"]),
    invoice=st.just("1"),
    task_code=st.sampled_from(["L110", "L330", ""]),
    activity_code=st.sampled_from(["A102", "A106", ""]),
    expense_code=st.just("E101"),
)
#: Which line, and what it says now; None takes it away.
edits = st.lists(st.tuples(st.integers(0, 7), st.none() | lines), min_size=1, max_size=4)


@cache
def ready() -> Judge:
    return Judge(load("RP-1"), CONTEXT)


@settings(max_examples=40)
@given(st.lists(lines, min_size=1, max_size=6), st.lists(edits, min_size=1, max_size=3))
def test_the_findings_are_those_of_judging_everything_anew(
    first: list[Entry], rounds: list[list[tuple[int, Entry | None]]]
) -> None:
    bill = {str(number): replace(line, id=str(number)) for number, line in enumerate(first)}
    judged = again.whole(ready(), list(bill.values()))
    standing = list(judged.findings)
    for edit in rounds:
        for number, line in edit:
            if line is None:
                bill.pop(str(number), None)
            else:
                bill[str(number)] = replace(line, id=str(number))
        entries = [bill[key] for key in sorted(bill)]
        judged = again.again(ready(), entries, judged.seen)
        standing = [(part, found) for part, found in standing if part not in judged.parts] + judged.findings
        anew = ready().judge(entries).findings
        assert _told(found for _, found in standing) == _told(anew)


def _told(findings) -> Counter[str]:  # type: ignore[no-untyped-def]  # any iterable of findings
    return Counter(Finding.to_json(found) for found in findings)


def test_nothing_is_judged_where_nothing_changed_and_little_where_little_did() -> None:
    lines = [
        Entry(id=str(n), timekeeper="AB"[n % 2], date=date(2026, 1, 5 + n % 7), hours=Decimal(1), rate=Decimal(350),
              matter="M1", invoice="1", task_code="L110", activity_code="A106", narrative=NARRATIVES[n % 6])
        for n in range(60)
    ]  # fmt: skip
    before = again.whole(ready(), lines)
    assert again.again(ready(), lines, before.seen).parts == set()
    lines[7] = replace(lines[7], narrative="Draft motion to compel")
    after = again.again(ready(), lines, before.seen)
    assert again.line_part("7") in after.parts
    assert sum(part.startswith("line ") for part in after.parts) == 1
    assert len(after.parts) < len(before.parts) / 3


def test_what_could_not_be_judged_is_counted_as_the_library_counts_it() -> None:
    entries = [Entry(id="1", hours=Decimal(1), narrative="Attention to file", invoice="1")]
    assert again.whole(ready(), entries).unjudged == ready().judge(entries).unjudged
