"""Portal dialects are data: the loader refuses what it does not know, and each fact changes a judgement."""

from __future__ import annotations

from typing import Any

import pytest

from meruit.ledes import TableError, check, dialect
from meruit.ledes.dialects import SLUGS, parse
from tests.ledes.bills import adjustment, bill, expense, fee

V2 = "LEDES98BI V2"


@pytest.mark.parametrize(
    "text, words",
    [
        ('slug = "x"\ncharacers = "ascii"\n', "Did you mean 'characters'"),
        ('slug = "x"\n[severity]\nLA99 = "refuse"\n', "LA99"),
        ('slug = "x"\n[severity]\nLA01 = "reject"\n', "must be one of"),
        ('slug = "x"\n[evidence]\nformts = "V"\n', "Did you mean 'formats'"),
        ('slug = "x"\nunconfirmed = ["nothing"]\n', "no key of a dialect"),
        ('slug = "x"\nlengths = 4\n', "must be a table"),
    ],
)
def test_a_dialect_refuses_what_it_does_not_know(text: str, words: str) -> None:
    with pytest.raises(TableError, match=words):
        parse(text, "x.toml")


def test_an_unknown_portal_is_answered_with_the_nearest() -> None:
    with pytest.raises(TableError, match="Did you mean 'collaborati'"):
        dialect("colaborati")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_portal_has_its_file_and_says_where_its_facts_are_from(slug: str) -> None:
    found = dialect(slug)
    assert found.slug == slug
    assert found.title
    assert found.source
    assert found.retrieved


def test_an_unconfirmed_fact_is_off_until_it_is_trusted() -> None:
    assert dialect("legal-tracker").required == ()
    assert dialect("legal-tracker", trust_unconfirmed=True).required == ("TIMEKEEPER_ID",)


def test_a_dialect_may_be_like_another() -> None:
    mine = parse('slug = "client-portal"\nlike = "brightflag"\ncountry_letters = 3\n', "mine.toml")
    assert mine.name_order == "last-first"
    assert mine.country_letters == 3


@pytest.mark.parametrize(
    "slug, broken, good, rule, field",
    [
        ("collaborati", bill(fee(CLIENT_ID="NULL")), bill(), "LF05", "CLIENT_ID"),
        ("collaborati", bill(fee(INVOICE_DESCRIPTION="x" * 2001)), bill(fee(INVOICE_DESCRIPTION="x" * 2000)), "LT03", "INVOICE_DESCRIPTION"),
        ("collaborati", bill(fee("0.50", "0.05", LINE_ITEM_TOTAL="0.03")), bill(fee("0.50", "0.05", LINE_ITEM_TOTAL="0.02")), "LA05", "LINE_ITEM_TOTAL"),
        ("collaborati", bill(fee(), fee(LAW_FIRM_MATTER_ID="118-08")), bill(), "LF07", "LAW_FIRM_MATTER_ID"),
        ("collaborati", bill(fee(), expense(LINE_ITEM_TAX_RATE="0.05"), name=V2), bill(name=V2), "LA06", "LINE_ITEM_TAX_RATE"),
        ("brightflag", bill(fee(CLIENT_MATTER_ID="")), bill(), "LR01", "CLIENT_MATTER_ID"),
        ("brightflag", bill(fee(TIMEKEEPER_NAME="Ada Marlow")), bill(), "LC05", "TIMEKEEPER_NAME"),
        ("brightflag", bill(fee("-1.00")), bill(), "LA08", "LINE_ITEM_NUMBER_OF_UNITS"),
        ("brightflag", bill(fee(LAW_FIRM_COUNTRY="GBR"), name=V2), bill(fee(LAW_FIRM_COUNTRY="GB"), name=V2), "LT05", "LAW_FIRM_COUNTRY"),
        ("brightflag", bill(fee(LINE_ITEM_DESCRIPTION="x" * 1024)), bill(fee(LINE_ITEM_DESCRIPTION="x" * 1023)), "LT03", "LINE_ITEM_DESCRIPTION"),
        ("brightflag", bill(fee(), expense(INVOICE_DESCRIPTION="Other")), bill(), "LC01", "INVOICE_DESCRIPTION"),
        ("legal-tracker", bill(fee(), adjustment("", LINE_ITEM_NUMBER_OF_UNITS="1", LINE_ITEM_UNIT_COST="-9", LINE_ITEM_TOTAL="-9")), bill(), "LR06", "LINE_ITEM_ADJUSTMENT_AMOUNT"),
        ("litigation-advisor", bill(fee(LINE_ITEM_ACTIVITY_CODE="")), bill(), "LR04", "LINE_ITEM_ACTIVITY_CODE"),
        ("litigation-advisor", bill(expense(LINE_ITEM_EXPENSE_CODE="")), bill(), "LR03", "LINE_ITEM_EXPENSE_CODE"),
        ("tymetrix-360", bill(fee(CLIENT_MATTER_ID="")), bill(), "LR01", "CLIENT_MATTER_ID"),
        ("tymetrix-360", bill(name=V2), bill(), "LF01", None),
    ],
)  # fmt: skip
def test_a_fact_of_a_portal_makes_a_finding_there_and_nowhere_else(
    slug: str, broken: bytes, good: bytes, rule: str, field: str | None
) -> None:
    def portal_says(data: bytes, **how: Any) -> list[tuple[str, str | None]]:
        return [(f.rule, f.field) for f in check(data, **how) if f.severity == "portal"]

    assert (rule, field) in portal_says(broken, portal=slug)
    assert (rule, field) not in portal_says(broken)
    assert (rule, field) not in portal_says(good, portal=slug)


def test_optional_at_the_portal_is_not_required() -> None:
    data = bill(fee(LAW_FIRM_MATTER_ID=""))
    assert "LR01" in {f.rule for f in check(data)}
    assert "LR01" not in {f.rule for f in check(data, portal="collaborati")}


def test_the_name_and_encoding_of_the_file_are_the_portals_business() -> None:
    assert [f.rule for f in check(bill(), portal="brightflag", name="bill.dat")] == ["LF01"]
    assert check(bill(), portal="brightflag", name="bill.TXT") == []
    accented = bill(fee(LINE_ITEM_DESCRIPTION="Café lease"))
    assert ("LF05", "portal") in [(f.rule, f.severity) for f in check(accented, portal="collaborati")]


def test_within_its_tolerance_a_portal_only_warns() -> None:
    data = bill(fee("10.00", "1000.005", LINE_ITEM_TOTAL="10000.05"))
    said = [(f.rule, f.severity) for f in check(data, portal="collaborati")]
    assert ("LA05", "advice") in said
