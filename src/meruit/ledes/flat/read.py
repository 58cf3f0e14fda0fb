"""A flat file read into the records of `meruit.ledes.model`.

Every record becomes a line of its invoice and matter; values that records repeat are kept once, and where
a record states one otherwise, `Line.differs` keeps what it said. What had to be put right to read the file
stands in `File.notes`; whether its content holds is for `check`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from meruit.ledes.flat.check import narrowed, opened
from meruit.ledes.flat.frame import HEAD, frame
from meruit.ledes.flat.judge import Judge
from meruit.ledes.flat.look import cleaned
from meruit.ledes.flat.records import Flaw, RawRecord, split_records
from meruit.ledes.flat.scan import Scan
from meruit.ledes.model import Address, Client, File, Firm, Invoice, Line, Matter, Place, Record
from meruit.ledes.text import wide_offset

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from meruit.ledes.flat.frame import Frame

Kind = TypeVar("Kind", bound=Record)


@dataclass(slots=True)
class FlatOrigin:
    """Where the values of one record of the model stand in the file."""

    reader: Reader
    kind: str
    record: RawRecord

    @property
    def line(self) -> int:
        return self.record.line

    def place(self, key: str) -> Place | None:
        at = self.reader.place_of(self.kind, key)
        if at is None:
            return None
        starts = list(accumulate((len(cell) + 1 for cell in self.record.cells[:at]), initial=self.record.byte))
        return Place(self.record.line, at + 1, self.reader.byte(starts[-1]))

    def raw(self, key: str) -> str | None:
        at = self.reader.place_of(self.kind, key)
        return None if at is None else self.reader.decode(self.record.cells[at])


@dataclass(slots=True)
class Reader:
    """Reads the records of one file, whose `frame` is known."""

    frame: Frame
    file: File
    whole: bytes | None = None
    columns: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)
    shared: list[tuple[int, str, str, str]] = field(default_factory=list)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    matters: dict[tuple[str, str], Matter] = field(default_factory=dict)
    order: int = 0

    def __post_init__(self) -> None:
        layout = self.frame.layout
        for i, column in enumerate(layout.table.columns):
            place = layout.places[i]
            if place is not None:
                self.columns.setdefault(column.record, []).append((column.key, i, place))
                if column.record != "Line":
                    self.shared.append((place, column.name, column.record, column.key))

    def place_of(self, kind: str, key: str) -> int | None:
        return next((place for other, _, place in self.columns.get(kind, ()) if other == key), None)

    def decode(self, cell: bytes) -> str:
        return self.frame.encoding.decode(cell)

    def byte(self, offset: int) -> int:
        """An offset in the file as it is on disk."""
        return offset if self.whole is None else wide_offset(self.whole, offset, self.frame.encoding)

    def take(self, record: RawRecord) -> None:
        """Put one record where it belongs."""
        values = [cleaned(self.decode(cell)) for cell in record.cells]
        at = self.place_of("Invoice", "number")
        number = "" if at is None else values[at]
        invoice = self.invoices.get(number)
        if invoice is None:
            invoice = self._made(Invoice, values, record)
            invoice.firm = self._made(Firm, values, record)
            invoice.client = self._made(Client, values, record)
            self.invoices[number] = invoice
            self.file.invoices.append(invoice)
        place = self.place_of("Matter", "firm_matter_id")
        key = (number, values[place] if place is not None else "")
        matter = self.matters.get(key)
        if matter is None:
            matter = self._made(Matter, values, record)
            self.matters[key] = matter
            invoice.matters.append(matter)
        line = self._made(Line, values, record)
        self.order += 1
        line.order = self.order
        line.differs = self._differs(
            values, {"Invoice": invoice, "Firm": invoice.firm, "Client": invoice.client, "Matter": matter}
        )
        line.extra = {name: values[at] for at, name in self.frame.layout.unknown if at < len(values) and values[at]}
        matter.lines.append(line)

    def _made(self, kind: type[Kind], values: Sequence[str], record: RawRecord) -> Kind:
        """A record of the model with the values of its columns; an address only where one is given."""
        name = kind.__name__
        made = kind(origin=FlatOrigin(self, name, record))
        for key, _, place in self.columns.get(name, ()):
            first, _, second = key.partition(".")
            if not second:
                setattr(made, first, values[place])
            elif values[place]:
                address = getattr(made, first)
                if address is None:
                    address = Address()
                    setattr(made, first, address)
                setattr(address, second, values[place])
        return made

    def _differs(self, values: Sequence[str], records: Mapping[str, Record]) -> dict[str, str]:
        found = {}
        for place, name, kind, key in self.shared:
            if values[place] != value_of(records[kind], key):
                found[name] = values[place]
        return found


def value_of(record: Record, key: str) -> str:
    """The value at a key of the table, which may reach into an address."""
    first, _, second = key.partition(".")
    held = getattr(record, first)
    if not second:
        return str(held)
    return getattr(held, second) if held is not None else ""


def read_flat(source: str | os.PathLike[str] | bytes, *, name: str | None = None) -> File:
    """The bill in a flat file; raises `NotFlat` where neither identifier nor header names a format."""
    with opened(source) as (stream, path):
        encoding, stream, whole = narrowed(stream)
        data = stream.read()
    found = frame(data[:HEAD], encoding)
    shown = name if name is not None else path
    file = File(
        format=found.format,
        name=shown,
        encoding=encoding.name,
        newline=found.newline.decode(),
        identifier=found.identifier,
        ends_in_newline=data.rstrip(b" \t").endswith((b"\n", b"\r")),
    )
    reader = Reader(found, file, whole)
    notes = Scan(found, Judge(found.layout), shown)
    for note in found.notes:
        file.notes.append(notes.finding(note.flaw, note.line, 0 if note.line == 1 else None, None, None, None, None))
    body = data[found.data_byte :]
    for record in split_records(body, found.data_line, found.data_byte, found.layout, found.newline):
        reader.take(record)
        _note(file, notes, reader, record)
    return file


def _note(file: File, notes: Scan, reader: Reader, record: RawRecord) -> None:
    """What was put right in this record: its structure, and cells whose value is not their text."""
    flaws = list(record.flaws)
    for i, place in enumerate(reader.frame.layout.places):
        if place is None:
            continue
        raw = reader.decode(record.cells[place])
        value = cleaned(raw)
        if raw != value:
            name = notes.judge.columns[i].name
            flaws.append(Flaw("LF05", "advice", i, f'{name} was read as "{value[:80]}".', raw[:80], value[:80]))
        elif not value.isascii():
            flaws += [flaw for flaw in notes.judge.cell(i, raw, value) if flaw.rule == "LF05"]
    for flaw in flaws:
        at = reader.frame.layout.places[flaw.column] if flaw.column >= 0 else None
        byte = record.byte + (sum(len(cell) + 1 for cell in record.cells[:at]) if at else 0)
        file.notes.append(notes.finding(flaw, record.line, reader.byte(byte), None, None, None, None))
