"""The proof of `proof/audit.py` in small: every way of tampering is tried and found, nothing sound is accused."""

from __future__ import annotations

import random
from pathlib import Path

import audit_tampering
import audit_trail
import pytest
import verify_audit

import audit
from meruit.audit import core

TRAILS = [audit_trail.build(seed, 70, [20, 45, 70]) for seed in (1, 2, 3)]


@pytest.mark.parametrize("way", audit_tampering.WAYS, ids=lambda way: way.title)
def test_each_way_of_tampering_is_found(way: audit_tampering.Way) -> None:
    tried = 0
    for seed in range(6):
        sound = TRAILS[seed % 3]
        rng = random.Random(seed)
        case = audit_tampering.Case(rng, sound.key, list(sound.receipts), sound.export())
        try:
            way.tamper(case)
        except audit_tampering.NothingToTamperWith:
            continue
        check = audit.verdict(case.raw, case.outside, cryptography=way.signature_only or seed % 2 == 0)
        assert check is None or check.findings, f"seed {seed}"
        tried += 1
    assert tried >= 2


@pytest.mark.parametrize("cryptography", [True, False])
def test_nothing_sound_is_accused(cryptography: bool) -> None:
    for sound in TRAILS:
        for seed in range(5):
            mails = [
                audit_tampering.mangled(core.receipt_text(receipt), random.Random(seed)) for receipt in sound.receipts
            ]
            check = audit.verdict(sound.export(), mails, cryptography=cryptography)
            assert check is not None
            assert check.findings == []


def test_random_tamperings_are_all_found() -> None:
    tally = audit.tamper(seed=11, trials=200)
    assert tally.missed == []
    assert tally.false_alarms == 0
    assert tally.found == tally.tried


CHAOS: tuple[core.Json, ...] = (None, True, 0, -7, "", "x", "/reason", [], [[]], {}, {"text_hmac": 5}, {"a": {"b": []}})


def _places(value: core.Json, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(inner for step, item in steps for inner in _places(item, (*place, step)))][bool(not place) :]


@pytest.mark.parametrize("seed", range(60))
def test_no_export_however_odd_makes_the_verifier_fall_over(seed: int) -> None:
    """Any value of any record or of its texts becomes something else, and all hashes are made to fit."""
    rng, sound = random.Random(seed), TRAILS[seed % 3]
    case = audit_tampering.Case(rng, sound.key, list(sound.receipts), sound.export())
    lines, head = [], core.Head.at_genesis(audit_trail.ORIGIN)
    for line in case.records():
        if rng.random() < 0.3:
            part = rng.choice([part for part in ("record", "texts") if part in line])
            *way, last = rng.choice(_places(line[part]))
            inside = line[part]
            for step in way:
                inside = inside[step]
            inside[last] = rng.choice(CHAOS)
        canonical = core.encode(line["record"])
        record_hash = core.link(head.hash, canonical)
        line.update(prev=head.hash.hex(), hash=record_hash.hex())
        lines.append(core.encode(line) + b"\n")
        head = head.extended(record_hash)
    check = audit.verdict(b"".join([*case.lines[: case.first], *lines, case.lines[-1]]), [])
    assert check is not None
    assert check.findings
    assert "\n".join(verify_audit.report(check)).endswith("above.")


def test_the_volume_is_verified_by_its_own_process(tmp_path: Path) -> None:
    measured = audit.volume(seed=3, count=2_000, folder=tmp_path)
    assert measured.agrees
    assert measured.records == 2_000
