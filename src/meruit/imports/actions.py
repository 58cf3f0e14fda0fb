"""Taking a file in: look, confirm the mapping, run in chunks that can be stopped and gone on with.

Each chunk is one transaction with its place in the file, so a run that is killed goes on behind the last chunk
that committed. Rooms bring a `Taker` for the records they own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import F

from meruit.imports.core import fields
from meruit.imports.core.ahead import ahead
from meruit.imports.core.block import Block, Taken
from meruit.imports.core.files import Lot, Row, Table
from meruit.imports.core.pace import bulk
from meruit.imports.core.problems import FileRefused, Problem
from meruit.imports.core.rows import Reader, Refused, read
from meruit.imports.models import Batch, SetAside, Source
from meruit.imports.models import Mapping as StoredMapping
from meruit.postgres import cells
from meruit.postgres.arrays import array, texts
from meruit.postgres.copying import copy_rows

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

CHUNK = 10_000
#: How many rows are looked at to suggest a mapping and tell the style of dates.
SAMPLE = 2000


@dataclass(slots=True)
class Chunk:
    """What a taker is given: rows it has not seen, rows that say something new, both already readable."""

    batch: Batch
    new: Block = field(default_factory=Block)
    changed: list[tuple[Taken, int]] = field(default_factory=list)  # with the id of what the row became before
    prepared: Any = None  # what a taker that works ahead has made of `new`; None where it has to be made now


@dataclass(slots=True)
class Outcome:
    """What became of a chunk: the record each new row became, and the rows that cannot be."""

    became: dict[str, int] = field(default_factory=dict)  # key of a new row -> id of its record
    refused: list[tuple[Taken, Problem]] = field(default_factory=list)


class Taker(Protocol):
    """A room's way of taking rows of one record. Runs inside the chunk's transaction."""

    def take(self, chunk: Chunk) -> Outcome:
        """Write the rows; whatever cannot be is returned with its reason, and nothing of it is written."""

    def gone(self, batch: Batch, targets: Sequence[int]) -> None:
        """Records whose source row is no longer in a complete file."""

    def finish(self, batch: Batch) -> None:
        """The last chunk has been taken."""


@runtime_checkable
class Ahead(Protocol):
    """A taker that can work on rows before it is their turn, in another thread: it asks no database then."""

    def prepare(self, rows: Block) -> object:
        """Whatever it wants to find in the chunk, if all these rows turn out to be new."""


@dataclass(frozen=True, slots=True)
class Acting:
    """How an import acts: who, and the transaction of whoever acts. Handed in, since authority stands above."""

    person_id: int
    transaction: Callable[[], AbstractContextManager[None]]
    now: Callable[[], datetime]
    note: Callable[..., None]


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was looked at: the mapping that is remembered for it, or suggested."""

    table: Table
    record: fields.Record
    suggestion: fields.Suggestion
    remembered: StoredMapping | None


def look(record: str, table: Table) -> Looked:
    """Read a file's beginning, and suggest which column is which, or remember what was confirmed before."""
    known = fields.records()
    if record not in known:
        raise FileRefused(f'"{record}" is no kind of record; known are {", ".join(known)}.')
    sample = [row.cells for row in islice(table.rows(), SAMPLE)]
    if not sample:
        raise FileRefused(f"{table.path.name} has a header and no rows.")
    remembered = StoredMapping.objects.filter(
        record=record, headers_sha256=fields.digest(table.headers), confirmed_at__isnull=False
    ).first()
    return Looked(table, known[record], fields.suggest(known[record], table.headers, sample), remembered)


def confirm(acting: Acting, looked: Looked, columns: Mapping[str, str], style: str) -> StoredMapping:
    """Say which column is which field and how dates are written; remembered for every file with these headers."""
    unknown = [f for f in columns if f not in looked.record.fields] + [
        h for h in columns.values() if h not in looked.table.headers
    ]
    missing = [name for name in looked.record.required if name not in columns]
    if unknown or missing:
        what = f"does not know {unknown[0]}" if unknown else f"names no column for {', '.join(missing)}"
        raise FileRefused(f"The mapping of {looked.record.title} {what}.")
    if style not in looked.suggestion.styles and looked.suggestion.styles:
        raise FileRefused(f"Not every date reads as {style}; possible here: {', '.join(looked.suggestion.styles)}.")
    with acting.transaction():
        mapping, _ = StoredMapping.objects.update_or_create(
            record=looked.record.name,
            headers_sha256=fields.digest(looked.table.headers),
            defaults={
                "columns": dict(columns),
                "date_style": style,
                "confirmed_by_id": acting.person_id,
                "confirmed_at": acting.now(),
            },
        )
        acting.note(
            "mapping.confirmed",
            "imports_mapping",
            mapping.pk,
            after={"record": looked.record.name, "columns": dict(columns)},
        )
    return mapping


