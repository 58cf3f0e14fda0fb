"""A flat file cut into runs of whole records, which are judged side by side, and stretches of damaged ones.

Between two records of a run stand the end of the one and the beginning both share, so a run is cut into
cells at once. What is in any way unlike that is looked at record by record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.flat.quick import PREFIX
from meruit.ledes.flat.records import split_records

if TYPE_CHECKING:
    from meruit.ledes.flat.scan import Scan

#: A stretch of damaged records longer than this is judged as far as it goes, so that memory stays bounded.
LONGEST_DAMAGE = 1 << 20
#: What parts two records while a run is cut into cells: a character that no file with it goes that way.
_MARK = b"\x1e"
_PARTED = b"|" + _MARK + b"|"
#: A common beginning longer than this, or a record longer than the other, is looked at record by record.
_LONGEST_HEAD, _FAR = 1 << 12, 1 << 16


class Cutter:
    """What cuts the file for one pass, which it hands runs (`Scan.batch`) and single records (`Scan.record`)."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.pipes, self.end = scan.pipes, scan.end

    def feed(self, data: bytes, *, final: bool) -> bytes:
        """Judge the records in `data`; the return value is their rest, to be put before what follows."""
        if not self.scan.quick:
            return self._slowly(data, final=final)
        plain = data.isascii()
        done, goes_on = self._straight(data, plain=plain, final=final)
        if done:
            data = data[done:]
            if not data or goes_on:
                return data
        pieces = data.split(self.end)
        tail = pieces.pop()
        i, count, begin = 0, len(pieces), self.scan.byte
        while i < count:
            i = self._run(pieces, i, plain=plain, final=final)
            if i < 0:
                return data[self.scan.byte - begin :]
            if i < count and (i == count or self._damaged(pieces[i])):
                stop = i + 1
                while stop < count and self._damaged(pieces[stop]):
                    stop += 1
                region = self.end.join(pieces[i:stop]) + self.end
                if stop == count and not final and len(region) + len(tail) < LONGEST_DAMAGE:
                    return region + tail
                if stop == count and final:
                    region, tail = region + tail, b""
                self._damage(region)
                i = stop
        if not final and len(tail) > LONGEST_DAMAGE:
            cut = self._last_line_end(tail)
            self._damage(tail[:cut])
            return tail[cut:]
        if final and tail:
            self._damage(tail)
            tail = b""
        return tail

    def _slowly(self, data: bytes, *, final: bool) -> bytes:
        """Every record looked at by itself: other column orders, and the tests' second opinion."""
        if not final:
            safe = data.rfind(self.end, 0, max(data.rfind(self.end), 0))
            while safe > 0 and not self._cuts_well(data, safe):
                safe = data.rfind(self.end, 0, safe)
            if safe <= 0 and len(data) < LONGEST_DAMAGE:
                return data
            cut = safe + len(self.end) if safe > 0 else self._last_line_end(data)
            self._damage(data[:cut])
            return data[cut:]
        self._damage(data)
        return b""

    def _last_line_end(self, data: bytes) -> int:
        """Just behind the last physical line of `data`; its end where it has no line end at all."""
        return data.rfind(b"\r" if self.scan.frame.newline == b"\r" else b"\n") + 1 or len(data)

    def _cuts_well(self, data: bytes, at: int) -> bool:
        """Whether the pieces before and after `at` are whole records, so that nothing joins across it."""
        start = data.rfind(self.end, 0, at)
        after = data.find(self.end, at + len(self.end))
        before = data[start + len(self.end) if start >= 0 else 0 : at]
        behind = data[at + len(self.end) : after]
        return not self._damaged(before) and after > 0 and not self._damaged(behind)

    def _damaged(self, piece: bytes) -> bool:
        return (
            piece.count(b"|") != self.pipes
            or any(mark in piece for mark in (b"\n", b"\r", b"[]"))
            or piece.endswith((b" ", b"\t"))
        )

    def _damage(self, region: bytes) -> None:
        """Judge a stretch of text record by record, putting together what was torn apart."""
        for record in split_records(
            region, self.scan.line, self.scan.byte, self.scan.frame.layout, self.scan.frame.newline
        ):
            self.scan.record(record)
        self.scan.line += region.count(b"\r" if self.scan.frame.newline == b"\r" else b"\n")
        self.scan.byte += len(region)

    def _straight(self, data: bytes, *, plain: bool, final: bool) -> tuple[int, bool]:
        """Judge run after run from the beginning of `data` while nothing is damaged.

        Between two records of a run stand the end of the one and the beginning both share, so a whole run is
        cut into cells at once; what is in any way unlike that is left to be looked at record by record.
        Returned are where that begins, and whether it is only a run that may go on in the next piece.
        """
        at, size = 0, len(data)
        while at < size and _MARK not in data:
            head = data[at : at + _LONGEST_HEAD].split(b"|", PREFIX)
            if len(head) <= PREFIX:
                return at, not final and size - at < _LONGEST_HEAD
            del head[PREFIX]
            prefix = data[at : at + sum(map(len, head)) + PREFIX]
            between = self.end + prefix
            last = at
            while (found := data.rfind(between, last, last + _FAR)) >= 0:
                last = found + len(self.end)
            close = data.find(self.end, last)
            stop = close + len(self.end)
            if not final and (close < 0 or size - stop < len(prefix)):
                return at, True
            columns = None
            if close >= 0 and not data.startswith(prefix, stop):
                columns = self._cut(data[at:close], between)
            if columns is None:
                break
            self.scan.batch(head, prefix, data[at:close], columns, plain=plain)
            at = stop
        return at, False

    def _cut(self, run: bytes, between: bytes) -> list[list[bytes]] | None:
        """The columns of a run without its records' common beginning, or None if anything in it is odd."""
        text = run.replace(between, _PARTED)
        if b"\n" in text or b"\r" in text or (b"]" in text and b"[]" in text):
            return None
        cells = text.split(b"|")
        del cells[:PREFIX]
        width = self.pipes + 1 - PREFIX
        step = width + 1
        parted = (len(run) - len(text)) // (len(between) - len(_PARTED))
        if len(cells) != parted * step + width or cells[width::step].count(_MARK) != parted:
            return None
        return self._unpadded([cells[i::step] for i in range(width)])

    @staticmethod
    def _unpadded(columns: list[list[bytes]]) -> list[list[bytes]] | None:
        """None if a blank stands before the end of a record."""
        return None if any(last.endswith((b" ", b"\t")) for last in set(columns[-1])) else columns

    def _run(self, pieces: list[bytes], start: int, *, plain: bool, final: bool) -> int:
        """Judge the records from `start` that begin alike; where they stop, or the first damaged one.

        -1 asks for more of the file: the run may go on in the next piece, and is judged whole.
        """
        first = pieces[start]
        head = first.split(b"|", PREFIX)
        if len(head) <= PREFIX or self.scan.way is None:
            return start
        size = len(first) - len(head[PREFIX])
        prefix = first[:size]
        stop, count = start + 1, len(pieces)
        while stop < count and pieces[stop].startswith(prefix):
            stop += 1
        if stop == count and start and not final:
            return -1
        batch = pieces[start:stop]
        columns = self._columns([piece[size:] for piece in batch], prefix)
        if columns is None:
            whole = next(k for k, piece in enumerate(batch) if self._damaged(piece))
            batch = batch[:whole]
            columns = self._columns([piece[size:] for piece in batch], prefix) if batch else None
        if columns is not None:
            self.scan.batch(head[:PREFIX], prefix, self.end.join(batch), columns, plain=plain)
        return start + len(batch)

    def _columns(self, tails: list[bytes], prefix: bytes) -> list[list[bytes]] | None:
        """The columns of records without their common beginning, or None if one of them is damaged.

        All records are split at once. Between two of them stands a cell no record can hold, the end of a
        record; where it is not found after every so many cells, some record has too few or too many.
        """
        together = b"".join(tails)
        if any(mark in together or mark in prefix for mark in (b"\n", b"\r")):
            return None
        if (b"]" in together and b"[]" in together) or b"[]" in prefix:
            return None
        width = self.pipes + 1 - PREFIX
        step = width + 1
        cells = (b"|" + self.end + b"|").join(tails).split(b"|")
        if len(cells) != len(tails) * step - 1 or cells[width::step].count(self.end) != len(tails) - 1:
            return None
        return self._unpadded([cells[i::step] for i in range(width)])
