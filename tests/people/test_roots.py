"""The first administrators are two people, enrolled once by the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.people import roots
from meruit.people.roots import Root, RootsRefused
from meruit.postgres import logins
from tests.support.schema import install_schema

if TYPE_CHECKING:
    from meruit.postgres.cluster import Cluster
    from tests.support.firm import Firm

EVE, HUGO = Root("Eve Archer", "eve@firm.example"), Root("Hugo Byrd", "hugo@firm.example")


def test_an_administrator_is_a_name_and_a_mail_address() -> None:
    assert roots.read(" Eve Archer <eve@firm.example> ") == EVE
    for wrong in ("eve@firm.example", "Eve", "<eve@firm.example>", "Eve <eve>", ""):
        with pytest.raises(RootsRefused, match="is not a name and a mail address"):
            roots.read(wrong)


@pytest.mark.parametrize("given, mode, says", [
    ([EVE], "standard", "Two different administrators"),
    ([EVE, Root("Eve Again", "EVE@firm.example")], "standard", "Two different administrators"),
    ([], "one-person", "One administrator is needed"),
    ([EVE, HUGO], "many", "it is one of standard, two-person, one-person"),
])  # fmt: skip
def test_who_cannot_begin_is_told_what_is_needed(given: list[Root], mode: str, says: str) -> None:
    with pytest.raises(RootsRefused, match=says):
        roots.enrol("postgresql://nowhere", given, mode)


def test_a_database_with_people_gets_no_further_roots(firm: Firm) -> None:
    assert roots.present(firm.url("owner"))
    assert roots.enrol(firm.url("owner"), [EVE, HUGO], "standard") is False
    with psycopg.connect(firm.url("owner")) as pg:
        assert pg.execute("SELECT count(*) FROM authority_mode").fetchone() == (0,)


@pytest.mark.parametrize("wrong", ["", " firm", "-firm", "a" * 61, "billing firm", "fírm"])
def test_a_name_that_the_trail_could_not_carry_is_refused(wrong: str) -> None:
    with pytest.raises(RootsRefused, match="is a name of up to 60"):
        roots.enrol("postgresql://nowhere", [EVE, HUGO], "standard", origin=wrong)


def test_the_trail_carries_the_name_that_was_chosen_at_init(cluster: Cluster) -> None:
    name = "test_origin"
    cluster.drop_database(name)
    cluster.create_database(name)
    try:
        install_schema(cluster, name)
        url = cluster.url(logins.OWNER, name)
        assert roots.enrol(url, [EVE, HUGO], "standard", origin="archer-baxter.example/billing")
        with psycopg.connect(url) as pg:
            assert pg.execute("SELECT audit.origin()").fetchone() == ("archer-baxter.example/billing",)
            assert pg.execute("SELECT count(*) FROM authority.installation WHERE NOT demonstration").fetchone() == (1,)
    finally:
        cluster.drop_database(name)