def begin(acting: Acting, looked: Looked, mapping: StoredMapping, *, complete: bool = False) -> Batch:
    """The batch of this file: the one that was stopped, or a new one. `complete`: absent rows were deleted."""
    stopped = Batch.objects.filter(
        record=looked.record.name, file_sha256=looked.table.sha256, mapping=mapping, finished_at=None
    ).last()
    if stopped is not None:
        return stopped
    with acting.transaction():
        made = Batch.objects.create(
            record=looked.record.name,
            file_name=looked.table.path.name,
            file_sha256=looked.table.sha256,
            mapping=mapping,
            by_id=acting.person_id,
            started_at=acting.now(),
            complete=complete,
        )
        acting.note("import.begun", "imports_batch", made.pk, after={"file": made.file_name, "record": made.record})
    return made


def run(
    acting: Acting, looked: Looked, batch: Batch, taker: Taker, *, watch: Callable[[Batch], None] = lambda batch: None
) -> Batch:
    """Take every row behind the last committed chunk. The same file twice changes nothing."""
    reader = Reader(looked.record, batch.mapping.columns, batch.mapping.date_style)

    def work(lot: Lot) -> _Read:
        block, refused = reader.read_lot(lot)
        return _Read(block, refused, _said(block), taker.prepare(block) if isinstance(taker, Ahead) else None)

    with bulk(), closing(ahead(map(work, looked.table.lots(CHUNK, skip=batch.done_rows)))) as waiting:
        for found in waiting:
            with acting.transaction():
                counts = _take(batch, taker, found)
                done = len(found.rows) + len(found.refused)
                Batch.objects.filter(pk=batch.pk).update(
                    done_rows=F("done_rows") + done, **{name: F(name) + n for name, n in counts.items()}
                )
            batch.refresh_from_db()
            watch(batch)
    with acting.transaction():
        if batch.complete and not batch.set_aside:  # a row that could not be read is not a row that is gone
            _gone(acting, batch, taker)
        taker.finish(batch)
        Batch.objects.filter(pk=batch.pk).update(finished_at=acting.now())
        batch.refresh_from_db()
        acting.note(
            "import.finished",
            "imports_batch",
            batch.pk,
            after={name: getattr(batch, name) for name in ("done_rows", "taken", "unchanged", "changed", "set_aside")},
        )
    return batch


def correct(acting: Acting, looked_record: str, aside: SetAside, cells: Mapping[str, str], taker: Taker) -> str:
    """Try a row again with corrected cells; returns "taken", or why it stays set aside."""
    batch = aside.batch
    record = fields.records()[looked_record]
    again = read(record, batch.mapping.columns, batch.mapping.date_style, Row(aside.line, {**aside.raw, **cells}))
    if isinstance(again, Refused):
        return "; ".join(str(problem) for problem in again.problems)
    with acting.transaction():
        chunk, unchanged, twice = _sorted(batch, Block.of([again]))
        if twice:
            return str(_same_record(*twice[0]))
        outcome = taker.take(chunk) if not unchanged else Outcome()
        if outcome.refused:
            return str(outcome.refused[0][1])
        _remember(batch, chunk.new, _said(chunk.new), outcome)
        _say_anew(batch, [row for row, _ in chunk.changed])
        if batch.finished_at is not None:
            taker.finish(batch)
        SetAside.objects.filter(pk=aside.pk).update(corrected=dict(cells), settled_at=acting.now(), outcome="taken")
        acting.note("import.row_corrected", "imports_setaside", aside.pk, before=aside.raw, after=dict(cells))
    return "taken"


def drop(acting: Acting, aside: SetAside, reason: str) -> None:
    """A person says that a row is not wanted, and why; the row stays on record."""
    if not reason.strip():
        raise FileRefused("Say why the row is not wanted.")
    with acting.transaction():
        SetAside.objects.filter(pk=aside.pk, settled_at=None).update(
            settled_at=acting.now(), outcome=f"dropped: {reason}"
        )
        acting.note("import.row_dropped", "imports_setaside", aside.pk, reason=reason)


class _Read(NamedTuple):
    """Rows of a file as the thread that reads ahead hands them over."""

    rows: Block
    refused: list[Refused]
    said: list[bytes]  # of each row, for `_remember`
    prepared: object  # by the taker


