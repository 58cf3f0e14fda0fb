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

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.parsers import expat

from lxml import etree

_SPACE = b" \t\r\n"
#: The attributes of nearly every element; one object serves them all.
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that no honest bill comes near; whatever exceeds them is refused with the bound named."""

    bytes: int = 64 * 1024 * 1024
    depth: int = 32
    nodes: int = 4_000_000
    repairs: int = 10_000


@dataclass(slots=True)
class Node:
    """One element: its local name, where it begins, its text and its child elements."""

    tag: str
    line: int
    byte: int | None
    attributes: Mapping[str, str] = field(default_factory=lambda: _NONE)
    text: str = ""
    children: Sequence[Node] = ()

    def add(self, child: Node) -> None:
        """Append a child; a leaf has no list of its own, for most nodes are leaves."""
        if isinstance(self.children, list):
            self.children.append(child)
        else:
            self.children = [child]


@dataclass(frozen=True, slots=True)
class Fault:
    """What the bytes are guilty of. `recovered` tells whether the file could be read to its end."""

    message: str
    line: int
    byte: int | None
    found: str | None = None
    recovered: bool = True
    #: What changes no value (a byte order mark, a wrong encoding declaration) is advice.
    harmless: bool = False


@dataclass(slots=True)
class Parsed:
    root: Node | None
    encoding: str
    faults: list[Fault]


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
    encoding, faults = _encoding(data)
    lead = _lead(data, encoding)
    if data[:lead].strip(b"\xef\xbb\xbf\xff\xfe"):
        faults.append(
            Fault("Blanks stand before the first line; XML begins with its declaration.", 1, 0, harmless=True)
        )
    before = _lines(data[:lead])
    first = _Reading(limits, encoding, lead, before)
    if first.run(data[lead:]):
        return Parsed(first.root, encoding, faults + first.faults)
    if first.refused or encoding.startswith("utf-16"):
        return Parsed(first.root, encoding, faults + first.faults)
    mended = _mend_text(data[lead:], limits)
    second = _Reading(limits, encoding, lead, before, mended.shifts) if mended else first
    if mended and second.run(mended.data):
        return Parsed(second.root, encoding, faults + mended.faults(data, lead) + second.faults)
    if second.refused:
        return Parsed(second.root, encoding, faults + second.faults)
    noted = mended.faults(data, lead) if mended else []
    root = _recover(mended.data if mended else data[lead:], encoding, limits, before)
    return Parsed(root or second.root, encoding, faults + noted + second.faults)


# --- encodings -----------------------------------------------------------------------------------------

_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_SINGLE_BYTE = {
    "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}


def _encoding(data: bytes) -> tuple[str, list[Fault]]:
    """What the bytes are in, whatever the file says about itself."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
        little = data.startswith((b"\xff\xfe", b"<\x00"))
        return "utf-16-le" if little else "utf-16-be", []
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf")[:400])
    says = declared[1].decode("ascii").lower() if declared else "utf-8"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        actual = _SINGLE_BYTE.get(says) or ("cp1252" if _decodes(data, "cp1252") else "iso-8859-1")
        if says in _SINGLE_BYTE:
            return actual, []
        line = _lines(data[: error.start]) + 1
        message = (
            f"The bytes are not {says.upper()} as the file says; they are read as {actual}. Save the file as UTF-8."
        )
        return actual, [Fault(message, line, error.start, repr(data[error.start : error.start + 1]), harmless=True)]
    if says in ("utf-8", "us-ascii", "ascii"):
        return "utf-8", []
    if says in _SINGLE_BYTE and not data.isascii():
        return _SINGLE_BYTE[says], []
    if says in _SINGLE_BYTE:
        return "utf-8", []
    message = f'The file says it is in "{says}" and its bytes are UTF-8; they are read as UTF-8.'
    return "utf-8", [Fault(message, 1, 0, says, harmless=True)]


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _lines(data: bytes) -> int:
    """How many lines end in `data`; CR LF, LF and CR each end one."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _lead(data: bytes, encoding: str) -> int:
    """Bytes before the first that XML allows: a byte order mark, blanks and empty lines."""
    if encoding.startswith("utf-16"):
        return 0
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while start < len(data) and data[start] in _SPACE:
        start += 1
    return start


# --- expat ---------------------------------------------------------------------------------------------


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
        node = Node(name.rpartition(":")[2], self._line(), self._byte(), attributes or _NONE)
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


# --- bare & and < in texts -----------------------------------------------------------------------------

_SUSPECT = re.compile(
    rb"<!\[CDATA\[|<!--"
    rb"|&(?!(?:[A-Za-z][A-Za-z0-9]{0,30}|\#[0-9]{1,7}|\#x[0-9A-Fa-f]{1,6});)"
    rb"|<(?![A-Za-z_/!?])"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_PUT_FOR = {b"&": b"&amp;", b"<": b"&lt;"}


@dataclass(slots=True)
class _Mended:
    data: bytes
    #: (places in the mended bytes, how many bytes were added up to there)
    shifts: tuple[list[int], list[int]]
    spots: list[int]

    def faults(self, original: bytes, lead: int) -> list[Fault]:
        """One fault per repair, placed in the whole file `original`, of which `lead` bytes were skipped."""
        out, line, last = [], 1, 0
        for relative in self.spots:
            spot = relative + lead
            line += _lines(original[last:spot])
            last = spot
            found = original[spot : spot + 1]
            if found in _PUT_FOR:
                what = f'A bare "{found.decode()}" stands in a text; it is read as the character. '
                what += f'Write "{_PUT_FOR[found].decode()}".'
            else:
                what = f"The control character {found[0]:#04x} may not stand in XML; it is read as a blank."
            out.append(Fault(what, line, spot, found.decode("latin-1")))
        return out


def _mend_text(data: bytes, limits: Limits) -> _Mended | None:
    """The bytes with bare `&`, bare `<` and control characters made legal; None when there are none."""
    parts: list[bytes] = []
    spots: list[int] = []
    starts: list[int] = []
    deltas: list[int] = []
    done = at = added = 0
    while match := _SUSPECT.search(data, at):
        token = match[0]
        if token in (b"<![CDATA[", b"<!--"):
            close = data.find(b"]]>" if token != b"<!--" else b"-->", match.end())
            if close < 0:
                break
            at = close + 3
            continue
        if len(spots) >= limits.repairs:
            break
        put = _PUT_FOR.get(token, b" ")
        parts += [data[done : match.start()], put]
        spots.append(match.start())
        added += len(put) - 1
        starts.append(match.start() + added - len(put) + 2)
        deltas.append(added)
        done = at = match.end()
    if not spots:
        return None
    parts.append(data[done:])
    return _Mended(b"".join(parts), (starts, deltas), spots)


# --- what is left when tags do not match ---------------------------------------------------------------


def _recover(data: bytes, encoding: str, limits: Limits, lines_before: int) -> Node | None:
    """The nodes lxml can make of a broken file; entities, network and document types stay switched off."""
    parser = etree.XMLParser(
        encoding="windows-1252" if encoding == "cp1252" else encoding,
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        top = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    if top is None:
        return None
    root: Node | None = None
    stack: list[Node] = []
    for event, element in etree.iterwalk(top, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "end":
            stack.pop()
            continue
        if len(stack) >= limits.depth:
            return root
        pieces = [element.text or "", *(child.tail or "" for child in element)]
        node = Node(
            element.tag.rpartition("}")[2].rpartition(":")[2],
            (element.sourceline or 1) + lines_before,
            None,
            {str(key): str(value) for key, value in element.attrib.items()},
            "".join(pieces),
        )
        if stack:
            stack[-1].add(node)
        else:
            root = node
        stack.append(node)
    return root
