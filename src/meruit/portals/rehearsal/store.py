"""The portal's memory: SQLite in a folder of its own, durable before anything is said.

A file is taken in, an event is thought of and its place in the outbox is given in one transaction; the file in
the outbox is written from that row afterwards, under the name the row says. Killed between the two, it is
written at the next start.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sqlite3
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.portals.rehearsal.judge import Bill, Remark

COLUMNS = ("event", "at", "file", "sha256", "bill", "word", "line", "reason", "amount", "currency", "note", "reference")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS upload (id INTEGER PRIMARY KEY, name TEXT, stamp TEXT, sha256 TEXT, content BLOB, at TEXT);
CREATE TABLE IF NOT EXISTS bill (
    id INTEGER PRIMARY KEY, upload INTEGER REFERENCES upload, number TEXT, matter TEXT, total TEXT, state TEXT, at TEXT,
    judged TEXT, approved TEXT, reference TEXT);
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT, file TEXT, sha256 TEXT, bill TEXT, word TEXT, line INTEGER,
    reason TEXT, amount TEXT, currency TEXT, note TEXT, reference TEXT, outbox TEXT, published INTEGER DEFAULT 0);
"""


class Store:
    """Everything this portal knows. One process writes it."""

    def __init__(self, home: Path) -> None:
        self.drop = home / "drop"  # what the SFTP door shows, and nothing else
        self.inbox, self.outbox = self.drop / "inbox", self.drop / "outbox"
        for folder in (home, self.inbox, self.outbox):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(home / "portal.sqlite", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)

    def waiting(self) -> list[Path]:
        """Whole files in the inbox, oldest first. A name that still ends in .part is being written."""
        found = [p for p in self.inbox.iterdir() if p.is_file() and not p.name.startswith(".") and p.suffix != ".part"]
        return sorted(found, key=lambda p: (p.stat().st_mtime_ns, p.name))

    def took(self, path: Path) -> bool:
        """Whether this very file was taken in already: killed before the inbox was emptied of it."""
        found = self._db.execute("SELECT 1 FROM upload WHERE name = ? AND stamp = ?", [path.name, _stamp(path)])
        return found.fetchone() is not None

    def seen(self, sha256: str) -> bool:
        """Whether these bytes were taken in before."""
        return self._db.execute("SELECT 1 FROM upload WHERE sha256 = ?", [sha256]).fetchone() is not None

    def holds(self, number: str) -> bool:
        """Whether a bill of this number is with the client, and was not sent back."""
        found = self._db.execute("SELECT 1 FROM bill WHERE number = ? AND state <> 'sent_back'", [number]).fetchone()
        return found is not None

    def take(
        self, path: Path, at: datetime, bills: Iterable[tuple[Bill, str]], events: Iterable[dict[str, Any]]
    ) -> None:
        """Take a file in with what was made of it and what will be said; the inbox is emptied afterwards."""
        data = path.read_bytes()
        sha = hashlib.sha256(data).hexdigest()
        with self._transaction():
            upload = self._db.execute(
                "INSERT INTO upload (name, stamp, sha256, content, at) VALUES (?, ?, ?, ?, ?)",
                [path.name, _stamp(path), sha, data, _iso(at)],
            ).lastrowid
            for bill, state in bills:
                self._db.execute(
                    "INSERT INTO bill (upload, number, matter, total, state, at, judged) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        upload,
                        bill.number,
                        bill.client_matter,
                        str(bill.total),
                        state,
                        _iso(at),
                        json.dumps(asdict(bill), default=str),
                    ],
                )
            self._say(at, path.name, sha, events)
        path.unlink()

    def move(self, bill: sqlite3.Row, state: str, at: datetime, events: Iterable[dict[str, Any]], **more: str) -> None:
        """A bill's next state and what is said of it, at once."""
        with self._transaction():
            columns = "".join(f", {name} = ?" for name in more)
            self._db.execute(
                f"UPDATE bill SET state = ?, at = ?{columns} WHERE id = ?",
                [state, _iso(at), *more.values(), bill["id"]],
            )
            self._say(at, bill["name"], bill["sha256"], events)

    def bills(self, *states: str) -> list[sqlite3.Row]:
        """Bills in these states, or all of them, oldest first."""
        where = f"WHERE b.state IN ({', '.join('?' * len(states))})" if states else ""
        statement = f"SELECT b.*, u.name, u.sha256 FROM bill b JOIN upload u ON u.id = b.upload {where} ORDER BY b.id"
        return self._db.execute(statement, list(states)).fetchall()

    def bill(self, key: int) -> sqlite3.Row | None:
        """One bill."""
        return next((b for b in self.bills() if b["id"] == key), None)

    def events(self, number: str) -> list[sqlite3.Row]:
        """What was said of a bill."""
        return self._db.execute("SELECT * FROM event WHERE bill = ? ORDER BY id", [number]).fetchall()

    def publish(self) -> int:
        """Write every unpublished outbox file, whole or not at all; returns how many."""
        names = [
            r[0] for r in self._db.execute("SELECT DISTINCT outbox FROM event WHERE published = 0 ORDER BY outbox")
        ]
        for name in names:
            rows = self._db.execute("SELECT id AS event, * FROM event WHERE outbox = ? ORDER BY id", [name]).fetchall()
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow(COLUMNS)
            writer.writerows([row[column] if row[column] is not None else "" for column in COLUMNS] for row in rows)
            part = self.outbox / f".{name}.part"
            with part.open("w", encoding="utf-8", newline="") as file:
                file.write(text.getvalue())
                file.flush()
                os.fsync(file.fileno())
            part.rename(self.outbox / name)
            self._db.execute("UPDATE event SET published = 1 WHERE outbox = ?", [name])
        return len(names)

    def _say(self, at: datetime, name: str, sha: str, events: Iterable[dict[str, Any]]) -> None:
        last = self._db.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0]
        outbox = f"status-{last + 1:08d}.csv"
        for event in events:
            row = {"file": name, "sha256": sha, "at": _iso(at), "outbox": outbox} | event
            names = ", ".join(row)
            self._db.execute(
                f"INSERT INTO event ({names}) VALUES ({', '.join('?' * len(row))})", [_plain(v) for v in row.values()]
            )

    def _transaction(self) -> sqlite3.Connection:
        self._db.execute("BEGIN IMMEDIATE")
        return self._db


def said(bill: str, word: str, remark: Remark | None = None, *, reason: str = "", **more: Any) -> dict[str, Any]:
    """One row of what the portal says."""
    row: dict[str, Any] = {"bill": bill, "word": word} | more
    if remark is not None:
        row |= {"line": remark.line or None, "reason": reason, "amount": remark.amount or None, "note": remark.note}
    return row


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_ino}/{status.st_mtime_ns}"


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
