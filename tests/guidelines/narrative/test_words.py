"""The word tables: nothing in them is unknown, unused or misspelt, and verbs are inflected rightly."""

from __future__ import annotations

import re
from pathlib import Path

import lemminflect
import pytest

from meruit.guidelines.narrative import words
from meruit.guidelines.narrative.detection import confidences
from meruit.guidelines.narrative.words import DATA, KINDS, cue_bits, forms, group, lexicon, rows

SOURCES = [path.read_text(encoding="utf-8") for path in Path(words.__file__).parent.glob("*.py")]


def test_every_group_is_asked_for_and_every_group_asked_for_exists() -> None:
    asked = {name for text in SOURCES for name in re.findall(r'group\("([^"]+)"\)', text)}
    under = {name for text in SOURCES for name in re.findall(r'groups_under\("([^"]+)"\)', text)}
    held = {name for name, _ in rows("groups.tsv")}
    assert {name for name in held if name.split("/")[0] not in under} == asked
    assert under <= {name.split("/")[0] for name in held}


def test_no_table_names_a_row_twice() -> None:
    for table in ("groups.tsv", "irregular.tsv", "cues.tsv", "lexicon.tsv", "abbreviations.tsv"):
        names = [name for name, _ in rows(table)]
        assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]


def test_every_cue_gives_rise_to_some_rule() -> None:
    asked = {name for text in SOURCES for name in re.findall(r"(?:cue|_specific)\(([^)]*)\)", text)}
    named = {word for part in asked for word in re.findall(r'"([^"]+)"', part)}
    named |= {name for text in SOURCES for name in re.findall(r'cue_bits\(\)\["([^"]+)"\]', text)}
    assert set(cue_bits()) == named


def test_every_ground_measured_is_a_ground_of_the_code() -> None:
    text = "\n".join(SOURCES)
    for ground in confidences():
        stem = re.sub(r"-(tiny|short|notice|order|extension|email|strong|weak|direct|run-on|many)$", "-", ground)
        assert f'"{ground}"' in text or f'f"{stem}' in text, ground


#: The dictionary writes "qced", "ftpped" and "photostated", and takes "relay" for laying again.
DIFFERS = {"qc", "relay", "ftp", "sftp", "photostat"}


def test_verbs_are_inflected_as_the_dictionary_does() -> None:
    wrong = []
    for tag, verbs in rows("lexicon.tsv"):
        if not tag.startswith("verb."):
            continue
        for verb in verbs:
            if " " in verb or "-" in verb or verb in DIFFERS:
                continue
            ours = {form for form, _ in forms(verb)}
            for tense in ("VBD", "VBG", "VBN"):
                theirs = set(lemminflect.getInflection(verb, tense))
                if theirs and not theirs & ours:
                    wrong.append((verb, tense, sorted(theirs)))
    assert wrong == []


@pytest.mark.parametrize(
    "verb, shown",
    [
        ("plan", {"plan", "plans", "planned", "planning"}),
        ("cite-check", {"cite-check", "cite-checks", "cite-checked", "cite-checking"}),
        ("work on", {"work on", "works on", "worked on", "working on"}),
        ("copy", {"copy", "copies", "copied", "copying"}),
    ],
)
def test_forms_of_a_verb(verb: str, shown: set[str]) -> None:
    assert {form for form, _ in forms(verb)} == shown


def test_a_group_or_class_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        group("clerical.nonsense")
    assert len(KINDS) == 12
    assert lexicon().words["draft"].bits & words.DRAFT
    assert DATA.is_dir()
