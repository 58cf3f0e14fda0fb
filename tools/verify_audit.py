#!/usr/bin/env python3
"""Checks an audit export of Meruit without Meruit: this one file and Python 3.9 or newer are enough.

    python verify_audit.py EXPORT [--receipt FILE]... [--key HEX]... [--ledger] [--jobs N] [--json]

EXPORT is what `meruit audit export` wrote (also as .gz). FILE is any text that holds receipts which YOU
kept: a saved mail, the page of a reconciliation. The program reads the export once, in constant memory; a long
one is looked at by several processes at once.

What it finds by itself: a record changed, removed, inserted, repeated or moved; a text that does not match
its record, or is missing without a record of its erasure; a header or receipt touched; a file cut off;
a signed decision that does not say what the record says.

What it can find only with a receipt from outside: a tail cut off cleanly, and a chain that was computed
anew from the beginning. Whoever keeps the trail can do both, so without such a receipt the export is
attested by nobody but its keeper, and the report says so.

Signatures (Ed25519 of receipts, passkeys of decisions) are checked where the `cryptography` package is
installed; where it is not, they are reported as not checked.

Exit code 0: everything agrees. 1: something does not. 2: the files or the call cannot be used.
The format is described in docs/audit.md.
"""

from __future__ import annotations

import argparse
import base64
import collections
import concurrent.futures
import decimal
import email
import email.policy
import functools
import gzip
import hashlib
import hmac
import itertools
import json
import os
import re
import sys
import urllib.parse
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
except ImportError:
    CAN_CHECK_SIGNATURES = False
else:
    CAN_CHECK_SIGNATURES = True

LONGEST_LINE = 64 * 1024 * 1024
LISTED = 100
EMPTY_ROOT = hashlib.sha256(b"").digest()
RECORD_KEYS = [
    *("after", "at", "before", "decision", "event", "evidence", "number", "on_behalf_of", "origin"),
    *("person", "reason", "session", "subject", "transaction", "version"),
]
EVIDENCE = {
    *("authenticator_data", "client_data_json", "kind", "public_key", "rp_id", "signature", "signed"),
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
HASH = re.compile(r"[0-9a-f]{64}")
SALT = re.compile(r"[0-9a-f]{32}")
AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,20})?")
ZERO = decimal.Decimal()
EXACT = decimal.Context(prec=60, traps=[decimal.Inexact, decimal.InvalidOperation])
BATCH = 2_000
NOT_A_RECORD = (TypeError, KeyError, AttributeError, ValueError, ArithmeticError, RecursionError)


class Unusable(Exception):
    """The input cannot be judged at all: exit code 2."""


class Broken(Exception):
    """A part of the export breaks the format's rules; the text is what follows "Record N"."""


# ---------------------------------------------------------------- canonical JSON


def _refuse_number(text: str) -> Any:
    raise Broken(f"holds the number {text[:40]}, and the format has whole numbers only")


def _whole(text: str) -> int:
    if len(text) > 15 and (len(text) > 17 or abs(int(text)) > 2**53 - 1):
        _refuse_number(text)
    return int(text)


_decoder = json.JSONDecoder(parse_float=_refuse_number, parse_int=_whole, parse_constant=_refuse_number)
read_value = _decoder.raw_decode
canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode


def read_line(text: str) -> Any:
    """A whole line as canonical JSON: one reading, no duplicate keys, no blanks, no other spelling."""
    try:
        value, end = read_value(text)
        if text[end:] == "\n" and canonical(value) == text[:end]:
            return value
    except (ValueError, RecursionError):
        raise Broken("is not JSON") from None
    raise Broken("is not canonical JSON followed by one line feed")


# ---------------------------------------------------------------- Merkle tree (RFC 6962)


class Tree:
    """Grows leaf by leaf; holds only the roots of its complete subtrees, largest first."""

    def __init__(self) -> None:
        self.count = 0
        self.edge: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        sha256, edge, count = hashlib.sha256, self.edge, self.count
        node = sha256(b"\x00" + leaf).digest()
        while count & 1:
            node = sha256(b"\x01" + edge.pop() + node).digest()
            count >>= 1
        edge.append(node)
        self.count += 1

    def root(self) -> bytes:
        if not self.edge:
            return EMPTY_ROOT
        root = self.edge[-1]
        for node in reversed(self.edge[:-1]):
            root = hashlib.sha256(b"\x01" + node + root).digest()
        return root


# ---------------------------------------------------------------- receipts


@dataclass(frozen=True)
class Receipt:
    """A state of the trail at one moment, and where this copy of it came from."""

    origin: str
    count: int
    date: str
    head: str
    root: str
    key: str
    signature: str | None
    outside: bool
    source: str

    def name(self) -> str:
        where = f"from outside ({self.source})" if self.outside else "inside the export"
        return f"The receipt of {self.date} over {records(self.count)}, {where},"

    def signed_bytes(self) -> bytes:
        facts = (self.origin, self.count, self.date, self.head, self.root, self.key)
        return "receipt 1\norigin {}\ncount {}\ndate {}\nhead {}\nroot {}\nkey {}\n".format(*facts).encode()


