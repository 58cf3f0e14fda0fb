"""The first two lines of a flat file: which format it is, and in which order its columns stand.

The header is believed before the identifier: when they disagree the names tell what the values are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from meruit.ledes.flat.layout import Layout, standard
from meruit.ledes.flat.records import Flaw
from meruit.ledes.refusals import NotLedes
from meruit.ledes.tables import FILES, table

if TYPE_CHECKING:
    from meruit.ledes.tables import Table
    from meruit.ledes.text import Encoding

#: As much of a file as its first two lines may take.
HEAD = 64 * 1024
FLAT = tuple(name for name in FILES if name in ("LEDES1998B", "LEDES98BI V2"))
_LEDES = re.compile(r"(?i)^\s*LEDES\s*[0-9]")


class NotFlat(NotLedes):
    """The file is no flat LEDES file: neither identifier nor header names one."""


@dataclass(slots=True)
class Note:
    """A flaw of the frame with the physical line it stands on."""

    flaw: Flaw
    line: int


@dataclass(slots=True)
class Frame:
    """How to read the rest: layout, encoding, line end, and where the records begin."""

    format: str
    layout: Layout
    encoding: Encoding
    newline: bytes
    identifier: str
    data_byte: int
    data_line: int
    notes: list[Note] = field(default_factory=list)


def looks_flat(head: str) -> bool:
    """Whether the beginning of a file is that of a flat LEDES file."""
    lines = [line for line in head.lstrip("\ufeff").splitlines() if line.strip()][:2]
    return bool(lines) and (bool(_LEDES.match(lines[0])) or any(_names_known(line) >= 8 for line in lines))


def _names(line: str) -> list[str]:
    """The names of a header line: without end marks, blanks, or a pipe at either end."""
    return [name.replace("[]", "").strip() for name in line.strip().removesuffix("[]").strip("| ").split("|")]


def _names_known(line: str) -> int:
    known = table("LEDES98BI V2").by_name
    return sum(name.lower() in known for name in _names(line))


def newline_of(head: bytes) -> bytes:
    """The line end of a file: LF where there is one (with CR before it or not), CR alone else."""
    if b"\r\n" in head:
        return b"\r\n" if head.count(b"\r\n") * 2 >= head.count(b"\n") else b"\n"
    return b"\r" if b"\r" in head and b"\n" not in head else b"\n"


@cache
def _beginning(name: str, newline: bytes) -> bytes:
    """The first two lines of a file that keeps to its format, as nearly all do."""
    spec = table(name)
    return b"".join(line.encode() + newline for line in (spec.heading.identifier, "|".join(spec.names) + "[]"))


def frame(head: bytes, encoding: Encoding) -> Frame:
    """The frame told by `head`, the first bytes of a file already known in UTF-8 or a superset of ASCII."""
    newline = newline_of(head[:8192])
    cut = b"\r" if newline == b"\r" else b"\n"
    for name in FLAT:
        beginning = _beginning(name, newline)
        if not encoding.mark and head.startswith(beginning):
            identifier = table(name).heading.identifier
            return Frame(name, standard(name), encoding, newline, identifier, len(beginning), 3)
    notes: list[Note] = []
    if encoding.mark:
        notes.append(Note(Flaw("LF05", "advice", -1, f"The file begins with a byte order mark ({encoding.name})."), 1))
    at, number = (3 if head.startswith(b"\xef\xbb\xbf") else 0), 1
    seen: list[tuple[str, int, int]] = []  # text, line, byte after it
    while len(seen) < 2 and at < len(head):
        end = head.find(cut, at)
        stop = len(head) if end < 0 else end + 1
        text = encoding.decode(head[at:stop]).strip("\r\n\ufeff")
        if text.strip():
            seen.append((text.strip(), number, stop))
        at, number = stop, number + 1
    if not seen:
        raise NotFlat("The file is empty.")
    return _frame(seen, notes, encoding, newline)


def _frame(seen: list[tuple[str, int, int]], notes: list[Note], encoding: Encoding, newline: bytes) -> Frame:
    first, first_line, first_end = seen[0]
    if "|" in first and not _LEDES.match(first):
        if _names_known(first) < 4:
            raise NotFlat("Neither the first line nor the header names a LEDES format.")
        notes.append(
            Note(
                Flaw(
                    "LF01",
                    "error",
                    -1,
                    "The identifier line is missing; the file begins with its header.",
                    first[:40],
                    "LEDES1998B[]",
                ),
                first_line,
            )
        )
        layout, named = _layout(first, None, notes, first_line)
        return Frame(named.name, layout, encoding, newline, "", first_end, first_line + 1, notes)
    named_by_identifier, flaw = _identify(first)
    if flaw:
        notes.append(Note(flaw, first_line))
    if len(seen) > 1 and _names_known(seen[1][0]) >= 2:
        header, header_line, header_end = seen[1]
        layout, found = _layout(header, named_by_identifier, notes, header_line)
        if named_by_identifier and found is not named_by_identifier:
            notes.append(
                Note(
                    Flaw(
                        "LF01",
                        "error",
                        -1,
                        f"The identifier says {named_by_identifier.name}, the header names the columns of "
                        f"{found.name}; the header was believed.",
                        first,
                        found.heading.identifier,
                    ),
                    first_line,
                )
            )
        return Frame(found.name, layout, encoding, newline, first, header_end, header_line + 1, notes)
    guess = named_by_identifier
    if guess is None:
        width = seen[1][0].count("|") + 1 if len(seen) > 1 else 24
        guess = table("LEDES98BI V2" if width > 30 else "LEDES1998B")
        if (len(seen) > 1 and width < 12) or not _LEDES.match(first):
            raise NotFlat(f'The first line is "{first[:60]}", which names no LEDES format, and no header follows.')
    notes.append(
        Note(
            Flaw(
                "LF02",
                "error",
                -1,
                "The header with the names of the columns is missing; values were read in the standard's order.",
                None,
                "|".join(guess.names[:3]) + "|...",
            ),
            seen[1][1] if len(seen) > 1 else first_line,
        )
    )
    return Frame(guess.name, standard(guess.name), encoding, newline, first, first_end, first_line + 1, notes)


def _identify(first: str) -> tuple[Table | None, Flaw | None]:
    """The table an identifier line names, and what is wrong with the line."""
    text = first.strip()
    squeezed = re.sub(r"\s+", "", text).upper().removesuffix("[]")
    for name in FLAT:
        heading = table(name).heading
        if text == heading.identifier:
            return table(name), None
        for other in (heading.identifier, *heading.also):
            if squeezed == re.sub(r"\s+", "", other).upper().removesuffix("[]"):
                flaw = Flaw(
                    "LF01",
                    "advice",
                    -1,
                    f'The first line is "{text}"; the identifier of {heading.title} is "{heading.identifier}".',
                    text,
                    heading.identifier,
                )
                return table(name), flaw
    known = " or ".join(f'"{table(name).heading.identifier}"' for name in FLAT)
    flaw = Flaw(
        "LF01",
        "error",
        -1,
        f'The first line is "{text[:60]}", which names no LEDES format; {known} is known.',
        text[:60],
        known,
    )
    return None, flaw


def _layout(header: str, wanted: Table | None, notes: list[Note], line: int) -> tuple[Layout, Table]:
    """The layout a header tells, with what is wrong about it noted."""
    names = _names(header)
    international = table("LEDES98BI V2")
    plain = table("LEDES1998B")
    beyond = any((c := international.by_name.get(n.lower())) and c.number > 24 for n in names)
    found = international if beyond or (wanted is international and len(names) != 24) else plain
    positions: dict[str, int] = {}
    unknown: list[tuple[int, str]] = []
    for i, name in enumerate(names):
        column = found.by_name.get(name.lower())
        if column and column.name not in positions:
            positions[column.name] = i
        else:
            unknown.append((i, name))
    layout = Layout(found, tuple(positions.get(c.name) for c in found.columns), len(names), tuple(unknown))
    exact = "|".join(found.names)
    if header == exact + "[]":
        return standard(found.name), found
    missing = [c.name for c in found.columns if c.name not in positions]
    if unknown or missing:
        said = []
        if missing:
            said.append(
                f"lacks {', '.join(missing[:6])}" + (f" and {len(missing) - 6} more" if len(missing) > 6 else "")
            )
        if unknown:
            said.append("has unknown " + ", ".join(f'"{n}"' for _, n in unknown[:6]))
        notes.append(
            Note(
                Flaw(
                    "LF02",
                    "error",
                    -1,
                    f"The header {' and '.join(said)}; values were read by name.",
                    None,
                    f"{len(found.columns)} names",
                ),
                line,
            )
        )
    elif not layout.is_standard:
        notes.append(
            Note(
                Flaw(
                    "LF02",
                    "error",
                    -1,
                    "The header names every column, but in another order; values were read by name.",
                    None,
                    "the standard's order",
                ),
                line,
            )
        )
    else:
        notes.append(
            Note(
                Flaw(
                    "LF02",
                    "advice",
                    -1,
                    "The header differs from the standard's in capitals, blanks or end marks only.",
                    None,
                    exact[:60] + "...[]",
                ),
                line,
            )
        )
    return layout, found
