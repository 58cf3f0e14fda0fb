"""The ways to tamper with an audit export, each of them one function over one `Case`.

In the ways marked *outside* the whole history is computed anew after the change (numbers, hashes, tree, end,
receipts inside, signed with the firm's own key), as only the keeper of the trail could. Nothing in such an
export betrays it, so there the auditor holds one earlier receipt, mangled as mail mangles it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import audit_trail as trail

from meruit.audit import core

if TYPE_CHECKING:
    import random

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Line = dict[str, Any]


class NothingToTamperWith(Exception):
    """This trail holds no record of the kind that this way of tampering needs."""


@dataclass
class Case:
    """One tampering under way: the export as parsed lines, and what the auditor holds besides."""

    rng: random.Random
    key: Ed25519PrivateKey
    receipts: list[core.Receipt]
    raw: bytes
    outside: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[bytes]:
        return self.raw.splitlines(keepends=True)

    @property
    def first(self) -> int:
        """The line of record 1: behind the header and the receipts."""
        return 1 + len(self.receipts)

    @property
    def count(self) -> int:
        return len(self.lines) - self.first - 1

    def records(self) -> list[Line]:
        return [json.loads(line) for line in self.lines[self.first : -1]]

    def put(self, lines: list[bytes]) -> None:
        self.raw = b"".join(lines)

    def pick(self, among: Callable[[Line], bool] = lambda line: True, *, up_to: int | None = None) -> int:
        """The place of a record (0 is record 1) that fits, below `up_to`."""
        places = [i for i, line in enumerate(self.records()[:up_to]) if among(line)]
        if not places:
            raise NothingToTamperWith
        return self.rng.choice(places)

    def keep_receipt(self, covering: int) -> None:
        """The auditor has kept one receipt that covers at least `covering` records, in a mail."""
        kept = self.rng.choice([receipt for receipt in self.receipts if receipt.count >= covering])
        self.outside.append(mangled(core.receipt_text(kept), self.rng))

    def rebuild(self, lines: list[Line]) -> None:
        """Computes everything anew: numbers, hashes, tree, receipts inside, signed with the firm's own key."""
        head, exported, receipts = core.Head.at_genesis(trail.ORIGIN), [], []
        dates = {receipt.count: receipt.at for receipt in self.receipts}
        for number, line in enumerate(lines, start=1):
            canonical = core.encode({**line["record"], "number": number})
            record_hash = core.link(head.hash, canonical)
            texts = [
                core.ErasableText(place, bytes.fromhex(text["salt"]), text["text"])
                for place, text in line.get("texts", {}).items()
            ]
            exported.append(core.Exported(head.hash, record_hash, canonical, texts))
            head = head.extended(record_hash)
            if number in dates:
                receipts.append(trail.receipt(head, self.key, dates[number]))
        self.raw = trail.export(self.key, exported, receipts)


def mangled(text: str, rng: random.Random) -> str:
    """A receipt as it comes back from mail: quoted, indented, wrapped, with other line ends, among words."""
    quote = rng.choice(["", "> ", ">> ", "| ", "    "])
    lines = text.splitlines()
    if rng.random() < 0.3:
        lines = [
            piece
            for line in lines
            for piece in (line.split(" ") if " " in line[:9] and not line.startswith("-") else [line])
        ]
    body = [quote + line + rng.choice(["", " ", "\t"]) for line in lines]
    ends = rng.choice(["\n", "\r\n", "\n\n"])
    return ends.join(["Dear Mr. Finch,", "please keep this:", *body, "--", "Harrow Finch LLP", ""])


# ---------------------------------------------------------------- the ways to tamper


def change_byte(case: Case) -> None:
    place = case.rng.randrange(len(case.raw))
    other = case.rng.choice([b for b in range(256) if b != case.raw[place]])
    case.raw = case.raw[:place] + bytes([other]) + case.raw[place + 1 :]


def drop_byte(case: Case) -> None:
    place = case.rng.randrange(len(case.raw))
    case.raw = case.raw[:place] + case.raw[place + 1 :]


def add_byte(case: Case) -> None:
    place = case.rng.randrange(len(case.raw) + 1)
    case.raw = case.raw[:place] + bytes([case.rng.randrange(256)]) + case.raw[place:]


def cut_bytes(case: Case) -> None:
    case.raw = case.raw[: case.rng.randrange(len(case.raw))]


def remove_records(case: Case) -> None:
    lines, start = case.lines, case.first + case.pick()
    stop = min(start + case.rng.choice([1, 1, 2, 5, 20]), len(lines) - 1)
    case.put(lines[:start] + lines[stop:])


def repeat_record(case: Case) -> None:
    lines, place = case.lines, case.first + case.pick()
    where = case.first + case.rng.randrange(case.count + 1)
    case.put([*lines[:where], lines[place], *lines[where:]])


