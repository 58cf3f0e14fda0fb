"""Time from a file: taken once, set aside with its reason, corrected, changed at its source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority.errors import NoAuthority
from meruit.desk import takers
from meruit.imports import actions
from meruit.imports.core.files import open_table
from meruit.imports.core.problems import FileRefused
from meruit.imports.models import Batch, SetAside, Source
from meruit.timesheets.models import Entry, Released, SourceConflict, Version
from tests.support.work import agree_rates

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from tests.support.firm import Firm

HEAD = "Entry ID,Matter,Timekeeper,Date,Hours,Narrative,Task,Activity"
LINES = (
    "1,M-1001,TK-BEN,2026-01-14,1.5,Draft answer,L210,A103",
    "2,M-1001,TK-INE,2026-01-14,0.4,Call adjuster re reserve,L120,A106",
    "3,M-9999,TK-BEN,2026-01-15,2.0,Review lease,L120,A104",
    "4,M-1001,TK-BEN,2026-01-16,-2.0,Review lease,L120,A104",
)


def take(actor: Actor, path: Path, *lines: str, complete: bool = False) -> Batch:
    path.write_text("\n".join([HEAD, *lines]))
    looked = actions.look("time", open_table(path))
    acting = takers.as_(actor)
    mapping = looked.remembered or actions.confirm(
        acting, looked, looked.suggestion.columns, looked.suggestion.styles[0]
    )
    batch = actions.begin(acting, looked, mapping, complete=complete)
    return actions.run(acting, looked, batch, takers.taker(actor, "time"))


def counts(batch: Batch) -> tuple[int, int, int, int]:
    return batch.taken, batch.unchanged, batch.changed, batch.set_aside


def firm_owns_time(firm: Firm) -> None:
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("INSERT INTO imports_owner (record, owner) VALUES ('time', 'Old Practice System')")


def test_good_rows_are_taken_and_bad_ones_wait_with_their_reason(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    batch = take(firm.cleo, tmp_path / "time.csv", *LINES)
    assert counts(batch) == (2, 0, 0, 2)
    assert [(r["line"], r["field"]) for r in actions.reasons(batch)] == [(4, "matter"), (5, "Hours")]
    assert "there is no such matter" in SetAside.objects.get(line=4).reason
    assert not Released.objects.exists()
    assert take(firm.cleo, tmp_path / "again.csv", *LINES[:2]).unchanged == 2
    assert Entry.objects.count() == 2


def test_a_row_set_aside_is_corrected_and_tried_again(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    take(firm.cleo, tmp_path / "time.csv", *LINES)
    acting, taker = takers.as_(firm.cleo), takers.taker(firm.cleo, "time")
    hours, matter = SetAside.objects.get(line=5), SetAside.objects.get(line=4)
    assert "above zero" in actions.correct(acting, "time", hours, {"Hours": "0"}, taker)
    assert actions.correct(acting, "time", hours, {"Hours": "2.0"}, taker) == "taken"
    with pytest.raises(FileRefused, match="Say why"):
        actions.drop(acting, matter, " ")
    actions.drop(acting, matter, "Entered for another firm by mistake")
    assert not SetAside.objects.filter(settled_at=None).exists()
    assert Entry.objects.count() == 3
    assert take(firm.cleo, tmp_path / "mended.csv", LINES[3].replace("-2.0", "2.0")).unchanged == 1


def test_the_same_key_twice_in_a_file_is_set_aside(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    batch = take(firm.cleo, tmp_path / "time.csv", LINES[0], LINES[0].replace("1.5", "2.5"))
    assert counts(batch) == (1, 0, 0, 1)
    assert "line 2 of this file is the same record" in SetAside.objects.get().reason


def test_a_changed_row_is_a_new_version_where_the_firms_system_owns_time(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    firm_owns_time(firm)
    take(firm.cleo, tmp_path / "time.csv", *LINES[:2])
    assert Released.objects.count() == 2
    batch = take(firm.cleo, tmp_path / "later.csv", LINES[0].replace("1.5", "1.2"), LINES[1])
    assert counts(batch) == (0, 1, 1, 0)
    versions = Version.objects.filter(entry__source_key="time:1").order_by("number")
    assert [str(v.hours) for v in versions] == ["1.50", "1.20"]
    assert Released.objects.get(entry__source_key="time:1").version == 2


def test_a_deleted_row_of_a_complete_file_is_no_longer_billable(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    firm_owns_time(firm)
    take(firm.cleo, tmp_path / "time.csv", *LINES[:2], complete=True)
    take(firm.cleo, tmp_path / "later.csv", LINES[0], complete=True)
    gone = Entry.objects.get(source_key="time:2")
    assert not Version.objects.get(entry=gone, number=gone.version).billable
    assert Source.objects.get(key="2").gone_at is not None


def test_what_a_file_may_not_say_anew_is_for_somebody_to_look_at(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    take(firm.cleo, tmp_path / "time.csv", *LINES[:2])
    batch = take(firm.ada, tmp_path / "adas.csv", LINES[0].replace("1.5", "1.2"))  # Cleo's text, not hers
    assert counts(batch) == (0, 0, 1, 0)
    moved = take(firm.cleo, tmp_path / "moved.csv", LINES[1].replace("TK-INE", "TK-BEN"))
    assert counts(moved) == (0, 0, 1, 0)
    mine = take(firm.cleo, tmp_path / "mine.csv", LINES[1].replace("0.4", "0.5"))
    assert counts(mine) == (0, 0, 1, 0)
    said = {v.entry.source_key: str(v.hours) for v in Version.objects.select_related("entry").order_by("number")}
    assert said == {"time:1": "1.50", "time:2": "0.50"}
    looks = [(c.entry.source_key, c.what, c.after) for c in SourceConflict.objects.order_by("pk")]
    assert looks == [
        ("time:1", "changed", {"narrative": "Draft answer", "hours": "1.2"}),
        ("time:2", "changed", {"narrative": "Call adjuster re reserve", "hours": "0.4", "timekeeper_id": 2}),
    ]


def test_a_stopped_import_goes_on_behind_its_last_chunk(
    firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree_rates(firm)
    monkeypatch.setattr(actions, "CHUNK", 10)
    path = tmp_path / "time.csv"
    path.write_text(
        "\n".join([HEAD, *(f"{n},M-1001,TK-BEN,2026-01-14,0.1,Draft section {n},L210,A103" for n in range(1, 36))])
    )
    looked = actions.look("time", open_table(path))
    acting, taker = takers.as_(firm.cleo), takers.taker(firm.cleo, "time")
    mapping = actions.confirm(acting, looked, looked.suggestion.columns, "year-month-day")
    batch = actions.begin(acting, looked, mapping)

    class Killed(BaseException):
        pass

    def kill(running: Batch) -> None:
        if running.done_rows == 18:  # after chunks of 1, 2, 5 and 10
            raise Killed

    with pytest.raises(Killed):
        actions.run(acting, looked, batch, taker, watch=kill)
    assert Entry.objects.count() == 18
    again = actions.begin(acting, actions.look("time", open_table(path)), mapping)
    assert again.pk == batch.pk
    assert counts(actions.run(acting, looked, again, taker)) == (35, 0, 0, 0)
    assert Entry.objects.count() == 35


def test_behind_the_wall_a_matter_cannot_be_imported_to(firm: Firm, tmp_path: Path) -> None:
    agree_rates(firm)
    batch = take(firm.dan, tmp_path / "time.csv", LINES[0])
    assert counts(batch) == (0, 0, 0, 1)
    assert "there is no such matter" in SetAside.objects.get().reason


def test_who_prepares_nothing_imports_nothing(firm: Firm) -> None:
    with pytest.raises(NoAuthority, match="specialist"):
        takers.as_(firm.eve)
