"""Fuzz the XML reader, checks, writer and conversions: `python fuzz/ledes_xml.py --minutes N`.

No input may crash, hang, or grow: what is not a bill is answered with findings. Bytes come from atheris,
guided by coverage, starting from bills of our own and the tags of the tables. Whatever is found is kept
small in tests/ledes/xml/corpus and read by the tests from then on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["meruit.ledes"]):
    from meruit import ledes
    from meruit.ledes import xml
    from meruit.ledes.convert import MONEY, convert

ROOT = Path(__file__).resolve().parent.parent
#: Conversions tried on inputs that yield an invoice.
TARGETS = ("LEDES1998B", "LEDES98BI V2", "LEDES2000", "LEDESXML2.0", "LEDESXML2.2")
LIMITS = xml.Limits(bytes=1 << 20)


def one(data: bytes) -> None:
    """Read, judge, write, convert; only a refusal in words may stop it."""
    file = xml.read(data, limits=LIMITS)
    findings = list(xml.check(file))
    for finding in findings:
        finding.to_json()
    if not file.invoices:
        assert findings, "A file without an invoice is answered with a finding."
        return
    try:
        again = xml.read(xml.write(file, file.format, unseen=True), limits=LIMITS)
    except ledes.CannotWrite:
        return
    assert sum(len(i.matters) for i in again.invoices) >= sum(len(i.matters) for i in file.invoices)
    to = TARGETS[len(data) % len(TARGETS)]  # one a run, chosen by the input, so that runs stay quick
    result = convert(file, to, accept=MONEY, mending=True)
    try:
        ledes.to_bytes(result.file, encoding="utf-8")
    except ledes.CannotWrite:
        return


def seeds(folder: Path) -> None:
    """Bills of the tests in every format, and the corpus that earlier runs found."""
    sys.path.insert(0, str(ROOT))
    from lxml import etree
    from tests.ledes.xml.bills import XML_FORMATS, bill
    from tests.ledes.xml.documents import document

    for name in XML_FORMATS:
        (folder / f"bill-{name}").write_bytes(xml.write(bill(name), name))
    for name in (*XML_FORMATS, "LEDES2000"):
        (folder / f"every-{name}").write_bytes(etree.tostring(document(name)))
    for found in (ROOT / "tests/ledes/xml/corpus").glob("*"):
        (folder / found.name).write_bytes(found.read_bytes())


def dictionary(path: Path) -> None:
    """Tags, values and the marks of XML, so that mutation speaks the language."""
    words = {
        "<!DOCTYPE",
        "<!ENTITY",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&amp;",
        "&#0;",
        "encoding=",
        "UTF-16",
        "</",
        "/>",
    }
    for name in ("LEDES2000", "LEDESXML2.0", "LEDESXML2.2"):
        table = ledes.table(name)
        words |= {f"<{column.name}>" for column in table.columns} | {f"</{s.tag}>" for s in table.segments}
        words |= {value for column in table.columns for value in column.values}
    lines = (f'"{word}"' for word in sorted(words) if '"' not in word)
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=1.0)
    asked.add_argument("--corpus", type=Path)
    given = asked.parse_args()
    minutes: float = given.minutes
    with tempfile.TemporaryDirectory() as scratch:
        corpus = given.corpus or Path(scratch) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        seeds(corpus)
        words = Path(scratch) / "words.dict"
        dictionary(words)
        options = [
            f"-max_total_time={int(minutes * 60)}", "-timeout=20", "-rss_limit_mb=1024", "-max_len=20000",
            f"-dict={words}", f"-artifact_prefix={corpus}/found-", "-print_final_stats=1",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
