"""Proof of the audit trail: tampering is found, and a million records are checked quickly in small memory.

    python proof/audit.py [--tamperings 10000] [--records 1000000] [--seed 1] [--write FILE]

Each tampering takes a sound export with the receipts of its firm and changes it once, in one of the ways of
`parts/audit_tampering.py`; the outside verifier must not answer "everything agrees". Every second trial runs as on a
machine without `cryptography`, except where only the mathematics of a signature can tell.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = Path(__file__).resolve().parent.parent
VERIFIER = ROOT / "tools" / "verify_audit.py"
sys.path[:0] = [str(VERIFIER.parent), str(ROOT / "proof" / "parts")]

import audit_trail as trail  # noqa: E402 - from proof/parts, like audit_tampering
import verify_audit as verifier  # noqa: E402 - stands alone in tools/, outside any package
from audit_tampering import WAYS, Case, NothingToTamperWith, Way, mangled  # noqa: E402 - from proof/parts

from meruit.audit import core  # noqa: E402 - after the folders above are on the path

if TYPE_CHECKING:
    from collections.abc import Iterator


def verdict(export: bytes, outside: list[str], *, cryptography: bool = True) -> verifier.Check | None:
    """What the verifier makes of it: its `Check`, or None where it calls the file unusable."""
    verifier.CAN_CHECK_SIGNATURES = cryptography
    try:
        receipts = [
            receipt for text in outside for receipt in verifier.find_receipts(text, outside=True, source="mail")
        ]
        check = verifier.Check(receipts, [], "ledger_posting")
        check.run(io.BytesIO(export))
    except verifier.Unusable:
        return None
    finally:
        verifier.CAN_CHECK_SIGNATURES = True
    return check


@dataclass
class Tally:
    tried: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    unusable: int = 0
    missed: list[str] = field(default_factory=list)
    false_alarms: int = 0
    controls: int = 0


def tamper(seed: int, trials: int) -> Tally:
    """`trials` tamperings over trails of 40 to 160 records, and as many looks at sound exports as trails."""
    rng, tally = random.Random(seed), Tally()
    ways = [way for way in WAYS for _ in range(way.weight)]
    while sum(tally.tried.values()) < trials:
        count = rng.randrange(40, 160)
        counts = sorted({rng.randrange(10, count), rng.randrange(10, count), count})
        sound = trail.build(rng.getrandbits(32), count, counts)
        export = sound.export()
        mails = [mangled(core.receipt_text(receipt), rng) for receipt in sound.receipts]
        for cryptography in (True, False):
            check = verdict(export, mails, cryptography=cryptography)
            tally.controls += 1
            tally.false_alarms += check is None or bool(check.findings)
        for _ in range(min(100, trials - sum(tally.tried.values()))):
            number = sum(tally.tried.values())
            _one(tally, rng.choice(ways), Case(rng, sound.key, list(sound.receipts), export), export, number)
    return tally


def _one(tally: Tally, way: Way, case: Case, sound: bytes, number: int) -> None:
    try:
        way.tamper(case)
    except NothingToTamperWith:
        return
    if case.raw == sound and not case.outside:
        return
    check = verdict(case.raw, case.outside, cryptography=way.signature_only or number % 2 == 0)
    tally.tried[way.title] += 1
    tally.unusable += check is None
    if check is None or check.findings:
        tally.found[way.title] += 1
    else:
        tally.missed.append(f"{way.title} (trial {number})")


# ---------------------------------------------------------------- a million records


#: Runs a script and tells its highest memory in kilobytes. Linux counts VmHWM from the start of the program,
#: where ru_maxrss begins with what the parent had.
MEASURED = """
import pathlib, resource, runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    try:
        status = pathlib.Path("/proc/self/status").read_text()
        print(status.split("VmHWM:")[1].split()[0], file=sys.stderr)
    except OSError:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@dataclass(frozen=True)
class Volume:
    records: int
    megabytes: float
    seal_seconds: float
    seconds: float
    alone_cpu_seconds: float
    memory_megabytes: float
    agrees: bool


