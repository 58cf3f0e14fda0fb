"""How good are the checks: RP-1 and code suggestions against labelled entries.

python -m benchmarks.accuracy            # prints the tables, writes docs/proof/accuracy.md and what the pages show
python -m benchmarks.accuracy --print    # prints only
python -m benchmarks.accuracy --errors   # each entry of a tuning part on which rules and labels differ
python -m benchmarks.accuracy --calibrate  # measures the confidences anew and writes confidence.tsv
"""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.accuracy import record
from benchmarks.accuracy.calibrate import calibrate
from benchmarks.accuracy.codes import code_scores
from benchmarks.accuracy.data import Labelled, files
from benchmarks.accuracy.score import Count, Row, Scores, calibration, score
from training.codes import by_author

from meruit.guidelines import Judge, load, types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGE = Path(__file__).parents[2] / "docs" / "proof" / "accuracy.md"
#: What the project holds itself to on entries nobody tuned on: precision, recall.
WANTED_ANY = (0.92, 0.85)
WANTED_FAMILY = (0.88, 0.80)


_CONVENTIONS = """Conventions: each entry alone; any violation counts only rules that occur as labels; members of a
family stand for one another; families under 25 positives are pooled. Wanted on entries not tuned on: any
violation 0.92 / 0.85, each family 0.88 / 0.80.
"""


_BATCHES = """## Held-out batches when first seen

Each batch of held-out entries is scored before anybody looks at what the rules do with it; then it joins the tuning
entries as a whole and another takes its place. Any violation, detectors alone:

| batch | entries | precision | recall |
| --- | ---: | ---: | ---: |
| first: ten fields, many terse or dictated | 134 | 0.844 | 0.730 |
| second: five fields | 94 | 0.935 | 0.811 |
| third: six fields | 95 | 0.923 | 0.828 |
| fourth: deliberately odd wordings | 58 | 0.862 | 0.658 |
| fifth: three fields, plain wordings | 53 | 1.000 | 0.944 |
| sixth: dictated, capitals, abbreviations, family, patent, public; wordings far from ours | 106 | 0.979 | 0.734 |
| seventh: another author, all families | 114 | 0.972 | 0.873 |
| eighth: three more authors, odd wordings throughout | 735 | 0.866 | 0.781 |

The sixth batch was then halved: one half joined the tuning entries, the other is the held-out part above, whose entries
nobody has compared with the rules one by one. Its scores move with words added for the first half.

In the seventh batch two labels were corrected after it was first seen: a paralegal's summary of a deposition is allowed
(GL-29), and "follow up" as the operative words is not (GL-07).

Of the eighth batch the 735 entries held out were only ever scored as totals; 1,135 others by the same three authors
joined the tuning entries, and the second opinion (decision 13) is learnt from them too. On the 735 it and the mended
grammar together reached 0.955 / 0.907. That is by authors it has learnt from: what it makes of somebody new is told by
`python -m training.opinion --measure`, which leaves out one author at a time. Still short on the 735 when last scored:
lumping (0.81 / 0.79), the precision of unpayable work (0.78) and that of the small families pooled (0.83).
"""
_CODES_NOTE = """\
The sets allowed for the matter are given, as they are in practice. The shipped tables are learnt from the entries
tuned on among others (`python -m training.codes`), so the row of those tells how well they remember. The rows after it
leave out of learning what the author scored wrote, and all pieces written after the three authors' entries had been
read; the held-out entries teach nothing. Wanted: 0.90 right, answering 0.60.
Many task codes of the outside entries do not follow the definitions of the codes (class certification under L240, a
hearing on a motion to quash under L230), so right answers count as wrong there. Activities are the fairer figure.
"""


def judged(ready: Judge, row: Labelled) -> Row:
    """One row judged alone by RP-1."""
    ids = {kind.slug: kind.id for kind in types().values()}
    fired: dict[str, float] = {}
    for finding in ready.judge([row.entry]).findings:
        rule = ids[finding.rule]
        sure = 1.0 if finding.confidence is None else finding.confidence
        fired[rule] = max(sure, fired.get(rule, 0.0))
    return Row(row.labels, fired, row.origin)


