"""What the owner writes before anybody can act: people and their roles, the firm's profile, clients, matters.

A firm that begins has two administrators and decides everybody else; a demonstration cannot wait hours for
each of twenty-five people, so the owner enrols them all, and only in a database marked as one.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from meruit.demo.plan import Plan, PlannedMatter

BEGAN = "2020-01-01"
GUIDELINES = "terms-for-outside-counsel"
OPENED = date(2024, 1, 2)


@dataclass(slots=True)
class Founded:
    """Ids and session tokens of what was enrolled, by the plan's numbers (`AQ01`, `101`, `101-003`)."""

    persons: dict[str, int] = field(default_factory=dict)
    timekeepers: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)
    matters: dict[str, int] = field(default_factory=dict)
    payers: dict[tuple[str, str], int] = field(default_factory=dict)  # (client number, "client" or "insured")


def found(owner_url: str, plan: Plan, began_at: datetime) -> Founded:
    """Write it all in one transaction; refuses a database that already has people."""
    made = Founded()
    with psycopg.connect(owner_url) as pg:
        if pg.execute("SELECT 1 FROM people_person LIMIT 1").fetchone():
            raise ValueError("This database already has people; a demonstration begins with an empty one.")
        pg.execute(
            "INSERT INTO authority.installation (demonstration, name) VALUES (true, %s)"
            " ON CONFLICT (one) DO UPDATE SET demonstration = true, name = EXCLUDED.name",
            [plan.profile["name"]],
        )
        pg.execute("SELECT authority.set_clock(%s)", [began_at])
        _insert(pg, "firm_profile", **plan.profile)
        system = {"name": "Meruit", "email": "system@localhost", "kind": "system", "zone": "UTC", "country": "US"}
        _insert(pg, "people_person", **system, active_from=BEGAN)
        for person in plan.people:
            _person(pg, person, plan.profile, made)
        for client in plan.clients:
            _client(pg, client, made)
        for matter in plan.matters:
            _matter(pg, matter, made)
        _portal_rates(pg, plan, made)
    return made


def _insert(pg: psycopg.Connection, table: str, **values: Any) -> int:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    row = pg.execute(statement, list(values.values())).fetchone()
    assert row is not None  # RETURNING of one inserted row
    return int(row[0])


def _person(pg: psycopg.Connection, person: dict[str, Any], profile: dict[str, Any], made: Founded) -> None:
    number, country = person["number"], person.get("country", "US")
    first, _, last = person["name"].partition(" ")
    abroad = country != profile["country"]
    made.persons[number] = _insert(
        pg,
        "people_person",
        name=person["name"],
        email=f"{first}.{last}@alderquill.example".lower(),
        kind="human",
        zone=person.get("zone", profile["zone"]),
        country=country,
        nda_signed_on=date(2025, 1, 6) if abroad else None,
        shift_starts=time(6) if abroad else time(9),
        shift_ends=time(15) if abroad else time(18),
        active_from=BEGAN,
    )
    for role in person["roles"]:
        limits = (
            [("USD", person["limit"]), ("GBP", person["limit"])]
            if "limit" in person and role == "billing partner"
            else [("", None)]
        )
        for code, limit in limits:
            _insert(
                pg,
                "authority_grant",
                person_id=made.persons[number],
                role=role,
                from_at=BEGAN,
                needs_nda=abroad,
                needs_consent=abroad,
                limit_amount=limit,
                limit_currency=code,
            )
    if "class" in person:
        made.timekeepers[number] = _insert(
            pg,
            "people_timekeeper",
            number=number,
            first_name=first,
            last_name=last,
            classification=person["class"],
            bar_year=person.get("bar"),
            person_id=made.persons[number],
            office="BOS",
            from_on=date(2020, 1, 1),
            origin="meruit",
        )
    made.tokens[number] = secrets.token_urlsafe(32)
    _insert(
        pg,
        "people_session",
        person_id=made.persons[number],
        token_sha256=hashlib.sha256(made.tokens[number].encode()).digest(),
        method="service",
        address="127.0.0.1",
        agent="demonstration",
        country=country,
        opened_at=BEGAN,
        expires_at="2100-01-01",
    )


def _client(pg: psycopg.Connection, client: dict[str, Any], made: Founded) -> None:
    number = client["number"]
    made.clients[number] = _insert(
        pg,
        "matters_client",
        number=number,
        name=client["name"],
        opened_on=OPENED,
        origin="meruit",
        needs_consent_abroad=True,
    )
    pg.execute(
        "INSERT INTO authority_consent (client_id, countries, recorded_on, evidence) VALUES (%s, %s, %s, %s)",
        [made.clients[number], ["PH"], OPENED, "Engagement letter, section 9"],
    )
    made.payers[number, "client"] = _payer(pg, client, client["name"], client["delivery"], made)
    if client["practice"] == "insurance defence":
        insured = f"Insured of {client['name']}"
        made.payers[number, "insured"] = _payer(pg, client, insured, "pdf", made)


def _payer(pg: psycopg.Connection, client: dict[str, Any], name: str, delivery: str, made: Founded) -> int:
    british = client["country"] == "GB"
    return _insert(
        pg,
        "matters_payer",
        client_id=made.clients[client["number"]],
        name=name,
        address="1 Guildhall Yard\nLondon EC2V 5AE" if british else "77 Exchange Place\nBoston, MA 02109",
        country=client["country"],
        email=f"payables@client{client['number']}.example",
        currency=client.get("currency", "USD"),
        tax_id="GB 555 0142 07" if british else "",
        tax_name=client.get("tax_name", ""),
        tax_rate=client.get("tax_rate", "0"),
        rounding="half-up",
        terms_days=30,
        pays_in_order="costs,tax,fees",
        delivery=delivery,
        portal_client_id=client.get("portal_client_id", ""),
        zone="Europe/London" if british else "America/New_York",
        guideline_set=GUIDELINES,
        appeal_days=30,
        appeal_business_days=False,
        appeals_allowed=1,
    )


def _matter(pg: psycopg.Connection, matter: PlannedMatter, made: Founded) -> None:
    made.matters[matter.number] = _insert(
        pg,
        "matters_matter",
        client_id=made.clients[matter.client],
        number=matter.number,
        name=matter.name,
        practice="",
        opened_on=OPENED,
        responsible_id=made.persons[matter.partner],
        code_set=matter.code_set,
        currency=matter.currency,
        origin="meruit",
    )
    _insert(
        pg,
        "matters_matterid",
        matter_id=made.matters[matter.number],
        payer_id=made.payers[matter.client, "client"],
        portal="",
        name="client_matter_id",
        value=matter.client_matter_id,
    )


def _portal_rates(pg: psycopg.Connection, plan: Plan, made: Founded) -> None:
    """Portal payers have approved everybody at the discounted rate, but for the one the plan leaves out."""
    for client in plan.clients:
        if client["delivery"] == "pdf":
            continue
        payer = made.payers[client["number"], "client"]
        for person in plan.people:
            if "class" not in person or person["number"] == plan.unapproved:
                continue
            _insert(
                pg,
                "firm_portalrate",
                payer_id=payer,
                timekeeper_id=made.timekeepers[person["number"]],
                classification=person["class"],
                portal_number=person["number"],
                amount=plan.client_rate(client, person),
                currency="USD",
                from_on=date(2025, 1, 1),
                approver="",
                reference="portal",
            )
