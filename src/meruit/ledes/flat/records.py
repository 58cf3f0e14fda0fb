"""Records out of damaged text: joined, split, cut off, or with a pipe too many.

The format has no escape, so a line break, `[]` or `|` in a narrative breaks its record. What can be put
together in one way is put together and reported; what cannot is kept as it stands and reported. No
record is dropped. Bias: taking two records for one hides a line of the bill, so a line that is a
complete record on its own is never joined to its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.findings import Severity
    from meruit.ledes.flat.layout import Layout

#: A record joined from more than this is not one; the bound keeps damaged input cheap.
LONGEST_JOIN = 256 * 1024
END = b"[]"


class Flaw(NamedTuple):
    """What is wrong with a record, before it is known where the record stands.

    `column` is the index in the table or -1 for the record as a whole. A `once` flaw is a fact about a
    value that many records repeat: it is said once an invoice (its total, a person's name) or once a file
    (a code or class on no list).
    """

    rule: str
    severity: Severity
    column: int
    message: str
    found: str | None = None
    expected: str | None = None
    once: Literal["", "invoice", "file"] = ""
    reason: str | None = None


@dataclass(slots=True)
class RawRecord:
    """One record as it stood: `line` and `byte` of its beginning, and its values in the file's order."""

    line: int
    byte: int
    cells: list[bytes]
    flaws: list[Flaw] = field(default_factory=list)
    #: False where the values cannot be trusted to stand in their columns.
    usable: bool = True


class _Open(NamedTuple):
    line: int
    byte: int


def split_records(text: bytes, line: int, byte: int, layout: Layout, newline: bytes) -> Iterator[RawRecord]:
    """The records of `text`, whose first byte is `byte` of the file and stands on physical line `line`."""
    pipes = layout.width - 1
    pending: list[bytes] = []
    held = size = 0
    begin = _Open(line, byte)
    at, number = byte, line
    for content, full in _physical(text, newline):
        bare = content.strip()
        if not pending and not bare:
            at, number = at + full, number + 1
            continue
        count = content.count(b"|")
        whole = count >= pipes and bare.endswith(END)
        if pending and (
            whole or (held + count > pipes and count) or size + full > LONGEST_JOIN or (held == pipes and not bare)
        ):
            yield from _close(pending, begin, layout)
            pending, held, size = [], 0, 0
        if not pending:
            begin = _Open(number, at)
        if bare or not pending:
            pending.append(content)
            held, size = held + count, size + full
        at, number = at + full, number + 1
        if held >= pipes and bare.endswith(END):
            yield from _close(pending, begin, layout)
            pending, held, size = [], 0, 0
    if pending:
        yield from _close(pending, begin, layout)


def _physical(text: bytes, newline: bytes) -> Iterator[tuple[bytes, int]]:
    """Each physical line without its end, and its length with it."""
    cut = b"\r" if newline == b"\r" else b"\n"
    start = 0
    while start < len(text):
        end = text.find(cut, start)
        stop = len(text) if end < 0 else end + 1
        content = text[start : stop if end < 0 else end]
        yield (content[:-1] if content.endswith(b"\r") else content), stop - start
        start = stop


def _close(lines: list[bytes], begin: _Open, layout: Layout) -> Iterator[RawRecord]:
    """The record, or records, that `lines` make together."""
    flaws: list[Flaw] = []
    if len(lines) > 1:
        last = begin.line + len(lines) - 1
        flaws.append(
            Flaw(
                "LF04",
                "advice",
                -1,
                f"The record is spread over lines {begin.line} to {last}: a line break stands inside a value. "
                "It was read as a blank.",
            )
        )
    body = b"\n".join(lines)
    trimmed = body.rstrip()
    if not trimmed.endswith(END):
        flaws.append(Flaw("LF03", "advice", -1, "The record does not end in []; it was read without.", None, "[]"))
    else:
        trimmed = trimmed[: -len(END)]
        if trimmed.endswith((b" ", b"\t")):
            flaws.append(Flaw("LF03", "advice", -1, "A blank stands before the [] that ends the record.", None, "[]"))
        trimmed = trimmed.rstrip()
    parts = _unglue(trimmed, layout)
    offset = begin.byte
    for i, part in enumerate(parts):
        mine = list(flaws) if i == 0 else []
        if i:
            mine.append(Flaw("LF03", "advice", -1, "The record begins on the line where the record before it ends."))
        yield _record(part, begin.line, offset, mine, layout)
        offset += len(part) + len(END)


def _unglue(body: bytes, layout: Layout) -> list[bytes]:
    """Several records on one line, parted at the `[]` between them where every part is a whole record."""
    pipes = layout.width - 1
    if END not in body or body.count(b"|") <= pipes:
        return [body]
    parts: list[bytes] = []
    gathered: list[bytes] = []
    count = 0
    for piece in body.split(END):
        gathered.append(piece)
        count += piece.count(b"|")
        if count >= pipes:
            parts.append(END.join(gathered))
            gathered, count = [], 0
    if gathered and parts:
        if count == 0 and b"".join(gathered).strip():
            parts[-1] = END.join([parts[-1], *gathered])
        elif count:
            return [body]
    whole = all(p.count(b"|") == pipes and layout.plausible(p.strip().split(b"|")) for p in parts)
    return parts if whole and len(parts) > 1 else [body]


def _record(body: bytes, line: int, byte: int, flaws: list[Flaw], layout: Layout) -> RawRecord:
    width = layout.width
    cells = body.split(b"|")
    if END in body:
        flaws.append(Flaw("LF04", "advice", -1, "The end mark [] stands inside a value; it was read as text.", "[]"))
    if len(cells) == width + 1 and not cells[-1].strip() and layout.plausible(cells[:-1]):
        flaws.append(Flaw("LF03", "advice", -1, "A pipe stands after the last value; it was passed over.", "|"))
        cells.pop()
    elif len(cells) == width + 1 and not cells[0].strip() and layout.plausible(cells[1:]):
        flaws.append(Flaw("LF03", "advice", -1, "A pipe stands before the first value; it was passed over.", "|"))
        return RawRecord(line, byte + len(cells[0]) + 1, cells[1:], flaws)
    if len(cells) == width:
        return RawRecord(line, byte, cells, flaws)
    if len(cells) > width:
        return _too_many(cells, line, byte, flaws, layout)
    flaws.append(
        Flaw(
            "LF03",
            "error",
            -1,
            f"The record holds {_values(len(cells))}; {layout.table.heading.title} has {width}. "
            "It may be cut off, or a value is missing.",
            str(len(cells)),
            str(width),
        )
    )
    usable = len(cells) > 1 and layout.plausible(cells)
    return RawRecord(line, byte, cells + [b""] * (width - len(cells)), flaws, usable)


def _values(count: int) -> str:
    return f"{count} value" if count == 1 else f"{count} values"


def _too_many(cells: list[bytes], line: int, byte: int, flaws: list[Flaw], layout: Layout) -> RawRecord:
    """A record with pipes inside a text, mended where one text alone makes the other values fit."""
    width, more = layout.width, len(cells) - layout.width
    readings = []
    for place in layout.texts:
        merged = [*cells[:place], b"|".join(cells[place : place + more + 1]), *cells[place + more + 1 :]]
        if layout.plausible(merged):
            readings.append((place, merged))
    if readings:
        place, merged = readings[0]
        if len(readings) == 1:
            column = layout.places.index(place)
            name = layout.table.columns[column].name
            text = merged[place].decode("latin-1")
            flaws.append(
                Flaw(
                    "LF04",
                    "error",
                    column,
                    f"{name} holds a pipe, which the format uses between values, so the record counts "
                    f"{len(cells)} values and not {width}. Only this reading makes the other values fit.",
                    text,
                    text.replace("|", "/"),
                )
            )
            return RawRecord(line, byte, merged, flaws)
    flaws.append(
        Flaw(
            "LF03",
            "error",
            -1,
            f"The record holds {len(cells)} values; {layout.table.heading.title} has {width}. A pipe stands inside "
            "a value, probably in a description.",
            str(len(cells)),
            str(width),
        )
    )
    return RawRecord(line, byte, cells[:width], flaws, usable=False)
