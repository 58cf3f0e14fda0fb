"""Bytes of an XML file to nodes, safely and with every value's line and byte.

Expat reads, because it alone says at which byte a value stands. Nothing is fetched and nothing is
expanded: a document type is stepped over, a declared entity ends the reading (entity bombs begin so),
and depth, size and number of nodes are bounded.

A file that is not well formed is still a bill somebody has to get paid. Three attempts, each weaker:
as it is; with a bare `&` or `<` in the text understood as the character (the usual fault of a
narrative pasted in); and with lxml's recovering parser, which gives lines and no bytes. What was
needed is reported as a fault beside the nodes.
"""

from __future__ import annotations

from bisect import bisect_right
from xml.parsers import expat

from meruit.ledes.xml.encoding import detect, lead_of, lines_in
from meruit.ledes.xml.nodes import NONE, Fault, Limits, Node, Parsed
from meruit.ledes.xml.repair import mend_text, recover


class _Stop(Exception):
    """Raised inside a handler to end the reading, with the reason as text."""


def parse(data: bytes, limits: Limits | None = None) -> Parsed:
    """The nodes of a file, as many as can be had, and its faults."""
    limits = limits or Limits()
    if len(data) > limits.bytes:
        fault = Fault(
            f"The file has {len(data):,} bytes; an XML bill of more than {limits.bytes:,} bytes is not read. "
            "Send one file per invoice.",
            1,
            0,
            recovered=False,
        )
        return Parsed(None, "unknown", [fault])
    encoding, faults = detect(data)
    lead = lead_of(data, encoding)
    if data[:lead].strip(b"\xef\xbb\xbf\xff\xfe"):
        faults.append(
            Fault("Blanks stand before the first line; XML begins with its declaration.", 1, 0, harmless=True)
        )
    before = lines_in(data[:lead])
    first = _Reading(limits, encoding, lead, before)
    if first.run(data[lead:]):
        return Parsed(first.root, encoding, faults + first.faults)
    if first.refused or encoding.startswith("utf-16"):
        return Parsed(first.root, encoding, faults + first.faults)
    mended = mend_text(data[lead:], limits)
    second = _Reading(limits, encoding, lead, before, mended.shifts) if mended else first
    if mended and second.run(mended.data):
        return Parsed(second.root, encoding, faults + mended.faults(data, lead) + second.faults)
    if second.refused:
        return Parsed(second.root, encoding, faults + second.faults)
    noted = mended.faults(data, lead) if mended else []
    root = recover(mended.data if mended else data[lead:], encoding, limits, before)
    return Parsed(root or second.root, encoding, faults + noted + second.faults)


class _Reading:
    """One run of expat over the bytes; nodes are built with an explicit stack, never by recursion."""

    def __init__(
        self,
        limits: Limits,
        encoding: str,
        lead: int,
        lines_before: int,
        shifts: tuple[list[int], list[int]] | None = None,
    ) -> None:
        self.limits = limits
        self.lines_before = lines_before
        self.encoding = encoding
        self.lead = lead
        self.shifts = shifts
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self.refused = False
        self._stack: list[Node] = []
        self._texts: list[list[str]] = []
        self._nodes = 0

    def run(self, data: bytes) -> bool:
        """Read all of `data`; False where it is not well formed or refused."""
        parser = expat.ParserCreate(self.encoding.replace("utf-16-", "utf-16"))  # expat's spelling
        self._parser = parser
        parser.buffer_text = True
        parser.ordered_attributes = False
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skipped
        try:
            parser.Parse(data, True)
        except _Stop as stop:
            self.refused = True
            line, byte = self._line(), self._byte()
            self.faults.append(Fault(str(stop), line, byte, recovered=False))
        except expat.ExpatError as error:
            line, byte = error.lineno + self.lines_before, self._byte(max(0, parser.ErrorByteIndex))
            reason = expat.ErrorString(error.code) or "not well formed"
            shown = data[max(0, parser.ErrorByteIndex - 20) : parser.ErrorByteIndex + 20]
            self.faults.append(
                Fault(
                    f"The file is not well-formed XML at character {error.offset + 1} of the line ({reason}). "
                    "What stands after this place may be missing from what was read.",
                    line,
                    byte,
                    shown.decode("utf-8", "replace"),
                    recovered=False,
                )
            )
        except (ValueError, LookupError) as error:
            self.faults.append(Fault(f"The file cannot be decoded as {self.encoding}: {error}.", 1, 0, recovered=False))
        while self._stack:
            self._end(self._stack[-1].tag)
        return not self.faults or all(f.recovered for f in self.faults)

    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self.lines_before

    def _byte(self, index: int | None = None) -> int:
        at = self._parser.CurrentByteIndex if index is None else index
        if self.shifts:
            starts, deltas = self.shifts
            place = bisect_right(starts, at) - 1
            at -= deltas[place] if place >= 0 else 0
        return at + self.lead

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= self.limits.depth:
            raise _Stop(f"Elements nest deeper than {self.limits.depth} levels; no LEDES file does. It is not read.")
        self._nodes += 1
        if self._nodes > self.limits.nodes:
            raise _Stop(f"The file has more than {self.limits.nodes:,} elements; send one file per invoice.")
        node = Node(name.rpartition(":")[2], self._line(), self._byte(), attributes or NONE)
        if self._stack:
            self._stack[-1].add(node)
        elif self.root is None:
            self.root = node
        self._stack.append(node)
        self._texts.append([])

    def _end(self, _name: str) -> None:
        node = self._stack.pop()
        texts = self._texts.pop()
        if not node.children or any(not text.isspace() for text in texts):
            node.text = "".join(texts)

    def _characters(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def _entity(self, name: str, *_rest: object) -> None:
        raise _Stop(
            f'The file declares an entity of its own ("{name}"). No LEDES file needs one and attacks do; '
            "it is not read. Remove the declaration."
        )

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if is_parameter:
            return
        line = self._line()
        self.faults.append(
            Fault(
                f'"&{name};" stands for nothing that XML knows; it is kept as these letters.',
                line,
                self._byte(),
                f"&{name};",
            )
        )
        self._characters(f"&{name};")