def move_record(case: Case) -> None:
    lines, place = case.lines, case.first + case.pick()
    line = lines.pop(place)
    others = [i for i in range(case.first, len(lines)) if i != place]
    lines.insert(case.rng.choice(others), line)
    case.put(lines)


def swap_records(case: Case) -> None:
    lines = case.lines
    one, other = case.rng.sample(range(case.first, len(lines) - 1), 2)
    if case.rng.random() < 0.5:
        one, other = (one, one + 1) if one + 1 < len(lines) - 1 else (one - 1, one)
    lines[one], lines[other] = lines[other], lines[one]
    case.put(lines)


def swap_contents(case: Case) -> None:
    """Two records change places and keep the other's number and hashes."""
    lines, records = case.lines, case.records()
    one, other = case.rng.sample(range(len(records)), 2)
    numbers = [records[place]["record"]["number"] for place in (one, other)]
    records[one]["record"], records[other]["record"] = records[other]["record"], records[one]["record"]
    for place, number in zip((one, other), numbers, strict=True):
        records[place]["record"]["number"] = number
        lines[case.first + place] = core.encode(records[place]) + b"\n"
    case.put(lines)


def _edit(case: Case, record: dict[str, Any]) -> None:
    """A change of substance somebody may wish for; always another value than before."""
    rng = case.rng
    after = record["after"] if isinstance(record["after"], dict) else {}
    wishes: list[Callable[[], None]] = [
        lambda: record.update(person="99"),
        lambda: record.update(at="2026-08-31T23:59:59.999999Z"),
        lambda: record.update(event="prebill.approved" if record["event"] != "prebill.approved" else "a.b"),
        lambda: record.update(decision="D77777"),
        lambda: record.update(on_behalf_of="42"),
        lambda: record["subject"].update(id="0"),
        lambda: record["origin"].update(address="198.51.100.77"),
        lambda: record.update(before={"state": "invented"}),
    ]
    if "amount" in after:
        wishes.append(lambda: after.update(amount=f"{rng.randrange(10**7, 10**8)}.00"))
    rng.choice(wishes)()


def edit_record(case: Case) -> None:
    lines, place = case.lines, case.pick()
    line = case.records()[place]
    _edit(case, line["record"])
    lines[case.first + place] = core.encode(line) + b"\n"
    case.put(lines)


def edit_and_hash(case: Case) -> None:
    """The record's own hash is made to fit; the next record still names the old one, or the end does."""
    lines, place = case.lines, case.pick()
    line = case.records()[place]
    _edit(case, line["record"])
    line["hash"] = core.link(bytes.fromhex(line["prev"]), core.encode(line["record"])).hex()
    lines[case.first + place] = core.encode(line) + b"\n"
    case.put(lines)


def insert_forged(case: Case) -> None:
    """A new record that fits its predecessor, with the number of its place or one between."""
    lines, place = case.lines, case.pick()
    line = case.records()[place]
    _edit(case, line["record"])
    line["record"]["number"] += 1
    line["prev"] = line["hash"]
    line["hash"] = core.link(bytes.fromhex(line["prev"]), core.encode(line["record"])).hex()
    where = case.first + place + 1
    case.put([*lines[:where], core.encode(line) + b"\n", *lines[where:]])


def _has_texts(line: Line) -> bool:
    return "texts" in line


def change_text(case: Case) -> None:
    lines, place = case.lines, case.pick(_has_texts)
    line = case.records()[place]
    text = line["texts"][case.rng.choice(list(line["texts"]))]
    if case.rng.random() < 0.3:
        text["salt"] = case.rng.randbytes(16).hex()
    else:
        text["text"] += case.rng.choice([" ", ".", " (corrected)"])
    lines[case.first + place] = core.encode(line) + b"\n"
    case.put(lines)


def remove_text(case: Case) -> None:
    """A text vanishes without a record of its erasure."""
    lines, place = case.lines, case.pick(_has_texts)
    line = case.records()[place]
    line["texts"].popitem()
    if not line["texts"]:
        del line["texts"]
    lines[case.first + place] = core.encode(line) + b"\n"
    case.put(lines)


def add_text(case: Case) -> None:
    """Words are put into a record that holds none, or another text under a place without a hash."""
    lines, place = case.lines, case.pick()
    line = case.records()[place]
    line.setdefault("texts", {})["/after/note"] = {"salt": case.rng.randbytes(16).hex(), "text": "agreed"}
    lines[case.first + place] = core.encode(line) + b"\n"
    case.put(lines)


def change_header(case: Case) -> None:
    lines = case.lines
    header = json.loads(lines[0])
    wishes: list[Callable[[], object]] = [
        lambda: header.update(origin="billing.other.example"),
        lambda: header.update(keys=[case.rng.randbytes(32).hex()]),
        lambda: header["keys"].append(case.rng.randbytes(32).hex()),
        lambda: header.update(exported_at="2026-12-01T00:00:00.000000Z"),
    ]
    case.rng.choice(wishes)()
    case.put([core.encode(header) + b"\n", *lines[1:]])