def _take(batch: Batch, taker: Taker, found: _Read) -> dict[str, int]:
    chunk, unchanged, twice = _sorted(batch, found.rows)
    whole = chunk.new is found.rows
    chunk.prepared = found.prepared if whole else None
    outcome = taker.take(chunk) if chunk.new or chunk.changed else Outcome()
    refused = {row.line for row, _ in outcome.refused}
    new = chunk.new.without(refused)
    said = found.said if whole and not refused else _said(new)
    moved = [row for row, _ in chunk.changed if row.line not in refused]
    _remember(batch, new, said, outcome)
    _say_anew(batch, moved)
    _seen_again(batch, [*unchanged, *(row.key for row, _ in chunk.changed if row.line in refused)])
    asides = [(row.line, row.raw, row.problems) for row in found.refused]
    asides += [(row.line, row.raw, (problem,)) for row, problem in outcome.refused]
    asides += [(row.line, row.raw, (_same_record(row, line),)) for row, line in twice]
    SetAside.objects.bulk_create(
        SetAside(
            batch=batch,
            line=line,
            raw=json.loads(json.dumps(raw, cls=DjangoJSONEncoder)),
            reason="; ".join(str(problem) for problem in problems),
            field=problems[0].field,
        )
        for line, raw, problems in asides
    )
    return {"taken": len(new), "changed": len(moved), "unchanged": len(unchanged), "set_aside": len(asides)}


class _Known(NamedTuple):
    """What is kept of a source row."""

    sha256: bytes
    target: int
    batch: int
    is_gone: bool


def _known(record: str, keys: Sequence[str]) -> dict[str, _Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, row_sha256, target_id, batch_id, gone_at IS NOT NULL FROM imports_source"
            " WHERE record = %s AND key = ANY (%s::text[])",
            [record, texts(keys)],
        )
        return {key: _Known(bytes(sha256), *rest) for key, sha256, *rest in cursor.fetchall()}


def _sorted(batch: Batch, rows: Block) -> tuple[Chunk, list[str], list[tuple[Taken, int | None]]]:
    """Rows never seen and rows that say something new; the keys of those known; those whose key came already."""
    known = _known(batch.record, rows.keys)
    chunk = Chunk(batch, rows)
    unchanged: list[str] = []
    twice: list[tuple[Taken, int | None]] = []
    if not known and len(set(rows.keys)) == len(rows):
        return chunk, unchanged, twice
    new: list[int] = []
    seen: dict[str, int] = {}
    for place, (line, key, digest) in enumerate(zip(rows.lines, rows.keys, rows.digests, strict=True)):
        before = known.get(key)
        if key in seen or (before is not None and before.batch == batch.pk):
            twice.append((rows[place], seen.get(key)))
        elif before is None:
            new.append(place)
        elif before.sha256 == digest and not before.is_gone:
            unchanged.append(key)
        else:
            chunk.changed.append((rows[place], before.target))
        seen.setdefault(key, line)
    chunk.new = rows.where(new)
    return chunk, unchanged, twice


def _same_record(row: Taken, line: int | None) -> Problem:
    where = f"line {line}" if line else "an earlier line"
    return Problem("key", row.key.replace("\x1f", ", "), f"{where} of this file is the same record")


def _said(rows: Block) -> list[bytes]:
    """The cells of each row's key and of the digest of what it says."""
    return list(map(add, cells.texts(rows.keys), map(cells.data, rows.digests)))


def _remember(batch: Batch, rows: Block, said: Sequence[bytes], outcome: Outcome) -> None:
    """What these keys said and which records they became: one statement for a chunk."""
    if not rows:
        return
    copy_rows(
        "COPY imports_source (record, batch_id, target_id, key, row_sha256) FROM STDIN (FORMAT BINARY)",
        5,
        cells.text(batch.record) + cells.bigint(batch.pk),
        map(add, cells.bigints(map(outcome.became.__getitem__, rows.keys)), said),
    )


def _say_anew(batch: Batch, rows: Sequence[Taken]) -> None:
    """Keys whose row says something else now, or is there again."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_source s SET row_sha256 = x.sha, batch_id = %s, gone_at = NULL"
            " FROM unnest(%s::text[], %s::bytea[]) AS x (key, sha) WHERE s.record = %s AND s.key = x.key",
            [batch.pk, array(row.key for row in rows), array(row.sha256 for row in rows), batch.record],
        )


def _seen_again(batch: Batch, keys: Sequence[str]) -> None:
    """Keys that stand in this file as well: none of them is gone."""
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_source SET batch_id = %s WHERE record = %s AND key = ANY (%s::text[])",
            [batch.pk, batch.record, texts(keys)],
        )


def _gone(acting: Acting, batch: Batch, taker: Taker) -> None:
    absent = Source.objects.filter(record=batch.record, gone_at=None).exclude(batch=batch)
    missing = list(absent.values_list("key", "target_id"))
    if not missing:
        return
    taker.gone(batch, [target for _, target in missing])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_source SET gone_at = %s WHERE record = %s AND key = ANY (%s::text[])",
            [acting.now(), batch.record, texts([key for key, _ in missing])],
        )


def reasons(batch: Batch) -> list[dict[str, Any]]:
    """The rows of a batch that wait for a correction."""
    waiting = batch.rows_set_aside.filter(settled_at=None).order_by("line")
    return [dict(row) for row in waiting.values("pk", "line", "raw", "reason", "field")]
