"""The fixed cast, enrolled by the owner in the template.

Ada (billing partner), Ben (timekeeper), Cleo (specialist), Dan (behind the ethical wall), Eve and Hugo
(administrators), Finn (trust signer), Gita (Ada's stand-in), Ines (attorney), Jon (auditor), Kim (lead). Every
one of them has a session whose token is `token-<name>`.
"""

from __future__ import annotations

import hashlib

import psycopg

#: name -> (roles, country); in this order they are persons 2, 3, ... (person 1 is the system)
PEOPLE: dict[str, tuple[tuple[str, ...], str]] = {
    "Ada": (("billing partner", "attorney"), "US"),
    "Ben": (("timekeeper",), "US"),
    "Cleo": (("specialist",), "PH"),
    "Dan": (("attorney", "specialist"), "US"),
    "Eve": (("administrator",), "US"),
    "Finn": (("trust signer",), "US"),
    "Gita": (("billing partner",), "US"),
    "Hugo": (("administrator",), "US"),
    "Ines": (("attorney", "timekeeper"), "US"),
    "Jon": (("auditor",), "US"),
    "Kim": (("lead",), "PH"),
}
LIMITED = {"billing partner": "100000"}
IDS = {name: number for number, name in enumerate(PEOPLE, start=2)}


def token(name: str) -> str:
    """The secret of a member of the cast's session."""
    return f"token-{name.lower()}"


def enrol(owner_url: str) -> None:
    """People, grants, sessions, clients, matters, payers, timekeepers; written by the owner, as `init` does."""
    with psycopg.connect(owner_url) as pg:
        pg.execute(
            "INSERT INTO authority.installation (demonstration, name) VALUES (true, 'Test firm') ON CONFLICT DO NOTHING"
        )
        pg.execute(
            "INSERT INTO people_person (name, email, kind, zone, country, active_from)"
            " VALUES ('System', 'system@localhost', 'system', 'UTC', 'US', '2020-01-01')"
        )
        for name, (roles, country) in PEOPLE.items():
            zone = "Asia/Manila" if country == "PH" else "America/New_York"
            found = pg.execute(
                "INSERT INTO people_person (name, email, kind, zone, country, active_from, nda_signed_on)"
                " VALUES (%s, %s, 'human', %s, %s, '2020-01-01', '2020-01-01') RETURNING id",
                [name, f"{name.lower()}@firm.example", zone, country],
            ).fetchone()
            assert found is not None and found[0] == IDS[name]
            for role in roles:
                pg.execute(
                    "INSERT INTO authority_grant (person_id, role, from_at, needs_nda, needs_consent, limit_amount, limit_currency)"
                    " VALUES (%s, %s, '2020-01-01', false, false, %s, %s)",
                    [found[0], role, LIMITED.get(role), "USD" if role in LIMITED else ""],
                )
            pg.execute(
                "INSERT INTO people_session (person_id, token_sha256, method, address, agent, country, opened_at, expires_at)"
                " VALUES (%s, %s, 'passkey', '127.0.0.1', 'test', %s, '2020-01-01', '2100-01-01')",
                [found[0], hashlib.sha256(token(name).encode()).digest(), country],
            )
        pg.execute(
            "INSERT INTO matters_client (id, number, name, opened_on, origin, needs_consent_abroad) OVERRIDING SYSTEM VALUE VALUES"
            " (1, 'C-100', 'Northwind Insurance', '2024-01-02', 'meruit', false),"
            " (2, 'C-200', 'Harbor Freight Lines', '2024-01-02', 'meruit', false)"
        )
        payer = (
            "INSERT INTO matters_payer (id, client_id, name, address, country, email, currency, tax_id, tax_name, tax_rate, rounding,"
            " terms_days, pays_in_order, delivery, portal_client_id, zone, guideline_set, appeal_days, appeal_business_days, appeals_allowed)"
            " OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, '1 Main Street, Springfield', %s, 'pay@client.example', %s, '', %s, %s, 'half-up',"
            " 30, 'costs,tax,fees', %s, %s, 'America/New_York', '', 30, false, 1)"
        )
        pg.execute(payer, [1, 1, "Northwind Insurance", "US", "USD", "", 0, "client-portal", "NW-1"])
        pg.execute(payer, [2, 2, "Harbor Freight Lines", "US", "USD", "", 0, "pdf", ""])
        pg.execute(payer, [3, 2, "Harbor Freight Lines (UK) Ltd", "GB", "GBP", "VAT", "0.20", "pdf", ""])
        pg.execute(
            "INSERT INTO matters_matter (id, client_id, number, name, practice, opened_on, responsible_id, code_set, currency, origin)"
            " OVERRIDING SYSTEM VALUE VALUES"
            " (1, 1, 'M-1001', 'Doe v. Northwind insured', 'litigation', '2024-01-02', %(ada)s, 'L', 'USD', 'meruit'),"
            " (2, 2, 'M-2001', 'Charter dispute', 'litigation', '2024-01-02', %(ada)s, 'L', 'USD', 'meruit'),"
            " (3, 2, 'M-2002', 'London lease', 'corporate', '2024-01-02', %(gita)s, 'P', 'GBP', 'meruit')",
            {"ada": IDS["Ada"], "gita": IDS["Gita"]},
        )
        pg.execute(
            "INSERT INTO matters_wall (matter_id, person_id, reason, from_on) VALUES (1, %s, 'Formerly counsel for Doe.', '2024-01-02')",
            [IDS["Dan"]],
        )
        pg.execute(
            "INSERT INTO people_timekeeper (id, number, first_name, last_name, classification, bar_year, person_id, office, from_on, origin)"
            " OVERRIDING SYSTEM VALUE VALUES"
            " (1, 'TK-ADA', 'Ada', 'Archer', 'PARTNER', 1999, %(ada)s, 'NYC', '2010-01-01', 'meruit'),"
            " (2, 'TK-BEN', 'Ben', 'Baxter', 'ASSOC', 2018, %(ben)s, 'NYC', '2018-09-01', 'meruit'),"
            " (3, 'TK-INE', 'Ines', 'Iriarte', 'ASSOC', 2016, %(ines)s, 'NYC', '2016-09-01', 'meruit')",
            {"ada": IDS["Ada"], "ben": IDS["Ben"], "ines": IDS["Ines"]},
        )
        for table in ("matters_client", "matters_payer", "matters_matter", "people_timekeeper"):
            pg.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 100)")