def _line(name: str, count: Count, wanted: tuple[float, float] | None = None) -> str:
    holds = ""
    if wanted:
        holds = "yes" if count.precision >= wanted[0] and count.recall >= wanted[1] else "no"
    shares = f"{count.precision:.3f} | {count.recall:.3f}"
    return f"| {name} | {shares} | {count.positives} | {count.wrong} | {count.missed} | {holds} |"


def _tables(title: str, scores: Scores) -> Iterator[str]:
    yield f"## {title[0].upper()}{title[1:]}: {scores.rows} entries\n"
    yield "| | precision | recall | positives | false alarms | missed | holds |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    yield _line("any violation", scores.any_violation, WANTED_ANY)
    for family, count in scores.families.items():
        yield _line(family, count, WANTED_FAMILY)
    yield f"\nFalse alarms per 100 lines: {scores.false_alarms_per_100:.1f}.\n"
    yield "<details><summary>Per rule</summary>\n"
    yield "| rule | precision | recall | positives | false alarms | missed | |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for rule, count in scores.ids.items():
        yield _line(rule, count)
    yield "\n</details>\n"
    yield "| confidence said | was right | findings |\n| ---: | ---: | ---: |"
    for said, right, many in calibration(scores.firings):
        yield f"| {said:.2f} | {right:.2f} | {many} |"
    yield ""


def _codes(parts: Sequence[tuple[str, list[Labelled]]]) -> Iterator[str]:
    yield "## Code suggestions\n"
    yield _CODES_NOTE
    yield "| entries | code | right where it answers | answers | coded entries |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for title, rows in parts:
        for kind, found in code_scores(rows).items():
            yield f"| {title} | {kind} | {found.right:.3f} | {found.answered:.3f} | {found.entries} |"
        if title == "own, tuned on":
            for author, by_kind in by_author():
                for kind, found in by_kind.items():
                    told = f"{author}, left out of learning"
                    yield f"| {told} | {kind} | {found.right:.3f} | {found.answered:.3f} | {found.entries} |"
    by_title = dict(parts)
    history = by_title.get("outside, half looked at while tuning")
    if history is not None:
        title = "outside, half only scored"
        for kind, found in code_scores(by_title[title], history).items():
            told = f"{title}, the other half as the firm's history"
            yield f"| {told} | {kind} | {found.right:.3f} | {found.answered:.3f} | {found.entries} |"
    yield ""


def page(keep: bool = False) -> str:
    """The whole page; `keep` also writes the scores for the application's page."""
    ready = Judge(load("RP-1"))
    parts = list(files())
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    begun = time.process_time()
    scored = [(title, score(judged(ready, row) for row in rows)) for title, rows in parts]
    spent = time.process_time() - begun
    if keep:
        record.write([record.part(*one) for one in scored], str(datetime.now(UTC).date()), commit)
    many = sum(len(rows) for _, rows in parts)
    made = f"{datetime.now(UTC).date()}, commit {commit}, Python {platform.python_version()}, {platform.machine()}"
    lines = [
        "# How good are the checks\n",
        f"{made}. Written by `python -m benchmarks.accuracy`.\n",
        f"{many} entries, RP-1 whole, {many / spent:,.0f} entries a second of CPU time.\n",
        _CONVENTIONS,
    ]
    for title, scores in scored:
        lines += _tables(title, scores)
    lines += [_BATCHES, *_codes(parts)]
    return "\n".join(lines)


def _errors() -> None:
    ready = Judge(load("RP-1"))
    for title, rows in files():
        if "only scored" in title or "held out" in title:
            continue
        occurring = {label for row in rows for label in row.labels}
        for row in rows:
            fired = set(judged(ready, row).fired) & occurring
            if fired != row.labels:
                print(f"{row.entry.narrative} | labelled {sorted(row.labels)} | fired {sorted(fired)}")


def main() -> None:
    if "--calibrate" in sys.argv:
        calibrate([row for title, rows in files() for row in rows if "tun" in title])
        return
    if "--errors" in sys.argv:
        _errors()
        return
    text = page(keep="--print" not in sys.argv)
    print(text)
    if "--print" not in sys.argv:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
