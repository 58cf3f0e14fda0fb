"""What holds for any input: nothing breaks, spans point at their words, money is never a float."""

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from meruit.guidelines import Entry, Judge, Refused, load, read_context, read_set
from meruit.guidelines.csvfile import Aside, read_csv
from meruit.guidelines.phrases import Phrases, literal, normalised

READY = Judge(load("RP-1"))
HEAD = '[set]\nclient = "Acme"\ntitle = "Guidelines"\nversion = "3"\n'
WORDS = st.lists(
    st.sampled_from(
        [
            "review",
            "draft",
            "call",
            "with",
            "client",
            "re",
            "the",
            "lease,",
            "motion;",
            "and",
            "(.5)",
            "attend",
            "hearing",
            "travel",
            "to",
            "file",
            "documents",
            "etc.",
            "research",
            "various",
            "issues",
            "J.",
            "Hale",
            "associate",
            "e-mail",
            "invoice",
            "deposition",
            "of",
            "Dr.",
            "Osei",
            "–",
            "naïve",
            "café",
            "12",
            "pages",
        ]
    ),
    max_size=14,
).map(" ".join)
HOURS = st.none() | st.decimals(0, 30, places=2)


@settings(deadline=None)
@given(narrative=WORDS | st.text(max_size=60), hours=HOURS, grade=st.sampled_from([None, "PT", "AS", "PARALG", "??"]))
def test_any_line_is_judged_and_every_span_points_at_its_words(narrative, hours, grade):
    line = Entry(id="1", narrative=narrative, hours=hours, rate=Decimal(300), timekeeper_class=grade)
    for finding in READY.judge([line]).findings:
        assert finding.at_risk is None or isinstance(finding.at_risk, Decimal)
        assert finding.message.strip()
        if finding.span is not None:
            start, end = finding.span
            assert 0 <= start <= end <= len(narrative)
            assert finding.words == narrative[start:end]


@settings(deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_a_csv_or_refused(data):
    try:
        rows = list(read_csv(b"narrative,hours,date\n" + data))
    except Refused:
        return
    assert all(isinstance(row, (Entry, Aside)) for row in rows)


@settings(deadline=None)
@given(text=st.text(max_size=200), which=st.sampled_from([read_context, lambda t: read_set(HEAD + t, "acme")]))
def test_any_text_is_a_document_or_refused_in_a_sentence(text, which):
    said = ""
    try:
        which(text)
    except Refused as error:
        said = str(error)
    assert not said or said.rstrip().endswith(".")


@given(
    phrases=st.lists(
        st.sampled_from(["attention to", "follow up", "etc.", "lease", "e-mail"]), min_size=1, unique=True
    ),
    text=WORDS,
)
def test_the_search_finds_what_each_pattern_finds_alone(phrases, text):
    patterns = [literal(phrase) for phrase in phrases]
    alone = [
        (number, *match.span())
        for number, pattern in enumerate(patterns)
        for match in re.finditer(pattern, text, re.IGNORECASE | re.ASCII)
    ]
    assert list(Phrases(patterns).find(text)) == alone


@given(text=st.text(max_size=60))
def test_what_is_normalised_stays_so(text):
    once = normalised(text)
    assert normalised(once) == once
    assert normalised(f"  {text.upper().lower()}!") == normalised(text.upper().lower())
