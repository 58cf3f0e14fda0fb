"""A cluster lives exactly as long as its owner, and comes back from every way of dying."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest

from meruit.postgres import APP, OWNER, Cluster, PostgresRefused, configuration, leftovers
from meruit.postgres import cluster as cluster_module
from meruit.postgres.errors import AlreadySupervised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OWNING = Path(__file__).with_name("owning.py")


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait for a fact; it is a failure when it does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the awaited fact did not come"
        time.sleep(0.01)


def servers_of(cluster: Cluster) -> list[psutil.Process]:
    """Every process that works in the cluster's data folder: the server and its backends."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cwd() == str(cluster.places.data):
                found.append(process)
    return found


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    made = Cluster(home, throwaway=True)
    made.create()
    yield made
    made.destroy()


@contextlib.contextmanager
def owned_elsewhere(cluster: Cluster) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns the cluster's running server."""
    owner = subprocess.Popen([sys.executable, str(OWNING), str(cluster.home)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    try:
        assert owner.stdout.readline().strip().isdecimal(), "the owner did not start its server"
        yield owner
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()


def write_a_bill(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        connection.execute("CREATE TABLE bill (number integer)")
        connection.execute("INSERT INTO bill VALUES (1042)")


def bills(cluster: Cluster) -> list[tuple[int, ...]]:
    with psycopg.connect(cluster.url(OWNER)) as connection:
        return connection.execute("TABLE bill").fetchall()


def test_what_was_written_is_there_after_a_restart_and_a_stop_leaves_no_process(cluster: Cluster) -> None:
    cluster.start()
    write_a_bill(cluster)
    before = cluster.urls()
    assert servers_of(cluster)
    cluster.stop()
    assert servers_of(cluster) == []
    assert not (cluster.places.data / "postmaster.pid").exists()
    cluster.start()
    assert bills(cluster) == [(1042,)]
    assert cluster.urls() == before


@pytest.mark.parametrize(
    "name", ["with a space", 'it\'s "quoted"', "comma,ted", "100%", "Kanzlei Müller", "d/" + "deep" * 50]
)
def test_every_path_works(folder: Path, name: str) -> None:
    cluster = Cluster(folder / name / "home", throwaway=True)
    try:
        cluster.start()
        with psycopg.connect(cluster.url(APP)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("meruit_app",)
        sockets = cluster.places.sockets
        assert sockets is not None
        mode = 0o710 if os.geteuid() == 0 else 0o700
        assert sockets.stat().st_mode & 0o777 == mode
    finally:
        cluster.destroy()
    assert not sockets.exists()


def test_a_folder_beyond_the_longest_path_is_refused_with_a_way_out(folder: Path) -> None:
    with pytest.raises(PostgresRefused, match="set MERUIT_HOME to a shorter one"):
        Cluster(folder.joinpath(*["deep" * 25] * 9), throwaway=True).create()


def test_two_at_once_in_two_folders_know_nothing_of_each_other(folder: Path) -> None:
    with contextlib.ExitStack() as stack:
        one, two = Cluster(folder / "one", throwaway=True), Cluster(folder / "two", throwaway=True)
        for each in (one, two):
            stack.callback(each.destroy)
            each.start()
        write_a_bill(one)
        write_a_bill(two)
        one.stop()
        assert bills(two) == [(1042,)]
        assert one.places.user != two.places.user or os.geteuid() != 0


def test_a_killed_server_recovers_at_the_next_start(cluster: Cluster) -> None:
    cluster.start()
    write_a_bill(cluster)
    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGKILL)
    until(lambda: cluster.pid is None)
    assert not cluster.answer().alive
    cluster.stop()
    cluster.start()
    assert bills(cluster) == [(1042,)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_dies_with_its_owner_also_by_kill_9(cluster: Cluster) -> None:
    with owned_elsewhere(cluster) as owner:
        write_a_bill(cluster)
        owner.kill()
        until(lambda: servers_of(cluster) == [])
    cluster.start()
    assert bills(cluster) == [(1042,)]


def test_a_start_right_after_the_owner_was_killed_waits_for_what_still_ends(cluster: Cluster) -> None:
    with owned_elsewhere(cluster) as owner:
        write_a_bill(cluster)
        owner.kill()
        owner.wait()
        cluster.start()
    assert bills(cluster) == [(1042,)]


def test_owner_and_server_killed_together_leave_a_cluster_that_recovers(cluster: Cluster) -> None:
    with owned_elsewhere(cluster) as owner:
        write_a_bill(cluster)
        doomed = servers_of(cluster)
        owner.kill()
        for process in doomed:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        until(lambda: servers_of(cluster) == [])
    cluster.start()
    assert bills(cluster) == [(1042,)]


def test_a_server_that_lost_its_owner_is_stopped_and_started_anew(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the system does not tell a child of its parent's death."""
    monkeypatch.setattr(cluster_module, "dies_with_parent", lambda sign: None)
    told: list[str] = []
    left = Cluster(cluster.home, throwaway=True)
    left.start()
    write_a_bill(left)
    lost = left.server_process
    assert lost is not None
    left._server = None  # its owner forgets it and lets go of the lock, as a killed one does
    left.stop()
    assert cluster.answer().ready
    heir = Cluster(cluster.home, throwaway=True, report=told.append)
    heir.start()
    try:
        assert lost.wait(30) == 0, "it was shut down, not killed"
        assert bills(heir) == [(1042,)]
        assert f"process {lost.pid}" in told[0]
    finally:
        heir.stop()


@pytest.mark.parametrize("whose", ["ours", "the server's user"])
def test_a_pid_file_whose_number_belongs_to_somebody_else_now_is_no_obstacle(cluster: Cluster, whose: str) -> None:
    cluster.start()
    write_a_bill(cluster)
    where = cluster.places
    assert cluster.pid is not None
    pid_file = (where.data / "postmaster.pid").read_text()
    number = str(cluster.pid)
    os.kill(cluster.pid, signal.SIGKILL)
    cluster.stop()
    as_whom = where.user.popen_arguments() if whose == "the server's user" else {}
    stranger = subprocess.Popen(["sleep", "600"], **as_whom)
    try:
        (where.data / "postmaster.pid").write_text(pid_file.replace(number, str(stranger.pid), 1))
        cluster.start()
        assert bills(cluster) == [(1042,)]
        assert stranger.poll() is None, "the stranger is left alone"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_torn_pid_file_is_no_obstacle(cluster: Cluster) -> None:
    (cluster.places.data / "postmaster.pid").write_text("")
    cluster.start()
    assert cluster.answer().ready


def test_a_process_that_only_stands_in_the_data_folder_is_not_taken_for_the_server(cluster: Cluster) -> None:
    data = cluster.places.data
    shell = subprocess.Popen(["sleep", "600"], cwd=data)
    try:
        (data / "postmaster.pid").write_text(f"{shell.pid}\n{data}\n")
        assert leftovers.server_of(data) is None
    finally:
        shell.kill()
        shell.wait()


def test_one_home_has_one_owner(cluster: Cluster) -> None:
    with owned_elsewhere(cluster) as owner:
        with pytest.raises(AlreadySupervised, match=f"already run by process {owner.pid}"):
            cluster.start()
        with pytest.raises(AlreadySupervised):
            cluster.destroy()
        with cluster.running():
            assert cluster.pid is None, "it uses the other's server"
            assert cluster.answer().ready
        assert cluster.answer().ready


def test_running_starts_a_server_of_its_own_where_nobody_runs_one_and_stops_it(cluster: Cluster) -> None:
    with cluster.running():
        assert cluster.pid is not None
    assert not cluster.answer().alive
    assert servers_of(cluster) == []


def test_a_kill_while_the_data_is_made_leaves_nothing_half_made(cluster: Cluster) -> None:
    where = cluster.places
    half = where.cluster / "making-killed"
    half.mkdir()
    where.data.rename(half / "data")
    assert not cluster.exists()
    cluster.start()
    write_a_bill(cluster)
    assert not half.exists()


def test_the_wait_for_recovery_is_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_REPORT_EVERY_SECONDS", 0.0)
    told: list[str] = []
    cluster = Cluster(folder / "home", throwaway=True, report=told.append)
    try:
        cluster.start()
    finally:
        cluster.destroy()
    assert told[0] == "The database is made."
    assert any(line.startswith("PostgreSQL is not ready yet (0 s): ") for line in told)


def test_a_server_that_cannot_start_says_why_and_lets_go(cluster: Cluster) -> None:
    firm = cluster.places.cluster / configuration.FIRMS
    firm.write_text("shared_buffers = 'plenty'\n")
    firm.chmod(0o644)
    with pytest.raises(PostgresRefused, match=r'it says: .*"shared_buffers": "plenty"'):
        cluster.start()
    assert servers_of(cluster) == []
    firm.unlink()
    cluster.start()


def test_an_interrupted_start_leaves_no_process(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Cluster) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Cluster, "_complete", interrupted)
        with pytest.raises(KeyboardInterrupt):
            cluster.start()
    assert servers_of(cluster) == []
    cluster.start()


def test_data_of_another_version_is_refused_and_left_as_it_is(cluster: Cluster) -> None:
    version = cluster.places.data / "PG_VERSION"
    kept = version.read_text()
    version.write_text("14\n")
    with pytest.raises(PostgresRefused, match="made by PostgreSQL 14"):
        cluster.start()
    version.write_text(kept)


def test_loopback_serves_where_there_are_no_sockets(folder: Path) -> None:
    cluster = Cluster(folder / "home", throwaway=True, loopback=True)
    try:
        cluster.start()
        with cluster.superuser() as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
            assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)
        with psycopg.connect(cluster.url(APP)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("meruit_app",)
        guess = cluster.url(APP).replace(cluster.url(APP).split(":")[2].split("@")[0], "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(guess)
    finally:
        cluster.destroy()


def test_a_moved_home_starts_and_a_copied_one_has_a_server_of_its_own(cluster: Cluster, folder: Path) -> None:
    cluster.start()
    write_a_bill(cluster)
    cluster.stop()
    subprocess.run(["cp", "-a", str(cluster.home), str(folder / "copy")], check=True)
    copy = Cluster(folder / "copy", throwaway=True)
    cluster.start()
    copy.start()
    try:
        assert copy.places.sockets != cluster.places.sockets
        with psycopg.connect(copy.url(OWNER)) as connection:
            connection.execute("INSERT INTO bill VALUES (1043)")
        assert bills(cluster) == [(1042,)]
        copy.stop()
        copy.home.rename(folder / "moved")
        copy = Cluster(folder / "moved", throwaway=True)
        copy.start()
        assert bills(copy) == [(1042,), (1043,)]
    finally:
        copy.destroy()


def test_a_short_socket_folder_that_vanished_or_was_replaced_is_not_used_again(folder: Path) -> None:
    cluster = Cluster(folder / ("deep" * 40) / "home", throwaway=True)
    try:
        cluster.start()
        first = cluster.places.sockets
        assert first is not None
        assert first.parent != cluster.places.cluster
        cluster.stop()
        trap = folder / "trap"
        trap.mkdir()
        first.symlink_to(trap)  # somebody lays a link where the folder was
        cluster.start()
        assert cluster.places.sockets != first
        assert list(trap.iterdir()) == []
        first.unlink()
    finally:
        cluster.destroy()


def test_no_statement_and_no_parameter_reaches_the_log(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.url(OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE token (word text PRIMARY KEY)")
        connection.execute("INSERT INTO token VALUES ('hush-literal')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO token VALUES ('hush-literal')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            psycopg.RawCursor(connection).execute("INSERT INTO token VALUES ($1)", ["hush-literal"])
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            psycopg.RawCursor(connection).execute("SELECT $1::text::integer", ["1hush"])
    cluster.stop()
    log = cluster.places.start_log.read_text()
    assert "database system is ready" in log
    assert "hush" not in log


def test_the_kind_of_shared_memory_is_the_one_that_initdb_found_to_work(cluster: Cluster) -> None:
    probed = cluster.places.data / "postgresql.conf"
    text = probed.read_text()
    assert "dynamic_shared_memory_type = posix" in text
    probed.write_text(text.replace("dynamic_shared_memory_type = posix", "dynamic_shared_memory_type = mmap"))
    cluster.start()
    with cluster.superuser() as connection:
        assert connection.execute("SHOW dynamic_shared_memory_type").fetchone() == ("mmap",)


def test_the_settings_are_in_force(cluster: Cluster) -> None:
    cluster.start()
    expected = {
        "listen_addresses": "",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "TimeZone": "UTC",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "password_encryption": "scram-sha-256",
    }
    with cluster.superuser() as connection:
        found = {name: connection.execute(f"SHOW {name}".encode()).fetchone() for name in expected}
        columns = "datlocprovider, datlocale" if cluster.binaries.version >= 17 else "'b', datctype"
        locale = connection.execute(f"SELECT {columns} FROM pg_database WHERE datname = 'meruit'".encode()).fetchone()
    assert found == {name: (value,) for name, value in expected.items()}
    assert locale == ("b", "C.UTF-8")


def test_a_login_that_changed_its_own_password_and_defaults_is_put_back_at_the_next_start(
    cluster: Cluster,
) -> None:
    cluster.start()
    with psycopg.connect(cluster.url(APP), autocommit=True) as connection:
        connection.execute("ALTER ROLE meruit_app PASSWORD 'mine'")
        connection.execute("ALTER ROLE meruit_app SET search_path TO mine")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url(APP))
    cluster.stop()
    cluster.start()
    with psycopg.connect(cluster.url(APP)) as connection:
        assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)
