"""Which encoding the bytes of an XML file are in, whatever the file says about itself."""

from __future__ import annotations

import re

from meruit.ledes.xml.nodes import Fault

_SPACE = b" \t\r\n"
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_SINGLE_BYTE = {
    "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}


def detect(data: bytes) -> tuple[str, list[Fault]]:
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
        line = lines_in(data[: error.start]) + 1
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


def lines_in(data: bytes) -> int:
    """How many lines end in `data`; CR LF, LF and CR each end one."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def lead_of(data: bytes, encoding: str) -> int:
    """Bytes before the first that XML allows: a byte order mark, blanks and empty lines."""
    if encoding.startswith("utf-16"):
        return 0
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while start < len(data) and data[start] in _SPACE:
        start += 1
    return start
