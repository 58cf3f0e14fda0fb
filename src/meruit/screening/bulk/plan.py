"""Files cut into parts, and the folder that keeps what is done.

    FOLDER/manifest.json          the job's hash, and which files each part takes
    FOLDER/part-000000.parquet    the findings of a part
    FOLDER/part-000000.json       what it came to, and name, size and SHA-256 of each file as it was judged
    FOLDER/across.parquet         what only several files together show

A part is written beside and renamed, its record last; a part with its record is done. A run that was killed goes
on with those that have none. A folder of another job, or of other files, is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meruit.guidelines import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from meruit.screening.bulk.job import Job

#: Files together that make one part, unless one alone is larger.
PART_BYTES, PART_FILES = 16 << 20, 2_000
VERSION = 1


@dataclass(frozen=True, slots=True)
class Input:
    """One file; `asked` is false for one met in a folder, which is passed over where it is none of ours."""

    path: str
    size: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Files judged by one task, in their order."""

    number: int
    inputs: tuple[Input, ...]

    @property
    def size(self) -> int:
        return sum(one.size for one in self.inputs)

    @property
    def name(self) -> str:
        """How its files begin."""
        return f"part-{self.number:06}"


def parts_of(files: Iterable[tuple[str, bool]]) -> list[Part]:
    """The files in their order, together until a part is full. The same files always give the same parts."""
    parts: list[Part] = []
    open_: list[Input] = []
    size = 0
    for path, asked in files:
        try:
            one = Input(str(Path(path).absolute()), Path(path).stat().st_size, asked)
        except OSError as error:
            raise Refused(f"{path}: {error.strerror}.") from None
        if open_ and (size + one.size > PART_BYTES or len(open_) >= PART_FILES):
            parts.append(Part(len(parts), tuple(open_)))
            open_, size = [], 0
        open_.append(one)
        size += one.size
    if open_:
        parts.append(Part(len(parts), tuple(open_)))
    return parts


class Folder:
    """Where parts are kept. Every machine sees it, and the files, under the same path."""

    def __init__(self, path: str) -> None:
        self.path = Path(path).absolute()

    def begin(self, job: Job, parts: Sequence[Part]) -> None:
        """Write the plan, or see that the one already there is the same; `Refused` says what differs."""
        plan = {
            "version": VERSION,
            "job": job.hash,
            "guidelines": job.set_name,
            "as_of": f"{job.as_of}",
            "parts": [[[one.path, one.size] for one in part.inputs] for part in parts],
        }
        there = self.path / "manifest.json"
        if there.is_file():
            self._same(json.loads(there.read_text(encoding="utf-8")), plan)
        elif self.path.is_dir() and any(self.path.iterdir()):
            raise Refused(f"{self.path} holds something else; name an empty folder, or one that is not there yet.")
        else:
            self.path.mkdir(parents=True, exist_ok=True)
            self.write("manifest.json", plan)

    def _same(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        other = "Name another folder, or empty this one to begin anew."
        if old.get("version") != new["version"] or old.get("job") != new["job"]:
            raise Refused(
                f"{self.path} holds findings by {old.get('guidelines') or 'formats'} as of {old.get('as_of')}, "
                f"which this run does not ask in the same way. {other}"
            )
        if old["parts"] != new["parts"]:
            raise Refused(f"{self.path} holds findings on other files, or they have changed in size. {other}")

    def write(self, name: str, value: object) -> None:
        """A JSON file, whole or not at all."""
        beside = self.path / f"{name}.{os.getpid()}.new"
        beside.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.path / name)

    def record(self, part: Part) -> dict[str, Any]:
        """What a part that is done came to."""
        found: dict[str, Any] = json.loads((self.path / f"{part.name}.json").read_text(encoding="utf-8"))
        return found

    def is_done(self, part: Part) -> bool:
        """Whether a part is kept, and its files are what they were."""
        try:
            return all(map(_unchanged, self.record(part)["files"]))
        except FileNotFoundError:
            return False


def stamp(path: str) -> dict[str, Any]:
    """What tells a file from another version of itself."""
    with Path(path).open("rb") as stream:
        told = os.fstat(stream.fileno())
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"size": told.st_size, "changed_ns": told.st_mtime_ns, "sha256": digest}


def _unchanged(file: dict[str, Any]) -> bool:
    """Whether a file is what was judged; its content is asked only where it was written to since."""
    try:
        told = Path(file["file"]).stat()
    except OSError:
        return False
    if (told.st_size, told.st_mtime_ns) == (file["size"], file["changed_ns"]):
        return True
    return told.st_size == file["size"] and bool(stamp(file["file"])["sha256"] == file["sha256"])
