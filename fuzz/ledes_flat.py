"""Fuzz the flat readers, all ways of judging, and the writer: `python fuzz/ledes_flat.py --minutes 20`.

No input may crash, hang, or grow. What is no bill is refused in words; of every other input the wide, the quick
and the thorough way must say the same, no record may be lost between reader and judge, and what was read is written
back to the same bill. Whatever is found is kept small in tests/ledes/flat/corpus and read by the tests from
then on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["meruit.ledes"]):
    from meruit import ledes
    from meruit.ledes.dialects import NONE, SLUGS, dialect
    from meruit.ledes.flat.check import check_flat
    from meruit.ledes.flat.read import read_flat
    from meruit.ledes.flat.wide import way

#: Short inputs go the wide way too.
way.FEWEST = way.SHORTEST = 1

ROOT = Path(__file__).resolve().parent.parent


def one(data: bytes) -> None:
    """Read, judge in all ways, write; only a refusal in words may stop it."""
    chosen = NONE if len(data) % 2 else dialect(SLUGS[len(data) % len(SLUGS)])
    try:
        file = read_flat(data)
        wide = check_flat(data, dialect=chosen, wide=True)
        quick = check_flat(data, dialect=chosen, wide=False)
        thorough = check_flat(data, dialect=chosen, quick=False)
    except ledes.NotLedes:
        return
    assert [f.to_json() for f in wide.findings] == [f.to_json() for f in quick.findings]
    assert (wide.lines, wide.invoices) == (quick.lines, quick.invoices)
    assert sorted(f.to_json() for f in quick.findings) == sorted(f.to_json() for f in thorough.findings)
    assert sum(len(invoice.lines) for invoice in file.invoices) == quick.lines
    try:
        again = ledes.to_bytes(file, encoding="utf-8")
    except ledes.CannotWrite:
        return
    assert ledes.to_bytes(read_flat(again), encoding="utf-8") == again


def seeds(folder: Path) -> None:
    """Bills of the tests, whole and damaged, and the corpus that earlier runs found."""
    sys.path.insert(0, str(ROOT))
    from tests.ledes.bills import adjustment, bill, expense, fee

    for name in ("LEDES1998B", "LEDES98BI V2"):
        good = bill(name=name)
        (folder / f"good-{name}").write_bytes(good)
        (folder / f"joined-{name}").write_bytes(good.replace(b"Copies", b"Cop\r\nies").replace(b"[]\r\n", b"[]", 3))
        (folder / f"utf16-{name}").write_bytes(good.decode().encode("utf-16"))
        (folder / f"cr-{name}").write_bytes(good.replace(b"\r\n", b"\r"))
    (folder / "two").write_bytes(
        bill(fee(), fee(INVOICE_NUMBER="2"), expense(), adjustment("-1.00", INVOICE_NUMBER="2"))
    )
    for found in (ROOT / "tests/ledes/flat/corpus").glob("*"):
        (folder / found.name).write_bytes(found.read_bytes())


def dictionary(path: Path) -> None:
    """Names, identifiers, codes and separators, so that mutation speaks the language."""
    words = {
        "|",
        "[]",
        "[]\\x0d\\x0a",
        "||",
        "|IF|",
        "|F|",
        "|E|",
        "20260230",
        "-1.00",
        ".5",
        "NULL",
        "\\xef\\xbb\\xbf",
    }
    for name in ("LEDES1998B", "LEDES98BI V2"):
        spec = ledes.table(name)
        words |= {spec.heading.identifier, *spec.heading.also, *spec.names}
    path.write_text("".join(f'"{word}"\n' for word in sorted(words)), encoding="ascii")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=1.0)
    asked.add_argument("--corpus", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        corpus = given.corpus or Path(scratch) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        seeds(corpus)
        words = Path(scratch) / "words.dict"
        dictionary(words)
        options = [
            f"-max_total_time={int(given.minutes * 60)}", "-timeout=20", "-rss_limit_mb=1024", "-max_len=20000",
            f"-dict={words}", f"-artifact_prefix={corpus}/found-", "-print_final_stats=1",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