BEGIN, END = "-----BEGIN MERUIT AUDIT RECEIPT-----", "-----END MERUIT AUDIT RECEIPT-----"
RECEIPT = re.compile(
    r"receipt 1 origin (\S{1,60}) count (0|[1-9][0-9]{0,15}) date (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) "
    r"head ([0-9a-f]{64}) root ([0-9a-f]{64}) key ([0-9a-f]{64})"
    r"(?: signature ([0-9a-f]{64}) ([0-9a-f]{64}))?",
    re.ASCII,
)


def find_receipts(text: str, *, outside: bool, source: str) -> list[Receipt]:
    """All receipts of a text; quoting marks, indents, wrapping and line ends of mail are no part of it."""
    found = []
    text = re.sub(r"^[\s>|\ufeff]+", "", text.replace("\r\n", "\n").replace("\r", "\n"), flags=re.MULTILINE)
    for piece in text.split(BEGIN)[1:]:
        body, ended, _ = piece.partition(END)
        match = RECEIPT.fullmatch(" ".join(body.split())) if ended else None
        if match is None:
            raise Broken("holds a receipt that is damaged or cut off; find a complete copy of it")
        origin, count, date, head, root, key, first, second = match.groups()
        signature = first + second if first else None
        found.append(Receipt(origin, int(count), date, head, root, key, signature, outside, source))
    return found


# ---------------------------------------------------------------- signatures


