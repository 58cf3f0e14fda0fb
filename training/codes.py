"""The tables of coded entries that are shipped: `data/coded.json`, from entries of our own.

    python -m training.codes            # learns the tables anew, measures them and writes them
    python -m training.codes --measure  # tells only how good they are on authors left out of learning

Three sources. `training/coded/*.tsv`: short pieces of work written for each task and activity by its definition.
`training/coded/entries.csv`: entries as they stand on timesheets, coded by three authors who did not know of one
another or of the rules. `benchmarks/accuracy/labelled/tune.csv`: the entries that rules are tuned on. Nothing in them
is of a client, and the held-out entries teach nothing.

What is shown as measured, the shares from which codes are put forward, and the confidence told with them all come
from leaving each author in turn out of learning, since a new firm is a new author.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.accuracy.data import HERE, read

from meruit import utbms
from meruit.guidelines.narrative import understand
from meruit.guidelines.narrative.history import KINDS_OF_CODE, Kind, Learnt, Model, Row, learn, measure, together
from meruit.guidelines.narrative.pointers import pointers
from meruit.guidelines.narrative.telling import telling
from meruit.guidelines.narrative.words import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WRITTEN = Path(__file__).parent / "coded"
TABLE = DATA / "coded.json"
#: So often right where it answers, on authors left out: more than the 0.90 wanted, since a new author differs.
WANTED = 0.92
#: Points of the curve that tells how far a share is to be believed.
_STEPS = 8


class Coded(NamedTuple):
    """One coded narrative and who wrote it; pieces written for a code are nobody's."""

    author: str | None
    row: Row


def coded() -> list[Coded]:
    """All that the shipped tables are learnt from, each narrative once."""
    found: dict[str, Coded] = {}
    for path in sorted(WRITTEN.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                codes, text = line.split("\t")
                by_kind = {utbms.kind_of(code): code for code in codes.split()}
                found.setdefault(text, Coded(None, (text, by_kind.get("task"), by_kind.get("activity"))))
    with (WRITTEN / "entries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = row["narrative"]
            found[text] = Coded(row["author"], (text, row["task_code"] or None, row["activity_code"] or None))
    for labelled in read(HERE / "tune.csv"):
        entry = labelled.entry
        text = entry.narrative or ""
        if entry.task_code or entry.activity_code:
            found.setdefault(text, Coded("own", (text, entry.task_code, entry.activity_code)))
    return list(found.values())


def rows() -> list[Row]:
    """The same, without who wrote them."""
    return [one.row for one in coded()]


def digest() -> str:
    """Of all that is learnt from; kept in the table, so that a table made from other entries is noticed."""
    return hashlib.sha256(repr(rows()).encode()).hexdigest()[:16]


class Held(NamedTuple):
    """What was held likeliest for an entry whose author was left out: its share, and whether it was right."""

    author: str
    share: float
    right: bool


def left_out(entries: Sequence[Coded]) -> tuple[dict[str, Model], dict[Kind, list[Held]]]:
    """For each author the tables learnt without what that author wrote, and what they hold of it."""
    models: dict[str, Model] = {}
    found: dict[Kind, list[Held]] = {kind: [] for kind in KINDS_OF_CODE}
    for author in sorted({one.author for one in entries if one.author}):
        model = models[author] = learn(one.row for one in entries if one.author != author)
        for text, *codes in (one.row for one in entries if one.author == author):
            u = understand(text)
            told = telling(u, pointers(u))
            for kind, code in zip(KINDS_OF_CODE, codes, strict=True):
                if code and utbms.known(code):
                    guess = model.guess(kind, told, _beside(kind, code))
                    found[kind].append(
                        Held(author, guess.share, guess.code == code) if guess else Held(author, 0, False)
                    )
    return models, found


def _beside(kind: Kind, code: str) -> frozenset[str] | None:
    """The codes of the sets that a matter with this task may use."""
    if kind == "activity":
        return None
    return frozenset(row.code for name in utbms.kindred(code) for row in utbms.sets()[name].codes)


def least(held: Sequence[Held]) -> float:
    """The share from which on codes were right as often as wanted, answering as often as that allows."""
    ranked = sorted(held, key=lambda one: -one.share)
    right, found = 0, 1.0
    for count, one in enumerate(ranked, 1):
        right += one.right
        if right >= WANTED * count:
            found = one.share
    return round(found, 4)


def curve(held: Sequence[Held]) -> list[tuple[float, float]]:
    """Shares and how often codes of about that share were right, never falling."""
    ranked = sorted(held, key=lambda one: one.share)
    size = max(1, len(ranked) // _STEPS)
    points: list[tuple[float, float]] = []
    for first in range(0, len(ranked) - size + 1, size):
        part = ranked[first : first + size]
        right = sum(one.right for one in part) / len(part)
        right = max(right, points[-1][1]) if points else right
        points.append((round(sum(one.share for one in part) / len(part), 4), round(min(right, 0.98), 4)))
    return points


#: Authors whose entries thresholds and confidences are taken from: coded on purpose, by nobody who made the rules.
_OTHERS = ("first", "second", "third")


def settled(model: Model, held: dict[Kind, list[Held]]) -> Model:
    """`model` with the shares from which it answers and the confidence it tells."""
    others = {kind: [one for one in found if one.author in _OTHERS] for kind, found in held.items()}
    return Model(
        model.tables,
        {kind: least(found) for kind, found in others.items()},
        {kind: tuple(curve(found)) for kind, found in others.items()},
        digest(),
    )


def shown(entries: Sequence[Coded], models: dict[str, Model], final: Model) -> Iterable[tuple[str, dict[Kind, Learnt]]]:
    """By author, how good suggestions are by the tables learnt without that author."""
    found: dict[str, dict[Kind, Learnt]] = {}
    for author, model in models.items():
        of_author = [one.row for one in entries if one.author == author]
        found[author] = measure(Model(model.tables, final.least, final.curves), of_author)
        yield author, found[author]
    every = {kind: together([found[author][kind] for author in _OTHERS if author in found]) for kind in KINDS_OF_CODE}
    yield "first to third", every


def main() -> None:
    entries = coded()
    models, held = left_out(entries)
    final = settled(learn(one.row for one in entries), held)
    for author, by_kind in shown(entries, models, final):
        for kind, told in by_kind.items():
            print(
                f"{author:<15} {kind:<9} {told.right:.3f} right where it answers, "
                f"answers {told.answered:.3f} of {told.entries}"
            )
    if "--measure" not in sys.argv:
        TABLE.write_text(final.to_json() + "\n", encoding="utf-8")
        print(f"{TABLE.name}: {TABLE.stat().st_size:,} bytes from {len(entries):,} entries")


if __name__ == "__main__":
    main()
