"""Bring a database to the present version: migrate, functions, matrix of authority, accounts, grants."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from meruit.schema import grants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent


def install(logins: Mapping[str, str], *, verbosity: int = 0) -> None:
    """Migrate, then apply every room's functions, the matrix and the grants, all or nothing.

    `logins` names the role of each login (app, worker, gate, reader). Run as the owner.
    """
    call_command("migrate", interactive=False, verbosity=verbosity)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")
        for path in statements():
            cursor.connection.execute(path.read_bytes())
        load_matrix()
        load_accounts()
        grants.apply(logins)


def statements() -> Iterator[Path]:
    """Every room's SQL in the order in which it is applied."""
    for room in settings.ROOMS:
        yield from sorted((ROOT / room / "sql").glob("*.sql"))


KIND_KEYS = frozenset({
    "slug", "title", "question", "four_eyes", "signed", "delay", "lasts", "batch", "standing", "trust", "alone",
    "describes", "may",
})  # fmt: skip
MAY_KEYS = frozenset({"role", "reach", "limited"})


def matrix() -> list[dict[str, Any]]:
    """The matrix of authority as written in `authority/kinds.toml`; unknown keys are refused."""
    kinds: list[dict[str, Any]] = tomllib.loads((ROOT / "authority" / "kinds.toml").read_text(encoding="utf-8"))["kind"]
    for kind in kinds:
        unknown = (set(kind) - KIND_KEYS) | {key for rule in kind["may"] for key in set(rule) - MAY_KEYS}
        if unknown:
            raise ValueError(f"kinds.toml, {kind.get('slug')}: unknown keys {', '.join(sorted(unknown))}.")
    return kinds


def load_matrix() -> None:
    """Copy the matrix into the database; a kind no longer written there can no longer be decided."""
    with connection.cursor() as cursor:
        for kind in matrix():
            four_eyes = kind["four_eyes"]
            above = four_eyes["above"] if isinstance(four_eyes, dict) else None
            cursor.execute(
                "INSERT INTO authority_kind (slug, title, question, four_eyes, four_eyes_above, signed, delay_hours,"
                " lasts_days, batch, standing, trust, alone, describes)"
                " VALUES (%s, %s, %s, %s, %s::numeric, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (slug) DO UPDATE SET title = EXCLUDED.title, question = EXCLUDED.question,"
                " four_eyes = EXCLUDED.four_eyes, four_eyes_above = EXCLUDED.four_eyes_above, signed = EXCLUDED.signed,"
                " delay_hours = EXCLUDED.delay_hours, lasts_days = EXCLUDED.lasts_days, batch = EXCLUDED.batch,"
                " standing = EXCLUDED.standing, trust = EXCLUDED.trust, alone = EXCLUDED.alone,"
                " describes = EXCLUDED.describes",
                [
                    kind["slug"], kind["title"], kind["question"], "above" if above else four_eyes, above,
                    kind.get("signed", False), kind.get("delay", 0), kind["lasts"], kind.get("batch", False),
                    kind.get("standing", False), kind.get("trust", False), kind.get("alone", ""), kind["describes"],
                ],
            )  # fmt: skip
            cursor.execute("DELETE FROM authority_rule WHERE kind_id = %s", [kind["slug"]])
            cursor.executemany(
                "INSERT INTO authority_rule (kind_id, role, reach, limited) VALUES (%s, %s, %s, %s)",
                [(kind["slug"], rule["role"], rule["reach"], rule.get("limited", False)) for rule in kind["may"]],
            )


ACCOUNT_KEYS = {"code", "title", "book", "normal"}


def accounts() -> list[dict[str, str]]:
    """The accounts of the ledger as written in `ledger/accounts.toml`; a missing or unknown key is refused."""
    listed: list[dict[str, str]] = tomllib.loads((ROOT / "ledger" / "accounts.toml").read_text(encoding="utf-8"))[
        "account"
    ]
    for account in listed:
        if set(account) != ACCOUNT_KEYS or account["normal"] not in ("debit", "credit"):
            raise ValueError(f"accounts.toml, {account.get('code')}: an account has {', '.join(sorted(ACCOUNT_KEYS))}.")
    return listed


def load_accounts() -> None:
    """Copy the accounts into the database. One that is no longer written there stays: it may have postings."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ledger_account (code, title, book, normal) VALUES (%(code)s, %(title)s, %(book)s, %(normal)s)"
            " ON CONFLICT (code) DO UPDATE SET title = EXCLUDED.title, book = EXCLUDED.book, normal = EXCLUDED.normal",
            accounts(),
        )