def change_receipt_inside(case: Case) -> None:
    lines, place = case.lines, 1 + case.rng.randrange(len(case.receipts))
    if case.rng.random() < 0.3:
        case.put(lines[:place] + lines[place + 1 :])
        return
    text = json.loads(lines[place])["receipt"]
    changed = (
        re.sub("date 2026-0", "date 2025-0", text) if case.rng.random() < 0.5 else text.replace("count ", "count 1")
    )
    lines[place] = core.encode({"receipt": changed}) + b"\n"
    case.put(lines)


def _signed(case: Case, records: list[Line]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record of a passkey signature and the decision that rests on it."""
    place = case.pick(lambda line: line["record"]["evidence"] is not None)
    return records[place]["record"], records[place + 1]["record"]


def turn_decision(case: Case) -> None:
    """A signed decision says something else, and the whole chain is computed anew: the passkey knows better."""
    records = case.records()
    signature, decision = _signed(case, records)
    content = case.rng.randbytes(32).hex()
    wishes: list[Callable[[], object]] = [
        lambda: decision.update(event="decision.refused"),
        lambda: decision["after"].update(content_sha256=content),
        lambda: decision["after"].update(proposal_id=31),
        lambda: decision["after"].update(attestation_id=31),
        lambda: signature.update(evidence=None),
        lambda: (signature["after"].update(verdict="refused"), decision.update(event="decision.refused")),
        lambda: signature["after"].update(person_id=int(trail.ADA)),
        lambda: signature["evidence"]["signed"].update(nonce=content),
    ]
    case.rng.choice(wishes)()
    case.rebuild(records)


def forge_signature(case: Case) -> None:
    """Decision and challenge are made to fit each other; only the mathematics of the signature is left."""
    records = case.records()
    signature, decision = _signed(case, records)
    signed = {**signature["evidence"]["signed"], "content": case.rng.randbytes(32).hex()}
    forged = trail.Passkey(case.rng.getrandbits(64)).sign(core.SignedContent(**signed)).to_json()
    for record in (signature, decision):
        record["after"]["content_sha256"] = signed["content"]
    signature["evidence"] = {**forged, "public_key": signature["evidence"]["public_key"]}
    case.rebuild(records)


def cut_tail(case: Case) -> None:
    """The last records go, and the end is written anew; a receipt that covered them was kept."""
    kept = case.rng.randrange(case.count)
    case.keep_receipt(kept + 1)
    case.rebuild(case.records()[:kept])


def _rebuilt(case: Case, change: Callable[[list[Line], int], None]) -> None:
    records, furthest = case.records(), case.receipts[-1].count
    place = case.pick(up_to=furthest - 1)
    change(records, place)
    case.keep_receipt(place + 2)
    case.rebuild(records)


def rebuild_edited(case: Case) -> None:
    _rebuilt(case, lambda records, place: _edit(case, records[place]["record"]))


def rebuild_without(case: Case) -> None:
    def drop(records: list[Line], place: int) -> None:
        del records[place]

    _rebuilt(case, drop)


def rebuild_with_more(case: Case) -> None:
    def add(records: list[Line], place: int) -> None:
        more = json.loads(json.dumps(records[place]))
        _edit(case, more["record"])
        records.insert(place, more)

    _rebuilt(case, add)


def rebuild_swapped(case: Case) -> None:
    def swap(records: list[Line], place: int) -> None:
        records[place], records[place + 1] = records[place + 1], records[place]

    _rebuilt(case, swap)


@dataclass(frozen=True)
class Way:
    title: str
    tamper: Callable[[Case], None]
    weight: int = 1
    signature_only: bool = False


WAYS = (
    Way("a byte changed", change_byte, 5),
    Way("a byte removed", drop_byte, 2),
    Way("a byte added", add_byte, 2),
    Way("cut off at any byte", cut_bytes),
    Way("records removed", remove_records, 2),
    Way("a record repeated", repeat_record),
    Way("a record moved", move_record),
    Way("two records swapped", swap_records, 2),
    Way("the contents of two records swapped", swap_contents),
    Way("a record edited", edit_record, 2),
    Way("a record edited, its hash made to fit", edit_and_hash, 2),
    Way("a forged record inserted, its hash made to fit", insert_forged, 2),
    Way("a text or its salt changed", change_text),
    Way("a text removed without a record of it", remove_text),
    Way("a text added", add_text),
    Way("the header changed", change_header),
    Way("a receipt inside changed or removed", change_receipt_inside),
    Way("a signed decision turned, all computed anew", turn_decision),
    Way("a decision's signature forged, all computed anew", forge_signature, 1, True),
    Way("outside: the tail cut, the end made to fit", cut_tail, 2),
    Way("outside: a record edited, all computed anew", rebuild_edited, 2),
    Way("outside: a record removed, all computed anew", rebuild_without),
    Way("outside: a record inserted, all computed anew", rebuild_with_more),
    Way("outside: two records swapped, all computed anew", rebuild_swapped),
)
