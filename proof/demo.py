"""Proof of the demonstration: wherever it lies, whoever runs it, whatever is killed, it comes up with the same firm.

    python proof/demo.py [--earlier COMMIT] [--write FILE]

Each claim is tried with `meruit demo` itself, in processes of their own, over homes in a temporary folder. As root
it also tries an ordinary user and a stranger; --earlier also makes a demonstration with the code of a commit that
had been landed, and starts it with the present code.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg

from meruit.postgres import OWNER, Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 300
NOBODY = 65534
#: What a demonstration consists of, by a word of each process's command line.
PARTS = {
    "the pages": "meruit.web.serve",
    "the gate": "meruit.gate.serve",
    "the worker": "meruit.desk.worker",
    "the clients' portal": "client-portal",
    "the database server": "postgres -D",
    "a process of the database": "checkpointer",
    "`meruit demo` itself": "meruit.cli demo",
}
#: What becomes of the others, where the part does not come back by itself.
AFTER = {
    "the clients' portal": "pages and gate answer; the next start brings it back",
    "`meruit demo` itself": "everything ended; it starts again",
}
#: What must be the same after every start: the firm, its work, its bills, its books.
FIRM = (
    "SELECT (SELECT count(*) FROM people_person), (SELECT count(*) FROM matters_matter),"
    " (SELECT count(*) FROM timesheets_entry), (SELECT count(*) FROM invoices_invoice),"
    " (SELECT sum(amount) FROM ledger_posting WHERE amount > 0), (SELECT count(*) FROM people_session) >= 0"
)


class Failed(Exception):
    """A claim that does not hold; the text says how."""


@dataclass
class Demo:
    """One demonstration: its home, how it is started, and the process while it runs."""

    home: Path
    python: tuple[str, ...] = (sys.executable,)
    source: Path = ROOT / "src"
    user: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it and wait until its pages answer; returns the seconds that took."""
        began = time.monotonic()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MERUIT_") and not k.endswith("_URL")}
        environment |= {"MERUIT_HOME": str(self.home), "PYTHONPATH": os.pathsep.join(self._path())}
        if self.user is not None:
            libraries = Path(self.python[0]).parent.parent / "lib"  # a copied Python finds its own, not the system's
            environment |= {"HOME": str(self.home.parent), "TMPDIR": str(self.home.parent)}
            environment |= {"LD_LIBRARY_PATH": str(libraries)}
        with self.log.open("wb") as log:  # a pipe that nobody empties would stop whoever writes into it
            self.process = subprocess.Popen(
                [*self.python, "-m", "meruit.cli", "demo"],
                env=environment,
                cwd=self.home.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **({} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}),
            )
        until(lambda: self._serves(), "the worker to start")
        self.answers()
        return time.monotonic() - began

    @property
    def log(self) -> Path:
        return self.home.with_name("said.txt")

    def _serves(self) -> bool:
        said = self.log.read_text(encoding="utf-8", errors="replace")
        if self.process is not None and self.process.poll() is not None:
            raise Failed(f"it ended with {self.process.returncode}: {said[-600:]}")
        return "worker started" in said

    def _path(self) -> list[str]:
        packages = [path for path in sys.path if path.endswith("site-packages")]
        return [str(self.source), *packages]

    def answers(self) -> None:
        """Wait until pages and gate answer."""
        for part, name in (("the pages", "MERUIT_WEB_PORT"), ("the gate", "MERUIT_GATE_PORT")):
            until(lambda part=part, name=name: self._answers(part, name), f"{part} to answer")

    def _answers(self, part: str, name: str) -> bool:
        with contextlib.suppress(OSError, psutil.Error, IndexError, http.client.HTTPException):
            port = int(self.of(part)[0].environ()[name])
            line = http.client.HTTPConnection("localhost", port, timeout=5)
            line.request("GET", "/gate/" if part == "the gate" else "/")
            return line.getresponse().status < 500
        return False

    def processes(self) -> list[psutil.Process]:
        """Every process of this demonstration, whoever its parent is by now."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                mine = process.environ().get("MERUIT_HOME") == str(self.home)
                if mine or str(self.home) in process.cwd() or str(self.home) in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def of(self, part: str) -> list[psutil.Process]:
        found = []
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                if PARTS[part] in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.ended()

    def ended(self) -> None:
        """Wait until it and all it started are gone."""
        assert self.process is not None
        self.process.wait(PATIENCE_SECONDS)
        until(lambda: not self.processes(), "every process to be gone")

    def firm(self) -> tuple[Any, ...]:
        """The firm in figures, asked as the owner while it runs."""
        with self._as_its_user(), psycopg.connect(Cluster(self.home).url(OWNER)) as connection:
            row = connection.execute(FIRM).fetchone()
        assert row is not None
        return row

    @contextlib.contextmanager
    def _as_its_user(self) -> Iterator[None]:
        """Its passwords are told to nobody else, root included."""
        if self.user is not None:
            os.seteuid(self.user)
        try:
            yield
        finally:
            if self.user is not None:
                os.seteuid(0)


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.1)


def same(one: object, other: object) -> None:
    if one != other:
        raise Failed(f"{one} before, {other} after")


# ---------------------------------------------------------------- the claims


Claim = tuple[str, str]


def lives(demo: Demo) -> Iterator[Claim]:
    """Made, ended, gone on with, killed part by part and whole, started with a stranger in its pid file."""
    took = demo.start()
    firm = demo.firm()
    yield "a path with spaces and an apostrophe", f"made and served in {took:.0f} s"
    demo.interrupt()
    yield "Ctrl-C", "no process is left"
    took = demo.start()
    same(firm, demo.firm())
    yield "a second run", f"goes on with the same firm after {took:.0f} s"
    for part in PARTS:
        doomed = demo.of(part)
        if not doomed:
            raise Failed(f"no process of {part} was found")
        doomed[0].kill()
        if part == "`meruit demo` itself":
            demo.ended()
            demo.start()
        elif part != "the clients' portal":  # the next start brings that one back
            until(lambda part=part, doomed=doomed: [p for p in demo.of(part) if p != doomed[0]], f"{part} to come back")
        demo.answers()
        until(lambda: same(firm, demo.firm()) is None, "the same firm", 0)
        yield f"kill -9 of {part}", AFTER.get(part, "it comes back by itself; pages and gate answer")
    _kill(demo.processes())
    demo.ended()
    took = demo.start()
    same(firm, demo.firm())
    yield "kill -9 of all of its processes", f"the same firm after {took:.0f} s"
    _kill(demo.processes())
    demo.ended()
    stranger = subprocess.Popen(["sleep", "3600"])
    try:
        data = Cluster(demo.home).places.data
        held = data / "postmaster.pid"
        lines = held.read_text().splitlines() if held.exists() else ["0", str(data)]
        held.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        demo.start()
        same(firm, demo.firm())
        if stranger.poll() is not None:
            raise Failed("the stranger's process was ended")
    finally:
        stranger.kill()
        stranger.wait()
    yield "a pid file that names another's living process, as after a reboot", "it starts; that process is left alone"
    if os.geteuid() == 0:
        _stranger_cannot(demo)
        yield "another system user", "connects with no login, even with its password"
    demo.interrupt()


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _stranger_cannot(demo: Demo) -> None:
    known = Cluster(demo.home).urls()
    for variable, url in known.items():
        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(url, connect_timeout=5)
                os._exit(1)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            raise Failed(f"a stranger connected by {variable}")


def at_once(deep: Demo, other: Demo) -> Iterator[Claim]:
    """Two at once: one below a deep path, the other as an ordinary user where root tries it."""
    import threading

    took: dict[str, float | Exception] = {}

    def begin(name: str, demo: Demo) -> None:
        try:
            took[name] = demo.start()
        except Exception as trouble:
            took[name] = trouble

    threads = [threading.Thread(target=begin, args=each) for each in (("deep", deep), ("other", other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for trouble in took.values():
        if isinstance(trouble, Exception):
            raise trouble
    same(deep.firm(), other.firm())
    yield (
        f"a path of {len(str(deep.home))} characters, too deep for a socket",
        f"made and served in {took['deep']:.0f} s",
    )
    if other.user is not None:
        owners = {process.uids().real for process in other.processes()}
        same({other.user}, owners)
        yield "as an ordinary user", f"made and served in {took['other']:.0f} s, every process that user's"
    yield "twice at once in two folders", "both served, on ports of their own, the same firm in both"
    deep.interrupt()
    other.interrupt()


def upgraded(old: Demo, new: Demo, commit: str) -> Iterator[Claim]:
    """Data of an earlier commit, started with the present code."""
    old.start()
    firm = old.firm()
    old.interrupt()
    new.start()
    same(firm[:5], new.firm()[:5])
    new.interrupt()
    yield f"data made by commit {commit}", "brought up to date at the start, the same firm"


# ---------------------------------------------------------------- homes and programs


def python_for_everybody(folder: Path) -> tuple[str, ...]:
    """A Python that an ordinary user can run: this one, or a copy of it where its folder is closed to others."""
    base = Path(os.path.realpath(sys.executable))
    closed = any(not parent.stat().st_mode & 0o001 for parent in base.parents)
    if not closed:
        return (str(base),)
    copy = folder / "python"
    shutil.copytree(
        base.parent.parent,
        copy,
        symlinks=True,
        ignore=shutil.ignore_patterns("test", "__pycache__", "site-packages", "*.a"),
    )
    return (str(copy / "bin" / base.name),)


def source_of(commit: str, folder: Path) -> Path:
    """The package as it was, with the page parts of today, which no commit holds."""
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", commit, "src"], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    vendor = Path("meruit/ui/static/vendor")
    shutil.copytree(ROOT / "src" / vendor, folder / "src" / vendor)
    return folder / "src"


def homes(folder: Path) -> Iterator[Iterator[Claim]]:
    spaced = folder / "Alder & Quill's own demo"
    spaced.mkdir()
    yield lives(Demo(spaced / ".meruit"))
    deep = folder.joinpath(*["a folder within a folder"] * 6)
    deep.mkdir(parents=True)
    ordinary = folder / "ordinary"
    ordinary.mkdir(mode=0o700)
    other = Demo(ordinary / ".meruit")
    if os.geteuid() == 0:
        os.chown(ordinary, NOBODY, NOBODY)
        other = Demo(ordinary / ".meruit", python=python_for_everybody(folder), user=NOBODY)
    yield at_once(Demo(deep / ".meruit"), other)


def claims(folder: Path, earlier: str | None) -> Iterator[Claim]:
    for lot in homes(folder):
        yield from lot
    if earlier:
        (folder / "earlier").mkdir()
        home = folder / "earlier" / ".meruit"
        yield from upgraded(Demo(home, source=source_of(earlier, folder / "earlier")), Demo(home), earlier)


def page(tried: list[Claim]) -> str:
    said = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    who = "root" if os.geteuid() == 0 else "an ordinary user"
    return "\n".join([
        "# The demonstration, whatever happens to it",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, commit {said.stdout.strip() or 'unknown'}, Python {platform.python_version()},",
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f}), as {who}.",
        "Written by `proof/demo.py`. Every start is `meruit demo`; after every kill the firm's people, matters,",
        "entries, bills and ledger are compared with what they were, and pages and gate must answer.",
        "",
        "| tried | outcome |",
        "| --- | --- |",
        *(f"| {what} | {outcome} |" for what, outcome in tried),
        "",
    ])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Proof of the demonstration.")
    parser.add_argument("--earlier", metavar="COMMIT", help="also bring a demonstration of this commit up to date")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table into this file")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="meruit-proof-demo-"))
    folder.chmod(0o711)
    tried: list[Claim] = []
    try:
        for claim in claims(folder, options.earlier):
            tried.append(claim)
            print(f"{claim[0]}: {claim[1]}", flush=True)
    except Failed as failed:
        print(f"FAILED after {tried[-1][0] if tried else 'nothing'}: {failed}", file=sys.stderr)
        return 1
    finally:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if str(folder) in process.environ().get("MERUIT_HOME", "") or str(folder) in process.cwd():
                    process.kill()
        time.sleep(0.5)
        shutil.rmtree(folder, ignore_errors=True)
    if options.write:
        options.write.write_text(page(tried), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
