"""A firm in the middle of its work, for whoever looks for a way around a decision.

Everything is a write-off of work in progress: prepared by Cleo at 525 dollars or more, decided by Ada. The
numbers are handed to the attempts by name.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg

from meruit.authority import actions
from meruit.authority.acts import Actor, moment
from meruit.authority.models import Decision
from meruit.invoices.actions import giving_up
from meruit.timesheets import actions as timesheets
from tests.support.bills import released
from tests.support.cast import IDS, token
from tests.support.work import agree_rates, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm

#: People beside the cast: name -> columns of the grant that makes them a billing partner of a kind.
STRANGERS: dict[str, dict[str, Any]] = {
    "past": {"until_at": "2021-01-01"},
    "future": {"from_at": "2090-01-01"},
    "revoked": {},
    "walled": {},
    "elsewhere": {"client_id": 2},
    "poor": {"limit_amount": "100"},
    "undisclosed": {"needs_consent": True},
    "unsworn": {"needs_nda": True},
    "gone": {},
    "second": {},  # Ada's second account
}
GRANT: dict[str, Any] = {
    "person_id": IDS["Cleo"], "role": "billing partner", "client_id": None, "matter_id": None, "until_at": None,
    "needs_nda": False, "needs_consent": False, "limit_amount": "100.00", "limit_currency": "USD",
}  # fmt: skip


def strangers(firm: Firm) -> dict[str, int]:
    """Enrol people whose authority is not in force, each for a reason of his own."""
    made = {}
    with psycopg.connect(firm.url("owner")) as pg:
        for name, grant in STRANGERS.items():
            row = pg.execute(
                "INSERT INTO people_person (name, email, kind, zone, country, active_from, same_person_id)"
                " VALUES (%s, %s, 'human', 'UTC', 'US', '2020-01-01', %s) RETURNING id",
                [name.title(), f"{name}@firm.example", IDS["Ada"] if name == "second" else None],
            ).fetchone()
            assert row is not None
            made[name] = row[0]
            values = {
                "person_id": row[0], "role": "billing partner", "from_at": "2020-01-01", "needs_nda": False,
                "needs_consent": False, "limit_amount": "100000", "limit_currency": "USD", **grant,
            }  # fmt: skip
            columns = ", ".join(values)
            given = pg.execute(
                f"INSERT INTO authority_grant ({columns}) VALUES ({', '.join(['%s'] * len(values))}) RETURNING id",
                list(values.values()),
            ).fetchone()
            assert given is not None
            if name == "revoked":
                _unguarded(pg, "authority_revocation", {"grant_id": given[0], "at": "2021-01-01", "decision_id": 0})
            if name == "gone":
                _unguarded(
                    pg,
                    "people_departure",
                    {"person_id": row[0], "left_at": "2021-01-01", "reason": "", "decision_id": 0},
                )
            pg.execute(
                "INSERT INTO people_session"
                " (person_id, token_sha256, method, address, agent, country, opened_at, expires_at)"
                " VALUES (%s, %s, 'passkey', '', '', 'US', '2020-01-01', '2100-01-01')",
                [row[0], hashlib.sha256(token(name).encode()).digest()],
            )
        pg.execute(
            "INSERT INTO matters_wall (matter_id, person_id, reason, from_on) "
            " VALUES (1, %s, 'Formerly counsel for Doe.', (now() AT TIME ZONE 'UTC')::date)",
            [made["walled"]],
        )
    return made


def attest(
    firm: Firm, name: str, proposal: int, content: bytes, *, verdict: str = "approved", nonce: bytes | None = None
) -> int:
    """What the gate hands over once it has checked a passkey's signature (which is the gate's own test)."""
    import secrets

    with psycopg.connect(firm.url("gate")) as pg:
        row = pg.execute(
            "SELECT authority.attest(%s, %s, %s, %s, %s, 'firm.example', '\\x01', '\\x02', '\\x03', '\\x04', '\\x05')",
            [token(name), proposal, verdict, content, nonce or secrets.token_bytes(32)],
        ).fetchone()
    assert row is not None
    return int(row[0])


def digest_of(proposal: int) -> bytes:
    """The SHA-256 of what a proposal says."""
    from meruit.authority.models import Proposal

    return bytes(Proposal.objects.get(pk=proposal).content_sha256)


def scene(firm: Firm) -> dict[str, str]:
    """Proposals and decisions in every state an attempt could want to use; their numbers by name."""
    known: dict[str, int | str] = {f"person_{name}": number for name, number in strangers(firm).items()}
    known |= {f"person_{name.lower()}": number for name, number in IDS.items()}
    agree_rates(firm)
    names = (
        "open",
        "decided",
        "used",
        "refused",
        "withdrawn",
        "lapsed",
        "stale",
        "second",
        "gita",
        "system",
        "amend",
        "spare",
    )
    entries = released(firm, [hours() for _ in names])
    for name, entry in zip(names, entries, strict=True):
        known[f"entry_{name}"] = entry
    known["entry_big"] = released(firm, [hours(time="4")])[0]
    known["entry_other"] = released(firm, [hours(matter=2)])[0]
    known["entry_twice"] = released(firm, [hours(time="4.1")])[0]
    for name, entry in zip(("first", "split"), released(firm, [hours(timekeeper=1) for _ in range(2)]), strict=True):
        known[f"entry_{name}"] = entry

    def put(name: str, by: Actor) -> int:
        known[name] = giving_up.propose_wip_write_off(by, int(known[f"entry_{name}"]), reason="Uncollectable")
        return int(known[name])

    now = moment()
    firm.at(now - timedelta(days=60))
    known["lapsed_decision"] = actions.decide(firm.ada, put("lapsed", firm.cleo), "approved")
    firm.at(datetime.now(UTC))
    for name in ("decided", "used", "stale"):
        known[f"{name}_decision"] = actions.decide(firm.ada, put(name, firm.cleo), "approved")
    giving_up.carry_out_write_off(firm.cleo, Decision.objects.get(pk=known["used_decision"]))
    known["refused_decision"] = actions.decide(firm.ada, put("refused", firm.cleo), "refused", reason="Bill it")
    actions.withdraw(firm.cleo, put("withdrawn", firm.cleo), "Mistaken")
    put("open", firm.cleo)
    put("amend", firm.cleo)
    put("big", firm.ada)
    put("gita", firm.gita)
    put("second", Actor(person_id=int(known["person_second"]), token=token("second")))
    known["first_decision"] = actions.decide(firm.ada, put("first", firm.ada), "approved")
    put("split", firm.ada)
    timesheets.change_own(firm.ben, int(known["entry_stale"]), hours(narrative="Something else"), reason="Corrected")
    for name, reason in (("standing", "wip"), ("standing_ended", "wip"), ("standing_debt", "bad-debt")):
        known[name] = actions.give_standing(
            firm.ada, "write-off", payer_id=None, reason_code=reason, cap_item=Decimal(600), cap_month=Decimal(700),
            currency="USD", expires_at=moment() + timedelta(days=30),
        )  # fmt: skip
    actions.end_standing(firm.ada, int(known["standing_ended"]))
    actions.decide_by_standing(firm.cleo, put("system", firm.cleo), int(known["standing"]))
    put("spare", firm.cleo)
    until = moment() + timedelta(days=30)
    actions.name_stand_in(firm.ada, IDS["Gita"], kind=None, from_at=moment() - timedelta(days=1), until_at=until)
    actions.name_stand_in(firm.gita, IDS["Ines"], kind=None, from_at=moment() - timedelta(days=1), until_at=until)
    known["grant"] = actions.propose(
        firm.eve, "grant", GRANT, subject="people_person", subject_id=IDS["Cleo"], reason="Asked"
    )
    known["grant_eve"] = actions.propose(
        firm.cleo,
        "grant",
        GRANT | {"person_id": IDS["Eve"]},
        subject="people_person",
        subject_id=IDS["Eve"],
        reason="Asked",
    )
    for one in ("grant", "grant_eve"):
        known[f"{one}_sha256"] = digest_of(int(known[one])).hex()
    known["delayed"] = actions.propose(
        firm.eve,
        "grant",
        GRANT | {"limit_amount": "200.00"},
        subject="people_person",
        subject_id=IDS["Cleo"],
        reason="Asked",
    )
    known["attestation"] = attest(firm, "Hugo", int(known["delayed"]), digest_of(int(known["delayed"])))
    known["delayed_decision"] = actions.decide(firm.hugo, int(known["delayed"]), "approved")
    return {name: str(value) for name, value in known.items()}


def _unguarded(pg: psycopg.Connection, table: str, values: dict[str, Any]) -> None:
    pg.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be altered
    pg.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    pg.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})", list(values.values())
    )
    pg.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