def ed25519_holds(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def unbase64(text: Any) -> bytes:
    """Base64url without padding, in its one canonical spelling."""
    if not isinstance(text, str):
        raise Broken("carries a signature with a part that is not text")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        data = b""
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise Broken("carries a signature with a part that is not base64url")
    return data


def cose_key(data: bytes) -> dict[Any, Any]:
    """A COSE key: the small part of CBOR that credential keys use (integers, byte strings, one map)."""
    place = 0

    def item() -> Any:
        nonlocal place
        major, size = data[place] >> 5, data[place] & 31
        place += 1
        if size >= 24:
            width = 1 << (size - 24)
            if size > 27 or place + width > len(data):
                raise Broken("carries a public key that cannot be read")
            size = int.from_bytes(data[place : place + width], "big")
            place += width
        if major == 0:
            return size
        if major == 1:
            return -1 - size
        if major in (2, 3) and place + size <= len(data):
            place += size
            return data[place - size : place]
        if major == 5 and size <= 16:
            return {item(): item() for _ in range(size)}
        raise Broken("carries a public key that cannot be read")

    try:
        key = item()
    except (IndexError, TypeError):
        raise Broken("carries a public key that cannot be read") from None
    if not isinstance(key, dict) or place != len(data):
        raise Broken("carries a public key that cannot be read")
    return key


def cose_signature_holds(key: dict[Any, Any], signature: bytes, message: bytes) -> bool:
    """ES256, EdDSA and RS256, the algorithms of passkeys (RFC 9053; IANA COSE registry)."""
    try:
        if key.get(3) == -7:
            x, y = int.from_bytes(key[-2], "big"), int.from_bytes(key[-3], "big")
            point = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            point.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        elif key.get(3) == -8:
            return ed25519_holds(key[-2], signature, message)
        elif key.get(3) == -257:
            numbers = rsa.RSAPublicNumbers(int.from_bytes(key[-2], "big"), int.from_bytes(key[-1], "big"))
            numbers.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise Broken(f"is signed by the algorithm {key.get(3)}, which passkeys do not use here")
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


# ---------------------------------------------------------------- the parts of the check


class Decisions:
    """Decisions and the passkey signatures that some of them carry."""

    def __init__(self) -> None:
        self.unsigned: Counter[str] = Counter()
        self.signed: set[tuple[str, str]] = set()  # kinds with the verdicts that were ever signed
        self.checked = self.not_checked = 0
        self.keys: dict[str, set[str]] = {}
        self.waiting: dict[str, dict[str, str]] = {}  # signatures that no decision has used yet

    def see(self, record: dict[str, Any]) -> None:
        event, number = record["event"], str(record["subject"]["id"])
        after = record["after"] if isinstance(record["after"], dict) else {}
        if record["evidence"] is not None and event != "decision.signed":
            raise Broken("carries a signature and is not the record of one")
        if event in ("authenticator.enrolled", "authenticator.removed"):
            row = after if event.endswith("enrolled") else record["before"]
            key = row.get("public_key") if isinstance(row, dict) else None
            if not isinstance(key, str):
                raise Broken("speaks of an authenticator and does not name its public key")
            keys = self.keys.setdefault(number, set())
            keys.add(key) if event.endswith("enrolled") else keys.discard(key)
        elif event == "decision.signed":
            self.check(record["evidence"], told(record, after, after.get("verdict")))
            self.waiting[number] = record["evidence"]["signed"]
        elif event in ("decision.approved", "decision.refused", "decision.amended"):
            self.decide(record, after, str(after.get("kind")), event.partition(".")[2])

    def decide(self, record: dict[str, Any], after: dict[str, Any], kind: str, verdict: str) -> None:
        """A decision uses up its signature, and a kind that was once signed is always signed."""
        attestation = after.get("attestation_id")
        if attestation is not None:
            signed = self.waiting.pop(str(attestation), None)
            if signed is None:
                raise Broken(f"rests on signature {attestation}, which is not on record or was used before")
            agree(signed, told(record, after, verdict))
            self.signed.add((kind, verdict))
            return
        self.unsigned[kind] += 1
        if (kind, verdict) in self.signed:
            raise Broken(f'decides "{kind}" without a signature, and earlier decisions of this kind have one')

    def check(self, evidence: Any, said: dict[str, str]) -> None:
        """WebAuthn section 7.2, as far as it can be repeated from what was kept."""
        if not isinstance(evidence, dict) or set(evidence) != EVIDENCE or evidence["kind"] != "passkey":
            raise Broken("carries evidence that is not a passkey signature")
        signed = evidence["signed"]
        if not isinstance(signed, dict) or set(signed) != {*said, "nonce"}:
            raise Broken("carries a signature over something else than a decision")
        agree(signed, said)
        if evidence["public_key"] not in self.keys.get(said["person"], ()):
            raise Broken(f'is signed by a passkey that was not enrolled for person "{said["person"]}"')
        client_data, data = unbase64(evidence["client_data_json"]), unbase64(evidence["authenticator_data"])
        self.check_client_data(client_data, signed, str(evidence["rp_id"]))
        if data[:32] != hashlib.sha256(str(evidence["rp_id"]).encode()).digest():
            raise Broken(f'carries a signature that was not made for the site "{evidence["rp_id"]}"')
        if len(data) < 37 or data[32] & 0b101 != 0b101:
            raise Broken("carries a signature made without verifying that the person was there")
        key, signature = cose_key(unbase64(evidence["public_key"])), unbase64(evidence["signature"])
        if not CAN_CHECK_SIGNATURES:
            self.not_checked += 1
        elif cose_signature_holds(key, signature, data + hashlib.sha256(client_data).digest()):
            self.checked += 1
        else:
            raise Broken("carries a passkey signature that does not hold")

    def check_client_data(self, client_data: bytes, signed: dict[str, Any], site: str) -> None:
        try:
            told = json.loads(client_data)
            kind, challenge, origin = told["type"], told["challenge"], told["origin"]
            host = urllib.parse.urlsplit(origin).hostname or ""
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Broken("carries a signature whose client data cannot be read") from None
        expected = hashlib.sha256(b"meruit-decision 1\n" + canonical(signed).encode()).digest()
        if kind != "webauthn.get" or challenge != base64.urlsafe_b64encode(expected).rstrip(b"=").decode():
            raise Broken("carries a signature that was given for another decision")
        if host != site and not host.endswith("." + site):
            raise Broken(f'carries a signature given on the site "{host}", not on "{site}"')


def told(record: dict[str, Any], after: dict[str, Any], verdict: Any) -> dict[str, str]:
    """What a record says was decided, in the words of what is signed."""
    return {
        "person": str(after.get("person_id") or record["person"]),
        "proposal": str(after.get("proposal_id")),
        "verdict": str(verdict),
        "content": str(after.get("content_sha256")),
    }


def agree(signed: dict[str, Any], said: dict[str, str]) -> None:
    for name, value in said.items():
        if signed[name] != value:
            raise Broken(f'says {name} "{value}", and its decider signed {name} "{signed[name]}"')


class Texts:
    """Free texts that stand apart from their records: each matches its hash, or its erasure is on record."""

    def __init__(self) -> None:
        self.matched = 0
        self.missing: set[tuple[str, str]] = set()
        self.erased: set[tuple[str, str]] = set()

    def see_erasure(self, record: dict[str, Any]) -> None:
        after = record["after"]
        places = after.get("texts") if isinstance(after, dict) else None
        if record["subject"]["kind"] != "audit_record" or not isinstance(places, list):
            raise Broken("speaks of an erasure and does not say which texts of which record")
        for place in places:
            text = (str(record["subject"]["id"]), str(place))
            if text in self.missing:
                self.missing.discard(text)
                self.erased.add(text)
            elif text not in self.erased:
                raise Broken(f"says that the text {text[1]} of record {text[0]} was erased, and it was not")


class Ledger:
    """Each entry sums to zero in each currency. What its postings say by themselves is looked at with their record."""

    def __init__(self) -> None:
        self.postings = self.batched = 0
        self.open: dict[tuple[str, str], decimal.Decimal] = {}


# ---------------------------------------------------------------- one record by itself


class Seen:
    """What a line tells without those around it, which is most of the work; `told` travels between processes."""

    def __init__(self, line: bytes, table: str | None) -> None:
        self.unreadable = self.fault = ""
        self.number, self.previous, self.stated, self.found = 0, "", "", b""
        self.matched = self.postings = self.batched = 0
        self.missing: list[str] = []  # places of texts that are not there
        self.open: list[tuple[str, str, str]] = []  # postings: entry, currency, amount
        self.late: dict[str, Any] | None = None  # a record that is judged by what came before it
        try:
            record, content, rest = self.read(line)
        except (Broken, ValueError, TypeError, KeyError, RecursionError) as fault:
            self.unreadable = str(fault) if isinstance(fault, Broken) else "cannot be read"
            return
        try:
            if canonical(record) != content:
                raise Broken("is not written as canonical JSON")
            texts = {} if rest == "}\n" else read_texts(rest)
            self.judge(record, texts, '"text_hmac"' in content, table)
        except Broken as fault:
            self.fault = str(fault)
        except NOT_A_RECORD:
            self.fault = "does not have the parts of a record"

    def told(self) -> tuple[Any, ...]:
        return (
            *(self.unreadable, self.fault, self.number, self.previous, self.stated, self.found, self.matched),
            *(self.missing, self.postings, self.batched, self.open, self.late),
        )

    def read(self, line: bytes) -> tuple[dict[str, Any], str, str]:
        """The record, its text, and what stands behind it on the line; and the hash that this text has."""
        text = line.decode()
        if line[:9] != b'{"hash":"' or line[73:83] != b'","prev":"' or line[147:158] != b'","record":':
            raise Broken("is not a record with its hash and the hash before it")
        self.stated, self.previous = text[9:73], text[83:147]
        before = unhex(self.previous)
        record, end = read_value(text, 158)
        self.number = record["number"]
        if type(self.number) is not int:
            raise Broken("has no number")
        content, rest = text[158:end], text[end:]
        body = line[158:-2] if rest == "}\n" else content.encode()
        self.found = hashlib.sha256(before + body).digest()
        return record, content, rest

    def judge(self, record: dict[str, Any], texts: dict[str, Any], has_hashes: bool, table: str | None) -> None:
        if list(record) != RECORD_KEYS or record["version"] != 1 or not MOMENT.fullmatch(record["at"]):
            raise Broken("does not have the parts of a record of version 1")
        if texts or has_hashes:
            self.match(record, texts)
        event = record["event"]
        room = event.partition(".")[0]
        if room in ("decision", "authenticator"):
            self.late = record
            return
        if record["evidence"] is not None:
            raise Broken("carries a signature and is not the record of one")
        if event == "audit.text_erased":
            self.late = record
        elif table and event == "ledger.posted":
            self.post_entry(record["after"]["postings"])
        elif table and room in ("row", "rows") and record["subject"]["kind"] == table:
            self.post_row(record)

    # -- texts

    def match(self, record: dict[str, Any], texts: dict[str, Any]) -> None:
        places: dict[str, Any] = {}
        for part in ("before", "after", "reason"):
            find_hashes(record[part], f"/{part}", places)
        for place, text in texts.items():
            if place not in places:
                raise Broken(f"has a text for {place}, where the record holds no hash of a text")
            if not isinstance(text, dict) or text.keys() != {"salt", "text"} or type(text["text"]) is not str:
                raise Broken(f"has a text for {place} that is not a salt and a text")
            if not SALT.fullmatch(str(text["salt"])):
                raise Broken(f"has a text for {place} whose salt is not 32 hexadecimal digits")
            found = hmac.digest(bytes.fromhex(text["salt"]), text["text"].encode(), "sha256").hex()
            if found != places.pop(place):
                raise Broken(f"has a text for {place} that is not the text it was sealed with")
            self.matched += 1
        self.missing = list(places)

    # -- postings: one by one in the row history of their table, or all of an entry in its record `ledger.posted`

    def post_entry(self, postings: Any) -> None:
        sums: dict[str, decimal.Decimal] = {}
        for posting in postings:
            currency, amount = currency_and_amount(posting)
            sums[currency] = EXACT.add(sums.get(currency, ZERO), decimal.Decimal(amount))
            self.postings += 1
        for currency, total in sums.items():
            if total:
                raise Broken(f"posts an entry that does not sum to zero: {total:f} {currency} are left")

    def post_row(self, record: dict[str, Any]) -> None:
        after = record["after"]
        if record["event"] == "rows.inserted":
            self.batched += after["rows"]  # of a large batch, history keeps number and digest only
        elif record["event"] != "row.inserted":
            raise Broken("changes or removes a posting; postings are only ever added")
        elif not isinstance(after, dict) or after.get("entry_id") is None:
            raise Broken("is a posting that names no entry_id")
        else:
            self.open.append((str(after["entry_id"]), *currency_and_amount(after)))
            self.postings += 1


def unhex(text: str) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    if data.hex() != text:  # another spelling
        raise Broken("has a hash before it that is not 64 hexadecimal digits")
    return data


def read_texts(rest: str) -> dict[str, Any]:
    """What stands behind the record on its line: the texts kept for it."""
    if not rest.startswith(',"texts":') or not rest.endswith("}\n"):
        raise Broken("is followed by something that is not its texts")
    texts = read_line(rest[len(',"texts":') : -2] + "\n")
    if not isinstance(texts, dict) or not texts:
        raise Broken("is followed by something that is not its texts")
    return texts


def find_hashes(value: Any, place: str, places: dict[str, Any]) -> None:
    """Collects the hashes that stand in place of texts, by JSON pointer (RFC 6901)."""
    if type(value) is dict:
        if "text_hmac" in value:
            places[place] = value["text_hmac"]
            return
        steps = iter(value.items())
    elif type(value) is list:
        steps = iter(enumerate(value))
    else:
        return
    for step, item in steps:
        if type(item) is dict or type(item) is list:
            find_hashes(item, f"{place}/{str(step).replace('~', '~0').replace('/', '~1')}", places)


def currency_and_amount(posting: Any) -> tuple[str, str]:
    try:
        currency, amount = str(posting["currency"]), posting["amount"]
        if isinstance(amount, str) and AMOUNT.fullmatch(amount):
            return currency, amount
    except (KeyError, TypeError):
        pass
    raise Broken("has a posting without currency and an amount as text")


def look(lines: list[bytes], table: str | None) -> list[tuple[Any, ...]]:
    return [Seen(line, table).told() for line in lines]


def looked_at(lines: Iterator[bytes], table: str | None, jobs: int) -> Iterator[tuple[Any, ...]]:
    """Look at every line by itself, several processes at once where there is enough to do; in order all the same."""
    batches = iter(lambda: list(itertools.islice(lines, BATCH)), [])
    first = next(batches, [])
    if jobs == 1 or len(first) < BATCH:
        yield from look(first, table)
        for batch in batches:
            yield from look(batch, table)
        return
    with concurrent.futures.ProcessPoolExecutor(jobs) as helpers:
        under_way: collections.deque[concurrent.futures.Future[list[tuple[Any, ...]]]] = collections.deque()
        for batch in itertools.chain([first], batches):
            under_way.append(helpers.submit(look, batch, table))
            if len(under_way) > 2 * jobs:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()


# ---------------------------------------------------------------- the check


class Check:
    """Goes through an export once and collects what does not agree."""

    def __init__(self, outside: list[Receipt], keys: list[str], ledger: str | None, jobs: int = 1) -> None:
        self.receipts, self.trusted = list(outside), set(keys)
        self.decisions, self.texts, self.tree = Decisions(), Texts(), Tree()
        self.table, self.ledger = ledger, Ledger() if ledger else None
        self.jobs, self.lines, self.torn = jobs, 0, ""
        self.findings: list[str] = []
        self.more = self.agreeing = self.unsigned = self.unchecked = 0
        self.origin, self.keys = "", list[Any]()
        # Of the last record: its number, the hash it states, the hash it has (none: it could not be read).
        self.number, self.stated, self.head = 0, "", ""

    def finding(self, sentence: str) -> None:
        if len(self.findings) < LISTED:
            self.findings.append(shown(sentence))
        else:
            self.more += 1

    def run(self, export: BinaryIO) -> None:
        frame, end = hashlib.sha256(), None
        lines = self.read(export)
        header = next(lines, None)
        if header is None:
            raise Unusable("it is empty, or not a compressed file")
        self.header(header)
        frame.update(header)
        line = next(lines, None)
        while line is not None and line.startswith(b'{"receipt":'):
            self.receipt(line, self.lines)
            frame.update(line)
            line = next(lines, None)
        due = self.due()
        behind: list[bytes] = []
        told = looked_at(up_to_the_end(itertools.chain([line] if line else [], lines), behind), self.table, self.jobs)
        for place, seen in enumerate(told, start=self.lines if line else 0):
            self.record(place, *seen)
            if self.number in due:
                self.compare(due.pop(self.number))
        if behind:
            end = behind[0]
            for _ in lines:
                self.finding(f"Line {self.lines} stands after the end of the export.")
        if self.torn:
            self.finding(f"The compressed file cannot be read behind line {self.lines}: {self.torn}.")
        self.close(end, frame.hexdigest(), due)

    def read(self, export: BinaryIO) -> Iterator[bytes]:
        """The lines of the export, counted; a compressed file that cannot be read on ends there."""
        shows = sys.stderr.isatty()
        try:
            for line in iter(functools.partial(export.readline, LONGEST_LINE), b""):
                self.lines += 1
                if shows and self.lines % 50_000 == 0:
                    print(f"\r{self.lines:,} lines", end="", file=sys.stderr)
                yield line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.torn = str(error)
        if shows:
            print("\r\033[K", end="", file=sys.stderr)

    # -- lines of the frame

    def header(self, line: bytes) -> None:
        try:
            header = json.loads(line)
            known = header["format"] == "meruit-audit"
        except (ValueError, TypeError, KeyError, RecursionError):
            known = False
        if not known:
            raise Unusable("its first line is not the header of an audit export")
        if header.get("version") != 1:
            raise Unusable(f"it has version {header.get('version')}; this program reads version 1")
        try:
            read_line(line.decode())
            if set(header) != {"exported_at", "format", "keys", "origin", "version"}:
                raise Broken("has other keys than exported_at, format, keys, origin and version")
            if not isinstance(header["keys"], list) or not isinstance(header["origin"], str):
                raise Broken("has no list of keys or no origin")
        except (Broken, UnicodeDecodeError) as fault:
            self.finding(f"The header {fault}.")
        self.origin, keys = str(header.get("origin")), header.get("keys")
        self.keys = keys if isinstance(keys, list) else []
        beginning = f"meruit-audit 1\n{self.origin}\n".encode("utf-8", "replace")
        self.stated = self.head = hashlib.sha256(beginning).hexdigest()

    def receipt(self, line: bytes, place: int) -> None:
        try:
            value = read_line(line.decode())
            found = find_receipts(value["receipt"], outside=False, source="the export")
            if set(value) != {"receipt"} or len(found) != 1:
                raise Broken("does not hold exactly one receipt")
            self.receipts += found
        except (Broken, UnicodeDecodeError, AttributeError, TypeError) as fault:
            self.finding(f"Line {place} {fault}.")

    # -- records

    def record(
        self, place: int, unreadable: str, fault: str, number: int, previous: str, stated: str, found: bytes,
        matched: int, missing: list[str], postings: int, batched: int, open_: list[tuple[str, str, str]],
        late: dict[str, Any] | None,
    ) -> None:  # fmt: skip
        """What `Seen` told of a line, judged by those before it."""
        if unreadable:
            self.finding(f"Line {place}, where record {self.number + 1} should stand, {unreadable}.")
            self.number, self.stated, self.head = self.number + 1, "", ""
            self.tree.add(b"")
            return
        self.follow(number, previous, stated, found)
        self.texts.matched += matched
        for text in missing:
            self.texts.missing.add((str(number), text))
        if self.ledger:
            self.post(self.ledger, postings, batched, open_)
        try:
            if late is not None and late["event"] == "audit.text_erased":
                self.texts.see_erasure(late)
            elif late is not None:
                self.decisions.see(late)
        except Broken as broken:
            fault = str(broken)
        except NOT_A_RECORD:
            fault = "does not have the parts of a record"
        if fault:
            self.finding(f"Record {number} {fault}.")

    def post(self, ledger: Ledger, postings: int, batched: int, rows: list[tuple[str, str, str]]) -> None:
        ledger.postings += postings
        ledger.batched += batched
        for entry, currency, amount in rows:
            total = EXACT.add(ledger.open.pop((entry, currency), ZERO), decimal.Decimal(amount))
            if total:
                ledger.open[entry, currency] = total

    def follow(self, number: int, previous: str, stated: str, found: bytes) -> None:
        """Number and chain. A fault is told once, at its place; what comes behind is judged for itself."""
        last, head = self.number, found.hex()
        if head != stated:
            self.finding(f"Record {number} was changed: its content does not match its hash.")
        if number <= last:
            self.finding(f"Record {number} stands after record {last}: it was inserted, repeated or moved.")
            return
        if number > last + 1:
            gap = f"Record {last + 1} is" if number == last + 2 else f"Records {last + 1} to {number - 1} are"
            self.finding(f"{gap} missing: after record {last} comes record {number}.")
        elif previous not in (self.stated, self.head) and self.head:
            what = f'the beginning of the trail of "{self.origin}"' if number == 1 else f"record {last}"
            self.finding(f"Record {number} does not follow {what}: it names another predecessor.")
        self.number, self.stated, self.head = number, stated, head
        self.tree.add(found)
        self.agreeing += head == stated

    # -- receipts

    def due(self) -> dict[int, list[Receipt]]:
        """Receipts by the number of records they cover; each is judged when the reading has come so far."""
        due: dict[int, list[Receipt]] = {}
        for receipt in self.receipts:
            self.signature(receipt)
            if receipt.origin != self.origin:
                self.finding(f'{receipt.name()} is of "{receipt.origin}"; this export is of "{self.origin}".')
            due.setdefault(receipt.count, []).append(receipt)
        self.compare(due.pop(0, []))
        return due

    def signature(self, receipt: Receipt) -> None:
        if receipt.key not in self.keys:
            self.finding(f"{receipt.name()} names a key that is not among the keys of this export.")
        if self.trusted and receipt.key not in self.trusted:
            self.finding(f"{receipt.name()} names a key that is not among those given with --key.")
        if receipt.signature is None:
            self.unsigned += 1
        elif not CAN_CHECK_SIGNATURES:
            self.unchecked += 1
        elif not ed25519_holds(bytes.fromhex(receipt.key), bytes.fromhex(receipt.signature), receipt.signed_bytes()):
            self.finding(f"{receipt.name()} is not signed by the key it names: it is damaged or forged.")

    def compare(self, receipts: list[Receipt]) -> None:
        head, root = self.head, self.tree.root().hex()
        for receipt in receipts:
            if (receipt.head, receipt.root) != (head, root):
                self.finding(
                    f"{receipt.name()} does not agree with this export: the first {records(receipt.count)} "
                    "are not those it was given for. History was changed afterwards."
                )

    # -- the end

    def close(self, line: bytes | None, frame: str, due: dict[int, list[Receipt]]) -> None:
        faults_so_far = bool(self.findings)
        for receipt in (receipt for count in sorted(due) for receipt in due[count]):
            self.finding(
                f"{receipt.name()} ends with record {receipt.count}, which is missing here."
                if receipt.count < self.number
                else f"{receipt.name()} covers more than this export, which ends with record {self.number}: "
                "its tail was cut off, or it was written before the receipt; ask for a newer export."
            )
        if line is None:
            self.finding(f"The export has no end: it was cut off after record {self.number}.")
        else:
            self.end(line, frame, faults_so_far)
        for number, place in sorted(self.texts.missing):
            self.finding(f"Record {number} has no text for {place} any more, and no record says that it was erased.")
        for (entry, currency), total in sorted(self.ledger.open.items()) if self.ledger else ():
            self.finding(f"Ledger entry {entry} does not sum to zero: {total:f} {currency} are left.")

    def end(self, line: bytes, frame: str, faults_so_far: bool) -> None:
        try:
            value = read_line(line.decode())
            end = value["end"]
            if set(value) != {"end"} or set(end) != {"count", "frame", "head", "root"}:
                raise Broken("has other parts than count, frame, head and root")
        except (Broken, UnicodeDecodeError, TypeError) as fault:
            why = fault if isinstance(fault, Broken) else "cannot be read"
            self.finding(f"The last line, the end of the export, {why}.")
            return
        if end["frame"] != frame:
            self.finding("The header or a receipt inside the export was changed: the end does not match them.")
        if end["count"] != self.number:
            self.finding(f"The end speaks of {end['count']} records, and the last one here is record {self.number}.")
        elif (end["head"], end["root"]) != (
            self.head,
            self.tree.root().hex(),
        ) and not faults_so_far:
            self.finding("The end does not match the records: another head or tree root stands there.")


def up_to_the_end(lines: Iterator[bytes], behind: list[bytes]) -> Iterator[bytes]:
    """The lines of records; the end of the export, where it has come, goes to `behind`."""
    for line in lines:
        if line.startswith(b'{"end":'):
            behind.append(line)
            return
        yield line


# ---------------------------------------------------------------- the report


def shown(text: str) -> str:
    """Text of the export as it may be printed: nothing in it moves the cursor or begins a line of its own."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def report(check: Check) -> Iterator[str]:
    for sentence in check.findings:
        yield f"- {sentence}"
    if check.more:
        yield f"- and {check.more:,} more."
    yield f'Export of "{shown(check.origin)}": {records(check.tree.count)}, the last is record {check.number}.'
    yield f"Chain: {records(check.agreeing)} match their hashes. Tree root {check.tree.root().hex()}."
    texts = check.texts
    yield f"Texts kept apart: {texts.matched:,} match, {len(texts.erased):,} were erased on record."
    decisions = check.decisions
    unsigned = ", ".join(f"{shown(kind)} {count:,}" for kind, count in sorted(decisions.unsigned.items()))
    yield (
        f"Decisions: {decisions.checked + decisions.not_checked:,} signed by passkey, "
        f"{sum(decisions.unsigned.values()):,} without signature{f' ({unsigned})' if unsigned else ''}."
    )
    if check.ledger:
        yield f"Ledger: {check.ledger.postings:,} postings, {len(check.ledger.open):,} sums other than zero."
        if check.ledger.batched:
            yield f"NOT CHECKED: {check.ledger.batched:,} postings came in batches whose rows are not in the export."
    outside = [receipt for receipt in check.receipts if receipt.outside]
    inside = len(check.receipts) - len(outside)
    yield f"Receipts: {len(outside)} from outside, {inside} in the export, {check.unsigned} unsigned."
    if check.unchecked or decisions.not_checked:
        yield (
            f"NOT CHECKED: {check.unchecked} signatures of receipts, {decisions.not_checked} of decisions, "
            'because the Python package "cryptography" is not installed here.'
        )
    if outside:
        furthest = max(outside, key=lambda receipt: receipt.count)
        yield (
            f"Independence: receipts from outside cover the first {records(furthest.count)} "
            f"(last dated {furthest.date}); what came later is attested by its keeper alone."
        )
    else:
        yield (
            "Independence: none. No receipt from outside was given, so this export is attested by its keeper "
            "alone; a history computed anew would look the same. Give a receipt that you kept with --receipt."
        )
    found = len(check.findings) + check.more
    yield f"Result: it does NOT agree; see {found:,} above." if found else "Result: everything agrees."


def summary(check: Check) -> dict[str, Any]:
    outside = [receipt for receipt in check.receipts if receipt.outside]
    return {
        "agrees": not check.findings,
        "findings": check.findings,
        "findings_not_listed": check.more,
        "origin": check.origin,
        "records": check.tree.count,
        "head": check.head,
        "root": check.tree.root().hex(),
        "texts_matched": check.texts.matched,
        "texts_erased": len(check.texts.erased),
        "decisions_signed": check.decisions.checked + check.decisions.not_checked,
        "decisions_unsigned": dict(check.decisions.unsigned),
        "signatures_not_checked": check.unchecked + check.decisions.not_checked,
        "receipts_outside": len(outside),
        "receipts_inside": len(check.receipts) - len(outside),
        "records_attested_outside": max((receipt.count for receipt in outside), default=0),
        "postings": check.ledger.postings if check.ledger else None,
        "postings_not_checked": check.ledger.batched if check.ledger else None,
    }


def readable(data: bytes) -> str:
    """The words of a file; of a saved mail whose body is encoded (base64, quoted-printable) its plain text."""
    text = data.decode("utf-8", "replace")
    if BEGIN in text:
        return text
    mail = email.message_from_bytes(data, policy=email.policy.default)
    plain = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    try:
        return "\n".join(str(part.get_content()) for part in plain)
    except (LookupError, ValueError):
        return text


def outside_receipts(paths: list[str]) -> list[Receipt]:
    receipts: list[Receipt] = []
    for path in paths:
        try:
            with open(path, "rb") as file:
                found = find_receipts(readable(file.read()), outside=True, source=path)
        except (OSError, Broken) as fault:
            raise Unusable(f"{path} {fault}" if isinstance(fault, Broken) else str(fault)) from None
        if not found:
            raise Unusable(f"{path} holds no receipt; a receipt begins with the line {BEGIN}")
        receipts += found
    return receipts


def cores() -> int:
    """How many processes may work at once here; more than eight wait for the one that reads."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="verify_audit.py",
        description="Checks an audit export of Meruit without Meruit.",
        epilog="Exit code 0: everything agrees; 1: something does not; 2: files or call cannot be used.",
    )
    parser.add_argument("export", help="what `meruit audit export` wrote (also .gz)")
    parser.add_argument("--receipt", action="append", default=[], metavar="FILE", help="receipts you kept")
    parser.add_argument("--key", action="append", default=[], metavar="HEX", help="public keys you trust")
    parser.add_argument(
        "--ledger",
        nargs="?",
        const="ledger_posting",
        metavar="TABLE",
        help="also check that postings sum to zero per entry and currency (default table: ledger_posting)",
    )
    parser.add_argument("--jobs", type=int, default=cores(), metavar="N", help="processes at work (default: all cores)")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    options = parser.parse_args(arguments)
    try:
        for key in options.key:
            if not HASH.fullmatch(key):
                raise Unusable(f'the key "{key}" is not 64 hexadecimal digits')
        check = Check(outside_receipts(options.receipt), options.key, options.ledger, max(options.jobs, 1))
        opener = gzip.open if options.export.endswith(".gz") else open
        try:
            with opener(options.export, "rb") as export:
                check.run(export)
        except Unusable as fault:
            raise Unusable(f"{options.export} cannot be checked: {fault}") from None
    except (Unusable, OSError) as fault:
        print(f"verify_audit.py: {fault}.", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(summary(check), indent=2))
    else:
        print("\n".join(report(check)))
    return 1 if check.findings else 0


if __name__ == "__main__":
    sys.exit(main())
