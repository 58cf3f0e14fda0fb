"""Entries and findings as tables: the engine-neutral shape of a screen over many machines.

`screen` takes a table of entries and gives a table of findings; it knows nothing of who calls it. The columns
of entries are those of `Entry` (and of a CSV of entries), absent ones are not known; the columns of findings
are those of `meruit check --format json`. Money is exact: decimal columns or text, never floating point.
pyarrow comes with Ray, which is an extra; nothing else needs it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

from meruit.findings import ORDER
from meruit.guidelines import Entry, Refused
from meruit.guidelines.params import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from meruit.findings import Finding
    from meruit.guidelines import Judge

#: `pyarrow.Table` and `pyarrow.Schema`, which carry no types of their own.
Table: TypeAlias = Any
Schema: TypeAlias = Any

#: How a Parquet file begins.
_MAGIC = b"PAR1"
NEEDS = (
    "This needs Ray and pyarrow, which are no part of an installation. Install them beside Meruit, on every machine "
    "of the cluster: pip install 'ray[data]'"
)
_TEXTS = (
    "id", "kind", "narrative", "timekeeper", "timekeeper_name", "timekeeper_class", "currency", "task_code",
    "activity_code", "expense_code", "client", "matter", "client_matter", "invoice", "vendor",
)  # fmt: skip
_NUMBERS = ("hours", "units", "rate", "adjustment", "amount", "tax")
_KNOWN = (*_TEXTS, *_NUMBERS, "date", "receipt", "attachment", "line")
#: A finding's line of JSON is shorter than this; a narrative of a whole field, quoted twice, fits many times.
_LONGEST = 1 << 24


def arrow() -> Any:
    """pyarrow, or what to install."""
    try:
        for part in ("pyarrow.json", "pyarrow.parquet"):
            import_module(part)
        return import_module("pyarrow")
    except ImportError:
        raise Refused(NEEDS) from None


def looks_like_table(head: bytes) -> bool:
    """Whether a file begins as Parquet does."""
    return head.startswith(_MAGIC)


def screen(entries: Table, ready: Judge, file: str | None = None) -> Table:
    """All findings on a table of entries; lines that belong together (a day, an invoice) stand in one table."""
    judgement = ready.judge(entries_of(entries, file))
    return findings_table(judgement.findings)


def read_entries(path: Path) -> list[Entry]:
    """The entries of a Parquet file."""
    pa = arrow()
    try:
        table = pa.parquet.read_table(path)
    except pa.ArrowInvalid as error:
        raise Refused(f"{path} cannot be read as Parquet: {error}.") from None
    return list(entries_of(table, str(path)))


def entries_of(table: Table, file: str | None = None) -> Iterator[Entry]:
    """The rows of a table as entries; `line` is the row's number, from 1, where no column gives it."""
    place = file or "The table"
    for field in table.schema:
        if field.name not in _KNOWN:
            raise Refused(f'{place}: Unknown column "{field.name}". {nearest(field.name, _KNOWN)}')
        if field.name in _NUMBERS and str(field.type) in ("double", "float", "halffloat"):
            raise Refused(f"{place}: {field.name} is a floating-point column; money and hours want decimals or text.")
    if "narrative" not in table.schema.names:
        raise Refused(f"{place}: The table has no column narrative.")
    at = 0
    for batch in table.to_batches():
        for row in batch.to_pylist():
            at += 1
            yield _entry(row, at, file, place)


def _entry(row: dict[str, Any], at: int, file: str | None, place: str) -> Entry:
    known = {name: value for name, value in row.items() if value is not None}
    try:
        numbers = {name: _number(known.pop(name), name) for name in _NUMBERS if name in known}
        on = _day(known.pop("date")) if "date" in known else None
    except ValueError as error:
        raise Refused(f"{place}, row {at}: {error}") from None
    kind = known.pop("kind", None)
    if kind not in (None, "fee", "expense"):
        raise Refused(f'{place}, row {at}: kind is "{kind}"; it wants fee or expense.')
    if kind is None:
        coded = known.get("task_code") or known.get("activity_code")
        kind = "expense" if known.get("expense_code") and not coded and "hours" not in numbers else "fee"
    known.setdefault("line", at)
    known.setdefault("id", str(known["line"]))
    cells: dict[str, Any] = {**numbers, **known, "kind": kind, "date": on, "file": file}
    return Entry(**cells)


def _number(value: object, name: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(f'{name} is "{value}"; it wants a number such as 0.5.')
    return number


def _day(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError(f'date is "{value}"; it wants a day such as 2026-03-31.') from None


# -- findings --------------------------------------------------------------------------------------


def findings_schema() -> Schema:
    """The columns of a table of findings, in the order in which they are printed."""
    pa = arrow()
    types = {"line": pa.int64(), "byte": pa.int64(), "span": pa.list_(pa.int64()), "confidence": pa.float64()}
    return pa.schema([(name, types.get(name, pa.string())) for name in ORDER])


def findings_table(findings: Iterable[Finding]) -> Table:
    """Findings as a table."""
    lines = "".join(finding.to_json() + "\n" for finding in findings).encode()
    schema = findings_schema()
    return schema.empty_table() if not lines else arrow().json.read_json(BytesIO(lines), *_as_json(schema))


def keep_findings(findings: Iterable[Finding], table: Path) -> None:
    """Findings written as Parquet, whole or not at all."""
    beside = table.with_name(f"{table.name}.new")
    arrow().parquet.write_table(findings_table(findings), beside, compression="zstd")
    beside.replace(table)


def write_findings(lines: Path, table: Path) -> int:
    """Findings in JSON Lines written as Parquet, piece by piece; how many they are."""
    pa, schema, count = arrow(), findings_schema(), 0
    with pa.parquet.ParquetWriter(table, schema, compression="zstd") as out:
        if lines.stat().st_size:
            for batch in pa.json.open_json(lines, *_as_json(schema)):
                out.write_batch(batch)
                count += batch.num_rows
    return count


def _as_json(schema: Schema) -> tuple[Any, Any]:
    json = arrow().json
    parse = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    return json.ReadOptions(block_size=_LONGEST, use_threads=False), parse
