"""The supervisor starts what serves, restarts what crashes, and leaves no process behind, however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from meruit.postgres import APP, GATE, LOGINS, Cluster, binaries, confinement
from meruit.postgres.logins import SUPERUSER
from meruit.postgres.supervisor import environment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUPERVISING = Path(__file__).with_name("supervising.py")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")


class Run:
    """A supervisor as a process of its own, and what it said."""

    def __init__(self, home: Path, log: Path, children: list[dict[str, object]], patience: float) -> None:
        self.log = log
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, str(SUPERVISING), str(home), json.dumps(children), str(patience)],
                stderr=stderr,
                env=os.environ | {"MERUIT_OWNER_URL": "host=h user=o password=hush dbname=d", "PGPASSWORD": "hush"},
            )

    def said(self) -> str:
        return self.log.read_text()

    def until_said(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + 30
        while not (found := re.search(pattern, self.said())):
            assert time.monotonic() < deadline, f"not said: {pattern}; said: {self.said()}"
            assert self.process.poll() is None, f"it ended: {self.said()}"
            time.sleep(0.01)
        return found

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the awaited fact did not come"
        time.sleep(0.01)


def gone(processes: list[psutil.Process]) -> bool:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                return False
    return True


@contextlib.contextmanager
def supervised(home: Path, folder: Path, *children: dict[str, object], patience: float = 20) -> Iterator[Run]:
    run = Run(home, folder / "said.txt", list(children), patience)
    try:
        yield run
    finally:
        family = run.family() if run.process.poll() is None else []
        run.process.kill()
        run.process.wait()
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def shell(name: str, script: str, login: str = "app", **more: object) -> dict[str, object]:
    return {"name": name, "command": ["/bin/sh", "-c", script], "login": login, **more}


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_ends_children_their_children_and_the_database(home: Path, folder: Path, sign: signal.Signals) -> None:
    with supervised(
        home, folder, shell("web", "sleep 600 & sleep 600 & wait"), shell("worker", "exec sleep 600", "worker")
    ) as run:
        run.until_said("worker started")
        until(lambda: sum(each.name() == "sleep" for each in run.family()) == 3)
        family = run.family()
        run.process.send_signal(sign)
        assert run.process.wait(30) == 0
        assert gone(family)
        assert not Cluster(home).answer().alive
        assert "Ending worker, web." in run.said().splitlines()
        assert run.said().splitlines()[-1] == "The database has ended."


def test_a_child_that_does_not_end_in_time_is_killed(home: Path, folder: Path) -> None:
    stubborn = shell("web", "trap '' TERM; while :; do sleep 0.05; done")
    with supervised(home, folder, stubborn, patience=0.3) as run:
        run.until_said("web started")
        until(lambda: any(each.name() == "sleep" for each in run.family()))
        family = run.family()
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(30) == 0
        assert "web did not end in time and is killed." in run.said()
        assert gone(family)


def test_a_second_ctrl_c_loses_patience(home: Path, folder: Path) -> None:
    stubborn = shell("web", "trap '' TERM; while :; do sleep 0.05; done")
    with supervised(home, folder, stubborn, patience=600) as run:
        run.until_said("web started")
        until(lambda: any(each.name() == "sleep" for each in run.family()))
        run.process.send_signal(signal.SIGINT)
        run.until_said("Waiting up to 599 s more for web to finish what is under way; Ctrl-C once more does not wait.")
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(30) == 0
        assert "is killed" in run.said()


def test_a_crashed_child_starts_again_later_each_time_and_the_others_run_on(home: Path, folder: Path) -> None:
    crashing = shell("web", "exit 3")
    with supervised(home, folder, crashing, shell("worker", "exec sleep 600", "worker")) as run:
        run.until_said(r"web ended with status 3; it starts again in 0\.5 s")
        run.until_said(r"web ended with status 3; it starts again in 1 s")
        assert run.said().count("web started") == 2
        assert run.said().count("worker started") == 1


def test_a_killed_child_starts_again(home: Path, folder: Path) -> None:
    with supervised(home, folder, shell("web", "exec sleep 600")) as run:
        pid = int(run.until_said(r"web started \(process (\d+)\)")[1])
        os.kill(pid, signal.SIGKILL)
        run.until_said("web ended by SIGKILL")
        until(lambda: run.said().count("web started") == 2)


def test_a_killed_database_recovers_where_its_clients_expect_it(home: Path, folder: Path) -> None:
    with supervised(home, folder, shell("web", "exec sleep 600")) as run:
        pid = int(run.until_said(r"database (\d+)")[1])
        run.until_said("web started")
        url = Cluster(home).url(APP)
        os.kill(pid, signal.SIGKILL)
        run.until_said("The database is back")
        assert Cluster(home).url(APP) == url
        assert Cluster(home).answer().ready
        assert run.said().count("web started") == 1
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(30) == 0


@on_linux
def test_a_killed_supervisor_takes_everything_with_it(home: Path, folder: Path) -> None:
    children = [
        shell("web", "exec sleep 600", confined=True),
        shell("worker", "exec sleep 600", "worker"),
    ]
    with supervised(home, folder, *children) as run:
        run.until_said("worker started")
        until(lambda: sum(each.name() == "sleep" for each in run.family()) == 2)
        family = run.family()
        run.process.kill()
        until(lambda: gone(family))
        assert not Cluster(home).answer().alive


def test_a_program_that_is_not_there_stops_the_start_and_leaves_nothing(home: Path, folder: Path) -> None:
    missing: dict[str, object] = {"name": "gate", "command": ["/nowhere/gate"], "login": "app"}
    with supervised(home, folder, shell("web", "exec sleep 600"), missing) as run:
        assert run.process.wait(30) != 0
        assert "gate cannot be started: /nowhere/gate" in run.said()
        assert not Cluster(home).answer().alive


def test_each_child_finds_its_own_secret_and_no_other(home: Path, folder: Path) -> None:
    with supervised(
        home,
        folder,
        shell("web", f"env > '{folder}/web.part'; mv '{folder}/web.part' '{folder}/web'; exec sleep 600"),
        shell("worker", f"env > '{folder}/w.part'; mv '{folder}/w.part' '{folder}/w'; exec sleep 600", "worker"),
    ) as run:
        until(lambda: (folder / "web").exists() and (folder / "w").exists())
        web, worker = (folder / "web").read_text(), (folder / "w").read_text()
        cluster = Cluster(home)
        assert f"DATABASE_URL={cluster.url(APP)}" in web.splitlines()
        passwords = {login.name: cluster.url(login).split(":")[2].split("@")[0] for login in (*LOGINS, SUPERUSER)}
        for text, own in ((web, "meruit_app"), (worker, "meruit_worker")):
            assert {name for name, password in passwords.items() if password in text} == {own}
            assert "hush" not in text
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(30) == 0


def test_an_environment_is_stripped_of_every_other_secret() -> None:
    base = {each.variable: "hush" for each in LOGINS} | {
        "PGPASSFILE": "hush",
        "PGSERVICE": "hush",
        "MERUIT_SECRET_OWNER": "hush",
        "MERUIT_HOME": "/srv/meruit",
        "PATH": "/bin",
    }
    assert environment_of(GATE, "its own", base, MERUIT_SECRET_GATE="key") == {
        "MERUIT_GATE_URL": "its own",
        "MERUIT_SECRET_GATE": "key",
        "MERUIT_HOME": "/srv/meruit",
        "PATH": "/bin",
    }
    assert environment_of(None, None, base) == {"MERUIT_HOME": "/srv/meruit", "PATH": "/bin"}


#: What a served process would try to get at the owner's password; each prints a line when it succeeds.
READING = """
cat "$SECRETS/owner/meruit_owner" && echo GOT the owner
cat "$SECRETS/owner/postgres" && echo GOT the superuser
cat "$SECRETS/meruit_gate" && echo GOT another login
cat "$HOME_OF_DATA/PG_VERSION" && echo GOT the data
cp "$SECRETS/owner/meruit_owner" "$OUT/copy" && echo GOT a copy
ln "$SECRETS/owner/meruit_owner" "$OUT/link" && cat "$OUT/link" && echo GOT a link
grep -azq MERUIT_OWNER_URL /proc/$PPID/environ && echo GOT the environment
true < /proc/$PPID/mem && echo GOT the memory
cat "/proc/$PPID/root$SECRETS/owner/meruit_owner" && echo GOT a way around
for disk in $(find /dev -maxdepth 1 -type b); do head -c 1 "$disk" > "$OUT/byte" && echo GOT a disk; done
"""
CHANGING = """
mv "$SECRETS/owner" "$OUT/moved" && echo GOT a move && mv "$OUT/moved" "$SECRETS/owner"
echo x > "$SECRETS/owner/new" && echo GOT a write
mknod "$OUT/disk" b 254 0 && echo GOT a device
mount -t tmpfs none "$SECRETS" && echo GOT a mount && umount "$SECRETS"
"""
#: And what it must be able to do all the same.
SERVING = """
echo "$DATABASE_URL" | grep -q meruit_app && echo has its own
echo x > "$OUT/a" && mkdir "$OUT/sub" && mv "$OUT/a" "$OUT/sub/a" && cat "$OUT/sub/a" > /dev/null && echo has files
"$PSQL" "$DATABASE_URL" -Atc "SELECT 'has ' || current_user"
"""


def reached(home: Path, folder: Path, script: str, *, confined: bool) -> set[str]:
    """What a child of the same user got and has, in its own words."""
    cluster = Cluster(home)
    out = folder / "out"
    out.mkdir()
    variables = {
        "SECRETS": cluster.places.secrets,
        "HOME_OF_DATA": cluster.places.data,
        "OUT": out,
        "PSQL": binaries.find().path("psql"),
    }
    given = "".join(f"{name}='{value}'\n" for name, value in variables.items())
    all_of_it = f"{given}(:; {script}) > '{out}/part' 2> '{out}/errors'; mv '{out}/part' '{out}/said'; exec sleep 600"
    with supervised(home, folder, shell("web", all_of_it, confined=confined)) as run:
        until(lambda: (out / "said").exists())
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(30) == 0
    lines = (out / "said").read_text(errors="replace").splitlines()
    return {line for line in lines if line.startswith(("GOT ", "has "))}


SERVED = {"has its own", "has files", "has meruit_app"}


@pytest.mark.skipif(not confinement.is_possible(), reason="this system has no Landlock")
def test_a_served_process_of_the_same_user_cannot_get_at_the_owners_secret(home: Path, folder: Path) -> None:
    assert reached(home, folder, READING + CHANGING + SERVING, confined=True) == SERVED


def test_without_the_confinement_the_same_attempts_succeed(home: Path, folder: Path) -> None:
    """So that the test above shows what it seems to show."""
    found = reached(home, folder, READING + SERVING, confined=False)
    assert found >= SERVED
    for success in ("the owner", "the superuser", "another login", "a copy", "a link", "the environment", "the memory"):
        assert f"GOT {success}" in found


def test_everything_but_the_hidden_is_left_open_by_few_rules(tmp_path: Path) -> None:
    for name in ("a/secret/x", "a/plain/y", "b/z"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a" / "way").symlink_to(tmp_path / "a" / "secret")
    opened = list(confinement.left_open([tmp_path / "a" / "secret"], top=tmp_path))
    assert opened == [tmp_path / "a" / "plain", tmp_path / "b"]
    assert list(confinement.left_open([], top=tmp_path)) == [tmp_path]
    assert list(confinement.left_open([tmp_path], top=tmp_path)) == []
