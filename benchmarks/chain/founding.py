"""A firm for the month end: so many matters, twenty timekeepers, one partner, one specialist."""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg

from meruit.timesheets.actions import NewEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEKEEPERS = 20
PARTNER, SPECIALIST = "token-partner", "token-specialist"
FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
NARRATIVES = (
    "Draft answer and affirmative defenses to the second amended complaint of plaintiff",
    "Review production of documents by third party custodian and note privileged pages",
    "Telephone conference with client regarding settlement demand and insurer's position",
    "Prepare outline for deposition of treating physician, with exhibits from first production",
    "Attend hearing on motion to compel and report to client on the court's ruling from the bench",
)


def token(timekeeper: int) -> str:
    """The session of a timekeeper."""
    return f"token-timekeeper-{timekeeper}"


def found(owner_url: str, matters: int) -> None:
    """People with sessions, clients with one payer each, matters, rates: written by the owner, as `init` does."""
    with psycopg.connect(owner_url) as pg:
        pg.execute("INSERT INTO authority.installation (demonstration, name) VALUES (true, 'Month end')")
        pg.execute(
            "INSERT INTO firm_profile"
            " (name, address, tax_id, ledes_id, zone, currency, remit_to, invoice_prefix, country, subdivision)"
            " VALUES ('Month End LLP', '1 Main Street', '04-1', 'ME-1', 'UTC', 'USD', '', '', 'US', '')"
        )
        people = [("System", "system", None, None), ("Partner", "human", "billing partner", PARTNER)]
        people += [("Specialist", "human", "specialist", SPECIALIST)]
        people += [(f"Timekeeper {n}", "human", "timekeeper", token(n)) for n in range(1, TIMEKEEPERS + 1)]
        for number, (name, kind, role, secret) in enumerate(people, start=1):
            pg.execute(
                "INSERT INTO people_person (name, email, kind, zone, country, active_from, nda_signed_on)"
                " VALUES (%s, %s, %s, 'UTC', 'US', '2020-01-01', '2020-01-01')",
                [name, f"{number}@firm.example", kind],
            )
            if role is None or secret is None:
                continue
            pg.execute(
                "INSERT INTO authority_grant"
                " (person_id, role, from_at, needs_nda, needs_consent, limit_amount, limit_currency)"
                " VALUES (%s, %s, '2020-01-01', false, false, NULL, %s)",
                [number, role, "*" if role == "billing partner" else ""],
            )
            pg.execute(
                "INSERT INTO people_session"
                " (person_id, token_sha256, method, address, agent, country, opened_at, expires_at)"
                " VALUES (%s, %s, 'passkey', '127.0.0.1', 'bench', 'US', '2020-01-01', '2100-01-01')",
                [number, hashlib.sha256(secret.encode()).digest()],
            )
        pg.execute(
            "INSERT INTO people_timekeeper"
            " (id, number, first_name, last_name, classification, bar_year, person_id, office, from_on, origin)"
            " SELECT n, 'TK-' || n, 'Tim', 'Keeper ' || n, 'ASSOC', 2010, n + 3, 'NYC', '2010-01-01', 'meruit'"
            " FROM generate_series(1, %s) n",
            [TIMEKEEPERS],
        )
        pg.execute(
            "INSERT INTO matters_client (id, number, name, opened_on, origin, needs_consent_abroad)"
            " SELECT n, 'C-' || n, 'Client ' || n, '2020-01-01', 'meruit', false FROM generate_series(1, %s) n",
            [max(1, matters // 10)],
        )
        pg.execute(
            "INSERT INTO matters_payer"
            " (client_id, name, address, country, email, currency, tax_id, tax_name, tax_rate, rounding, terms_days,"
            " pays_in_order, delivery, portal_client_id, zone, guideline_set, appeal_days, appeal_business_days,"
            " appeals_allowed)"
            " SELECT id, name, '1 Main Street', 'US', '', 'USD', '', '', 0, 'half-up', 30, 'costs,tax,fees',"
            " 'client-portal', number, 'UTC', '', 30, false, 1 FROM matters_client"
        )
        pg.execute(
            "INSERT INTO matters_matter"
            " (id, client_id, number, name, practice, opened_on, responsible_id, code_set, currency, origin)"
            " SELECT n, 1 + n %% (SELECT count(*) FROM matters_client), 'M-' || n, 'Matter ' || n, 'litigation',"
            " '2020-01-01', 2, 'L', 'USD', 'meruit' FROM generate_series(1, %s) n",
            [matters],
        )


def rates() -> list[dict[str, str | int]]:
    """The firm's rate card."""
    return [
        {
            "level": "standard",
            "timekeeper_id": n,
            "amount": f"{300 + 10 * n}.00",
            "currency": "USD",
            "from_on": "2020-01-01",
        }
        for n in range(1, TIMEKEEPERS + 1)
    ]


def work(entries: int, matters: int) -> Iterator[NewEntry]:
    """A month's entries, the same for the same counts."""
    chance = random.Random(98)
    for n in range(entries):
        yield NewEntry(
            kind="time",
            matter_id=1 + n % matters,
            timekeeper_id=1 + n * 7 % TIMEKEEPERS,
            worked_on=FIRST + timedelta(days=chance.randrange(31)),
            narrative=f"{chance.choice(NARRATIVES)} ({n})",
            hours=Decimal(chance.randrange(1, 60)) / 10,
            task_code="L210",
            activity_code="A103",
        )
