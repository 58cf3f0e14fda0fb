"""A backup proves itself before it is restored, and the restored database before it is used."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.postgres import APP, OWNER, READER, Cluster, PostgresRefused, backup, own_server, testing
from meruit.postgres.logins import DATABASE
from tests.support import servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 9, 18, 30, tzinfo=UTC)

#: A ledger in small: a guard of the owner's, a grant, a deferred rule, text and cents that must come back.
LEDGER = """
CREATE TABLE posting (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, matter text, amount numeric(14, 2));
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ BEGIN RAISE EXCEPTION 'Postings are never edited.'; END $$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION guard();
REVOKE EXECUTE ON FUNCTION guard() FROM PUBLIC;
GRANT SELECT, INSERT ON posting TO meruit_app;
GRANT SELECT ON posting TO meruit_reader;
CREATE UNLOGGED TABLE acting (xid xid8 PRIMARY KEY);
INSERT INTO acting VALUES (pg_current_xact_id());
INSERT INTO posting (matter, amount) VALUES ('Müller ./. Łódź', 0.01), ('1042', -0.01);
"""


def balanced(connection: psycopg.Connection) -> list[str]:
    row = connection.execute("SELECT sum(amount) FROM posting").fetchone()
    assert row is not None
    return [] if row[0] == 0 else [f"The postings sum to {row[0]} and not to zero."]


@pytest.fixture(scope="module")
def own() -> Iterator[Cluster]:
    with testing.throwaway_cluster() as made:
        with psycopg.connect(made.url(OWNER)) as connection:
            connection.execute(LEDGER.encode())
        yield made


@pytest.fixture
def made(own: Cluster, tmp_path: Path) -> Path:
    folder = tmp_path / "backups" / "2026-03-09"
    backup.back_up(own.url(OWNER), folder, now=NOW, version="0.1.0")
    return folder


@pytest.fixture
def restored(own: Cluster, made: Path) -> Iterator[str]:
    backup.restore(own, made, "restored", {"ledger": balanced})
    yield "restored"
    own.drop_database("restored")


def names(own: Cluster) -> set[str]:
    with own.superuser() as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall()}


def test_a_restored_database_has_every_row_guard_and_grant(own: Cluster, restored: str) -> None:
    with psycopg.connect(own.url(APP, restored), autocommit=True) as connection:
        rows = connection.execute("SELECT matter, amount::text FROM posting ORDER BY number").fetchall()
        assert rows == [("Müller ./. Łódź", "0.01"), ("1042", "-0.01")]
        connection.execute("INSERT INTO posting (matter, amount) VALUES ('1043', 0)")
        own_server.refuse_unfit_role(connection)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE posting SET amount = 0")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT lo_create(0)")
    with psycopg.connect(own.url(READER, restored)) as connection:
        connection.execute("TABLE posting")
    with psycopg.connect(own.url(OWNER, restored), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.RaiseException, match="never edited"):
            connection.execute("UPDATE posting SET amount = 0")
        owners = connection.execute(
            "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchall()
        assert owners == [("meruit_owner",)]


def test_who_acted_in_a_transaction_does_not_travel_to_a_server_that_gives_its_number_again(
    own: Cluster, restored: str
) -> None:
    for name, rows in ((DATABASE, 1), (restored, 0)):
        with psycopg.connect(own.url(OWNER, name)) as connection:
            assert connection.execute("SELECT count(*) FROM acting").fetchone() == (rows,)


def test_a_backup_is_private_and_holds_no_secret_of_the_home(own: Cluster, made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in made.iterdir()} == {
        "database.dump": 0o600,
        "manifest.json": 0o600,
    }
    password = own.url(OWNER).split(":")[2].split("@")[0].encode()
    assert all(password not in file.read_bytes() for file in made.iterdir())


def test_the_manifest_says_what_when_and_from_where(own: Cluster, made: Path) -> None:
    manifest = backup.checked(made)
    assert manifest.made_at == "2026-03-09T18:30:00+00:00"
    assert (manifest.database, manifest.meruit_version, manifest.format) == ("meruit", "0.1.0", "meruit-backup-1")
    assert int(manifest.server_version) // 10000 == own.binaries.version
    assert manifest.bytes == (made / "database.dump").stat().st_size


def test_a_backup_never_replaces_another(own: Cluster, made: Path) -> None:
    with pytest.raises(PostgresRefused, match="already there"):
        backup.back_up(own.url(OWNER), made, now=NOW, version="0.1.0")
    backup.checked(made)


def test_a_backup_that_fails_is_not_there(own: Cluster, tmp_path: Path) -> None:
    wrong = own.url(APP)  # may not read the schema's definitions under lock
    with psycopg.connect(own.url(OWNER)) as connection:
        connection.execute("CREATE TABLE closed (a integer)")
    try:
        with pytest.raises(PostgresRefused, match=r"pg_dump ended with status 1; it says: .*permission denied"):
            backup.back_up(wrong, tmp_path / "failed", now=NOW, version="0.1.0")
    finally:
        with psycopg.connect(own.url(OWNER)) as connection:
            connection.execute("DROP TABLE closed")
    assert not (tmp_path / "failed").exists()


@pytest.mark.parametrize("position", [0, -1])
def test_one_changed_byte_is_found_before_anything_is_restored(own: Cluster, made: Path, position: int) -> None:
    dump = made / "database.dump"
    content = bytearray(dump.read_bytes())
    content[position] ^= 1
    dump.write_bytes(content)
    with pytest.raises(PostgresRefused, match="is not what was written"):
        backup.restore(own, made, "never", {})
    assert "never" not in names(own)


def test_a_cut_dump_and_a_missing_part_are_found(own: Cluster, made: Path) -> None:
    dump = made / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-10])
    with pytest.raises(PostgresRefused, match="is not what was written"):
        backup.checked(made)
    dump.unlink()
    with pytest.raises(PostgresRefused, match=r"is not whole: it holds no database\.dump"):
        backup.checked(made)
    (made / "manifest.json").unlink()
    with pytest.raises(PostgresRefused, match="is not a backup"):
        backup.checked(made)


@pytest.mark.parametrize(
    "text, says",
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"sha256": "x"}', "cannot be read"),
        ("later", 'has the format "meruit-backup-9"; this Meruit reads meruit-backup-1'),
    ],
)
def test_a_manifest_that_is_none_is_refused(made: Path, text: str, says: str) -> None:
    manifest = made / "manifest.json"
    if text == "later":
        text = json.dumps(json.loads(manifest.read_text()) | {"format": "meruit-backup-9"})
    manifest.write_text(text)
    with pytest.raises(PostgresRefused) as refused:
        backup.checked(made)
    assert says in str(refused.value)


def test_a_restored_database_that_fails_a_check_is_told_in_full_and_dropped(own: Cluster, made: Path) -> None:
    def broken(connection: psycopg.Connection) -> list[str]:
        return ["Record 7 does not follow record 6.", "The head differs."]

    with pytest.raises(PostgresRefused) as refused:
        backup.restore(own, made, "never", {"audit": broken, "ledger": balanced})
    assert str(refused.value) == (
        "The restored database is not whole. audit: Record 7 does not follow record 6. audit: The head differs."
    )
    assert "never" not in names(own)


def test_a_check_cannot_change_what_it_checks(own: Cluster, made: Path) -> None:
    def meddles(connection: psycopg.Connection) -> list[str]:
        connection.execute("INSERT INTO posting (matter, amount) VALUES ('1', 1)")
        return []

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        backup.restore(own, made, "never", {"audit": meddles})
    assert "never" not in names(own)


def test_a_restore_never_touches_a_database_that_is_there(own: Cluster, made: Path) -> None:
    with pytest.raises(PostgresRefused, match='The database "meruit" is already there'):
        backup.restore(own, made, DATABASE, {})
    with psycopg.connect(own.url(OWNER)) as connection:
        assert balanced(connection) == []


def test_the_checked_database_takes_the_place_of_the_old_one_which_is_kept(own: Cluster, made: Path) -> None:
    with psycopg.connect(own.url(OWNER)) as connection:
        connection.execute("INSERT INTO posting (matter, amount) VALUES ('after the backup', 5)")
    busy = psycopg.connect(own.url(APP))
    backup.restore(own, made, "restored_again", {"ledger": balanced})
    kept = backup.put_in_place(own, "restored_again", NOW)
    busy.close()
    assert kept == "meruit_until_20260309_183000"
    with psycopg.connect(own.url(APP)) as connection:
        assert connection.execute("SELECT count(*) FROM posting").fetchone() == (2,)
    with psycopg.connect(own.url(OWNER, kept)) as connection:
        assert connection.execute("SELECT count(*) FROM posting").fetchone() == (3,)
    with pytest.raises(PostgresRefused, match="no database"):
        backup.put_in_place(own, "restored_again", NOW)


def test_newer_programs_restore_on_an_older_server_and_forgive_nothing_else(
    own: Cluster, made: Path, folder: Path
) -> None:
    older = servers.of_the_system()
    if older is None or older.version >= own.binaries.version:
        pytest.skip("no older PostgreSQL is installed on this system")
    firms = Cluster(folder / "home", binaries=older, throwaway=True)
    with firms.running():
        firms.create_database("copy")
        backup.refuse_filled(firms.url(OWNER, "copy"))
        backup.load(firms.url(OWNER, "copy"), made, found=own.binaries)
        backup.verify(firms.url(OWNER, "copy"), {"ledger": balanced})
        with psycopg.connect(firms.url(APP, "copy")) as connection:
            assert connection.execute("SELECT count(*) FROM posting").fetchone() == (2,)
        with pytest.raises(PostgresRefused, match="already exists"):
            backup.load(firms.url(OWNER, "copy"), made, found=own.binaries)
