"""What docs/operations.md tells an administrator to type makes what `serve` asks for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.postgres import GATE, LOGINS, OWNER, configuration, own_server, system_user, urls
from meruit.postgres.binaries import NEWEST, OLDEST, VARIABLE
from meruit.postgres.databases import LARGE_OBJECT_MAKERS

if TYPE_CHECKING:
    from meruit.postgres import Cluster

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_statements_for_an_own_server_make_five_fit_logins(cluster: Cluster) -> None:
    outside, inside = re.findall(r"```sql\n(.*?)```", PAGE, re.S)
    outside, inside = (text.replace("meruit", "firms_meruit") for text in (outside, inside))
    names = [login.name.replace("meruit", "firms_meruit") for login in LOGINS]
    with cluster.superuser() as connection:
        try:
            for statement in outside.split(";\n"):
                connection.execute(statement.encode())
            with cluster.superuser("firms_meruit") as connected:
                connected.execute(inside.encode())
            for number, name in enumerate([names[0], *(names[i] for i in (1, 2, 3, 4))], 1):
                url = urls.written(cluster.places, name, f"change me {number}", "firms_meruit")
                with psycopg.connect(url, autocommit=True) as login:
                    if name == "firms_meruit_owner":
                        login.execute("CREATE TABLE bill (number integer)")
                    else:
                        assert own_server.unfit(login) == []
                        with pytest.raises(psycopg.errors.InsufficientPrivilege):
                            login.execute("SELECT lo_create(0)")
        finally:
            connection.execute("DROP DATABASE IF EXISTS firms_meruit")
            for name in names:
                connection.execute(f"DROP ROLE IF EXISTS {name}".encode())


def test_the_page_names_every_login_variable_setting_and_number() -> None:
    assert all(f"`{login.variable}`" in PAGE and f"CREATE ROLE {login.name} " in PAGE for login in LOGINS)
    assert f"`{VARIABLE}`" in PAGE
    assert f"PostgreSQL {OLDEST} to {NEWEST}" in PAGE
    assert configuration.FIRMS in PAGE
    assert f"between {system_user.FIRST_ID} and {system_user.LAST_ID}" in PAGE
    for name in ("log_statement", "log_min_messages", "log_parameter_max_length", "log_parameter_max_length_on_error"):
        assert f"`{name} = {configuration.PRIVATE[name]}`" in PAGE
    assert all(function.split("(")[0] in PAGE for function in LARGE_OBJECT_MAKERS)
    assert LOGINS[:2] == (OWNER, GATE)  # the order in which the page numbers the passwords