def volume(seed: int, count: int, folder: Path) -> Volume:
    """Writes an export of `count` records and times the verifier on all cores and on one, with one receipt."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"volume").digest())
    head = core.Head.at_genesis(trail.ORIGIN)
    path, mail = folder / f"{count}.jsonl", folder / f"{count}.txt"
    began = time.perf_counter()

    def exported() -> Iterator[core.Exported]:
        nonlocal head
        for record, texts in trail.happenings(seed, count):
            (sealed,), head = core.seal(head, [record])
            if head.count == count // 2:
                given = trail.receipt(head, key, record.at)
                mail.write_text(core.receipt_text(given), encoding="ascii")
            yield core.Exported(sealed.previous, sealed.hash, sealed.canonical, texts)

    with path.open("wb") as file:
        public = key.public_key().public_bytes_raw()
        at = trail.START + timedelta(days=90)
        file.writelines(core.export_lines(trail.ORIGIN, [public], at, exported()))
    sealing = time.perf_counter() - began
    seconds, _, memory, agrees = verified(path, mail)
    _, alone, _, agrees_alone = verified(path, mail, "--jobs", "1")
    size = path.stat().st_size / 1e6
    path.unlink()
    return Volume(count, size, sealing, seconds, alone, memory, agrees and agrees_alone)


def verified(path: Path, mail: Path, *options: str) -> tuple[float, float, float, bool]:
    """Seconds by the clock and of processor time, megabytes of the process that reads, and whether all agrees."""
    began, spent = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(VERIFIER), str(path), "--receipt", str(mail), "--ledger", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - spent.ru_utime - spent.ru_stime
    return seconds, cpu, int(run.stderr.split()[-1]) / 1024, run.returncode == 0


# ---------------------------------------------------------------- the report


def table(tally: Tally, volumes: list[Volume], seed: int) -> str:
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    tried, found = sum(tally.tried.values()), sum(tally.found.values())
    rows = [
        "# Proof of the audit trail",
        "",
        (
            f"{datetime.now(UTC):%Y-%m-%d}, commit {commit or 'unknown'}, Python {platform.python_version()}, "
            f"{platform.machine()}, {os.cpu_count()} cores, seed {seed}. Written by `proof/audit.py`."
        ),
        "",
        "| tampering | tried | found |",
        "| --- | ---: | ---: |",
        *(f"| {way.title} | {tally.tried[way.title]:,} | {tally.found[way.title]:,} |" for way in WAYS),
        f"| **all** | **{tried:,}** | **{found:,}** |",
        "",
        (
            f"Of those found, {tally.unusable:,} because the file is no longer recognised as an export (exit "
            f"code 2), the others with a sentence (exit code 1). Sound exports looked at: {tally.controls:,}, "
            f"false alarms: {tally.false_alarms}."
        ),
    ]
    if volumes:
        rows += [
            "",
            f"Load of the machine as this was written: {os.getloadavg()[1]:.1f} processes for {os.cpu_count()} cores.",
            "",
            "| records | export | made, sealed and written in | verified on all cores | CPU time on one | memory |",
            "| ---: | ---: | ---: | ---: | ---: | ---: |",
            *(
                f"| {v.records:,} | {v.megabytes:,.0f} MB | {v.seal_seconds:.1f} s | {v.seconds:.1f} s | "
                f"{v.alone_cpu_seconds:.1f} s | {v.memory_megabytes:.0f} MB |"
                for v in volumes
            ),
        ]
    return "\n".join([*rows, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description="Proof of the audit trail.")
    parser.add_argument("--tamperings", type=int, default=10_000)
    parser.add_argument("--records", type=int, default=1_000_000, help="0 leaves the volume out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="also write the table into this file")
    options = parser.parse_args()
    tally = tamper(options.seed, options.tamperings)
    volumes = []
    if options.records:
        with tempfile.TemporaryDirectory() as folder:
            volumes = [volume(options.seed, n, Path(folder)) for n in (options.records // 10, options.records)]
    text = table(tally, volumes, options.seed)
    print(text)
    if options.write:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(text, encoding="utf-8")
    for missed in tally.missed[:20]:
        print(f"MISSED: {missed}", file=sys.stderr)
    # On a machine of its own one process takes its CPU time and several take less; on a shared one the clock would
    # measure the neighbours.
    slow = [v for v in volumes if v.records >= 1_000_000 and min(v.seconds, v.alone_cpu_seconds) >= 30]
    for one in slow:
        print(f"TOO SLOW: {one.records:,} records in {one.seconds:.1f} s; the bar is 30 s.", file=sys.stderr)
    untried = [way.title for way in WAYS if options.tamperings >= 1_000 and not tally.tried[way.title]]
    for title in untried:
        print(f"NEVER TRIED: {title}", file=sys.stderr)
    sound = all(v.agrees for v in volumes) and not tally.false_alarms and not untried
    return 0 if sound and not tally.missed and not slow else 1


if __name__ == "__main__":
    sys.exit(main())
