"""The schema as it stands, walked: nothing unlisted, nothing unguarded, nothing that a login owns."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import models

from meruit.postgres import testing
from meruit.schema import grants
from meruit.schema.install import matrix
from tests.support.firm import LOGINS, Firm

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from meruit.postgres.cluster import Cluster

OURS = [role.name for login, role in LOGINS.items() if login != "owner"]
#: Columns of type double precision that are not money: none so far.
FLOATS: set[tuple[str, str]] = set()
#: Tables that are themselves a protocol of what was done, or bytes known by their hash.
PROTOCOLS = {"steps_run", "steps_step", "steps_item", "imports_batch", "imports_source", "documents_document"}
#: Guarded tables whose rows change later, and the only column that does.
CHANGES = {"people_authenticatorreset": "carried_out_at", "people_person": ""}


@pytest.fixture(scope="module")
def pg(cluster: Cluster) -> Iterator[psycopg.Connection]:
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}_schema"
    with testing.clone(cluster, name, "template_firm"):
        firm = Firm(cluster, name)
        yield firm.sql("owner", autocommit=True)
        firm.close()


def column(pg: psycopg.Connection, query: str, *values: object) -> list[str]:
    return [str(row[0]) for row in pg.execute(query.encode(), values).fetchall()]


SCHEMAS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def test_every_table_stands_in_the_table_of_grants_and_the_other_way_round(pg: psycopg.Connection) -> None:
    assert set(column(pg, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) == set(
        grants.read()["tables"]
    )


def test_the_rights_that_stand_are_those_of_the_table(pg: psycopg.Connection) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    rows = pg.execute(
        "SELECT c.relname, a.grantee::regrole::text, a.privilege_type FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a"
        f" WHERE {SCHEMAS} AND a.grantee <> c.relowner"
    )
    for table, role, right in rows:
        found.setdefault((table, role), set()).add(right)
    wanted = {
        (table, LOGINS[login].name): {right for right, columns in grants.privileges(letters) if not columns}
        for table, rights in grants.read()["tables"].items()
        for login, letters in rights.items()
    }
    assert found == {key: rights for key, rights in wanted.items() if rights}


def test_nobody_but_the_owner_owns_or_may_make_anything(pg: psycopg.Connection) -> None:
    owned = column(
        pg,
        "SELECT format('%%s of %%s', classid::regclass, r.rolname) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid"
        " WHERE d.deptype = 'o' AND r.rolname = ANY (%s)",
        OURS,
    )
    assert owned == []
    for role in OURS:
        assert pg.execute(
            "SELECT has_database_privilege(%(r)s, current_database(), 'TEMP'),"
            " has_database_privilege(%(r)s, current_database(), 'CREATE'),"
            " (SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid IN (m.member, m.roleid) WHERE r.rolname = %(r)s),"
            " (SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = %(r)s)",
            {"r": role},
        ).fetchone() == (False, False, 0, False)
        assert (
            column(
                pg,
                f"SELECT nspname FROM pg_namespace n WHERE {SCHEMAS} AND has_schema_privilege(%s, n.oid, 'CREATE')",
                role,
            )
            == []
        )


def test_no_function_of_ours_is_everybodys(pg: psycopg.Connection) -> None:
    for_all = column(
        pg,
        "SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        f" WHERE {SCHEMAS} AND EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)",
    )
    assert for_all == []
    callable_ = {
        (name, login)
        for login, role in LOGINS.items() if login != "owner"
        for name in column(
            pg,
            "SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            f" WHERE {SCHEMAS} AND has_function_privilege(%s, p.oid, 'EXECUTE')",
            role.name,
        )
    }  # fmt: skip
    assert callable_ == {(name, login) for name, logins in grants.read()["functions"].items() for login in logins}


def test_no_name_of_a_function_stands_for_two(pg: psycopg.Connection) -> None:
    assert column(
        pg,
        "SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        f" WHERE {SCHEMAS} GROUP BY 1 HAVING count(*) > 1",
    ) == []  # fmt: skip


def test_every_function_fixes_its_search_path(pg: psycopg.Connection) -> None:
    assert column(
        pg,
        "SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        f" WHERE {SCHEMAS} AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)",
    ) == []  # fmt: skip


def test_every_function_that_looks_at_days_fixes_the_zone_or_is_called_by_one_that_does(pg: psycopg.Connection) -> None:
    loose = column(
        pg,
        "SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        f" WHERE n.nspname IN ('authority', 'audit', 'people') AND {SCHEMAS} AND p.prosrc ~ '(at|now_)::date'"
        " AND NOT coalesce('TimeZone=UTC' = ANY (p.proconfig), false)",
    )
    assert loose == []


def test_every_effect_is_guarded_kept_and_never_emptied(pg: psycopg.Connection) -> None:
    effects = set(
        column(
            pg,
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attname = 'decision_id' AND NOT a.attisdropped",
        )
    )
    mechanism = {
        t
        for t in effects
        if t.startswith("authority_") and t not in ("authority_grant", "authority_limit", "authority_revocation")
    }
    written = {
        table for table, rights in grants.read()["tables"].items() for letters in rights.values()
        if any(right == "INSERT" for right, _ in grants.privileges(letters))
    }  # fmt: skip
    for table in sorted((effects - mechanism - {"audit_record"}) & written):
        triggers = {
            name: (function, enabled)
            for name, function, enabled in pg.execute(
                "SELECT t.tgname, t.tgfoid::regproc::text, t.tgenabled FROM pg_trigger t WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal",
                [f"public.{table}"],
            )
        }
        assert all(enabled == "O" for _, enabled in triggers.values()), table
        nullable = pg.execute(
            "SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'decision_id'",
            [f"public.{table}"],
        ).fetchone()
        assert triggers.get("a_guard", ("",))[0] == "authority.guard" or nullable == (True,), f"{table} has no guard"
        assert triggers["history_t"][0] == "authority.refuse_truncate", table
        if table not in CHANGES and nullable != (True,):
            assert triggers["append_only"][0] == "authority.refuse_change", table


@pytest.mark.parametrize("kind", matrix(), ids=lambda kind: kind["slug"])
def test_a_kind_that_can_be_described_has_an_effect(pg: psycopg.Connection, kind: dict[str, object]) -> None:
    described = column(pg, "SELECT to_regproc(%s) IS NOT NULL", kind["describes"]) == ["True"]
    guarded = column(
        pg,
        "SELECT tgrelid::regclass FROM pg_trigger WHERE tgfoid = 'authority.guard'::regproc"
        " AND (%s = ANY (string_to_array(split_part(encode(tgargs, 'escape'), '\\000', 1), ','))"
        "      OR split_part(encode(tgargs, 'escape'), '\\000', 1) LIKE 'column:%%')",
        kind["slug"],
    )
    assert not described or guarded


def test_money_is_numeric_and_nothing_is_a_float(pg: psycopg.Connection) -> None:
    floats = pg.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('real', 'double precision', 'money')"
    ).fetchall()
    assert set(floats) == FLOATS


def test_nothing_cascades_and_the_trail_points_at_nothing(pg: psycopg.Connection) -> None:
    assert (
        column(
            pg, "SELECT conname FROM pg_constraint WHERE contype = 'f' AND (confdeltype <> 'a' OR confupdtype <> 'a')"
        )
        == []
    )
    assert column(
        pg, "SELECT conname FROM pg_constraint WHERE contype = 'f' AND (conrelid::regclass::text ~ '^audit' OR confrelid::regclass::text ~ '^audit')"
    ) == []  # fmt: skip
    for model in apps.get_models():
        if model.__module__.startswith("meruit."):
            for key in model._meta.get_fields():
                if isinstance(key, models.ForeignKey):
                    assert key.remote_field.on_delete is not models.CASCADE or model._meta.app_label == "gate", key


def test_what_the_app_may_write_leaves_history_or_is_a_session_of_a_library(pg: psycopg.Connection) -> None:
    """Whatever app or worker may change by hand is told by a history trigger, whoever sends the statement."""
    silent = []
    for table, rights in grants.read()["tables"].items():
        letters = ",".join(rights[login] for login in ("app", "worker") if login in rights)
        if not {"INSERT", "UPDATE", "DELETE"} & {right for right, _ in grants.privileges(letters or "S")}:
            continue
        told = column(
            pg,
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname IN ('history_i', 'history_u')",
            f"public.{table}",
        )
        if len(told) < 2 and table not in PROTOCOLS:
            silent.append(table)
    assert silent == []
