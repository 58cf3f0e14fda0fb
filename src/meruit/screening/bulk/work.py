"""One part judged: its findings as Parquet, and a record of what it came to. Any engine may call it."""

from __future__ import annotations

import gc
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from meruit import ledes
from meruit.screening.ask import Asked, ask
from meruit.screening.bulk.plan import Folder, stamp
from meruit.screening.risk import risks
from meruit.screening.tables import write_findings

if TYPE_CHECKING:
    from meruit.screening.bulk.job import Job
    from meruit.screening.bulk.plan import Input, Part


def work(job: Job, part: Part, folder: str) -> int:
    """Judge a part and keep it; the return value is its number. What was kept of it before is replaced."""
    gc.disable()  # see `meruit check`: judging makes no cycles
    kept = Folder(folder)
    (kept.path / f"{part.name}.json").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as own:
        lines = Path(own) / "findings.jsonl"
        with lines.open("w", encoding="utf-8", newline="") as out:
            files = [_file(job, one, out) for one in part.inputs]
        beside = kept.path / f"{part.name}.parquet.new"
        count = write_findings(lines, beside)
    beside.replace(kept.path / f"{part.name}.parquet")
    kept.write(f"{part.name}.json", {"part": part.number, "findings": count, "files": files})
    gc.collect()
    return part.number


def _file(job: Job, one: Input, out: TextIO) -> dict[str, Any]:
    """One file: its findings go to `out`, what it came to is returned."""
    record: dict[str, Any] = {"file": one.path, "asked": one.asked, "refusal": None}
    try:
        record |= stamp(one.path)
        asked = _asked(job, one.path, out)
    except OSError as error:
        # Not read, so no content is kept that a later run could take for unchanged.
        gone = {"size": one.size, "changed_ns": -1, "sha256": ""}
        return {**record, **gone, "refusal": f"{error.strerror or error}."}
    except ledes.NotLedes as error:
        return {**record, "refusal": str(error)}
    report, written = asked.report, asked.written
    out.writelines(finding.to_json() + "\n" for finding in report.findings)
    severities = Counter[str](finding.severity for finding in report.findings)
    if written is not None:
        severities += written.severities
    found = risks(report.findings, {one.path: written} if written is not None else {})
    return {
        **record,
        "format": report.format,
        "encoding": report.encoding,
        "lines": report.lines,
        "invoices": [
            [number, None if total is None else str(total), currency, line, owner]
            for number, (total, currency, line, owner) in report.invoices.items()
        ],
        "severities": severities,
        "risks": [[invoice, risk.currency, str(risk.whole), str(risk.lines)] for (_, invoice), risk in found.items()],
        "left_out": report.left_out,
        "unjudged": [[rule, reason, times] for (rule, reason), times in asked.unjudged.items()],
        "aside": asked.aside,
    }


def _asked(job: Job, path: str, out: TextIO) -> Asked:
    told = job.read()
    if told is None:
        return Asked(ledes.judge(path, portal=job.portal, as_of=job.as_of))
    rules, known, words_alone = told
    return ask(path, rules, known, words_alone=words_alone, portal=job.portal, as_of=job.as_of, sink=out)
