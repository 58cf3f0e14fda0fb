"""A file that is not well formed, made readable: bare `&` and `<` in texts, and what lxml can recover."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from meruit.ledes.xml.encoding import lines_in
from meruit.ledes.xml.nodes import Fault, Limits, Node

_SUSPECT = re.compile(
    rb"<!\[CDATA\[|<!--"
    rb"|&(?!(?:[A-Za-z][A-Za-z0-9]{0,30}|\#[0-9]{1,7}|\#x[0-9A-Fa-f]{1,6});)"
    rb"|<(?![A-Za-z_/!?])"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_PUT_FOR = {b"&": b"&amp;", b"<": b"&lt;"}


@dataclass(slots=True)
class Mended:
    data: bytes
    #: (places in the mended bytes, how many bytes were added up to there)
    shifts: tuple[list[int], list[int]]
    spots: list[int]

    def faults(self, original: bytes, lead: int) -> list[Fault]:
        """One fault per repair, placed in the whole file `original`, of which `lead` bytes were skipped."""
        out, line, last = [], 1, 0
        for relative in self.spots:
            spot = relative + lead
            line += lines_in(original[last:spot])
            last = spot
            found = original[spot : spot + 1]
            if found in _PUT_FOR:
                what = f'A bare "{found.decode()}" stands in a text; it is read as the character. '
                what += f'Write "{_PUT_FOR[found].decode()}".'
            else:
                what = f"The control character {found[0]:#04x} may not stand in XML; it is read as a blank."
            out.append(Fault(what, line, spot, found.decode("latin-1")))
        return out


def mend_text(data: bytes, limits: Limits) -> Mended | None:
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
    return Mended(b"".join(parts), (starts, deltas), spots)


def recover(data: bytes, encoding: str, limits: Limits, lines_before: int) -> Node | None:
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
