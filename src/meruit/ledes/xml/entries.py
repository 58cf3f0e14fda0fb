"""Discounts, credits and arrangements of an XML bill: the code at its level, of its type, with its sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.xml.judge import segment_of

if TYPE_CHECKING:
    from meruit.ledes.model import Adjustment, Matter
    from meruit.ledes.xml.judge import Judge

#: Codes that must be a flat amount, and those that must be a percentage (reference 7.4).
_FLAT = frozenset({"MIDHR", "FIDHR", "EIDHR", "Other"})
_PERCENT = frozenset({"MIDB", "MISF"})


def judge_entries(bench: Judge, matter: Matter) -> None:
    for entry in matter.adjustments:
        _entry(bench, entry, "MATTER_DISC_CRED", "discount_percent")
    for line in matter.lines:
        segment = f"{segment_of(line)}_ITEM_DISC_CRED"
        percent = "discount_percent" if line.kind == "F" else "disc_cred_percent"
        for entry in line.adjustments:
            _entry(bench, entry, segment, percent)
    for code in sorted(_PERCENT):
        for category in ("Fee", "Exp"):
            same = [a for a in matter.adjustments if a.code == code and a.category == category]
            for entry in same[1:]:
                bench.find(
                    "LX07", f"a second {code} on {category}; a matter has one at most.",
                    entry, "code", "MATTER_DISC_CRED.disc_cred", expected=f"one {code} on {category}",
                )  # fmt: skip


def _entry(bench: Judge, entry: Adjustment, segment: str, percent_tag: str) -> None:
    code = entry.code
    if code in _FLAT and entry.type == "Percent":
        _type(bench, entry, segment, f"{code} must be Flat and is Percent", "Flat")
    if code in _PERCENT:
        if entry.type and entry.type != "Percent":
            _type(bench, entry, segment, f"{code} must be Percent and is {entry.type}", "Percent")
        if entry.split and entry.split != "NA":
            bench.find(
                "LX07", f"pre_post_split of {code} must be NA and is {entry.split}.",
                entry, "split", f"{segment}.pre_post_split", expected="NA",
            )  # fmt: skip
    if entry.type == "Percent" and not entry.percent:
        bench.find(
            "LR01", f"{percent_tag} is empty on an entry by percentage.", entry, "percent", f"{segment}.{percent_tag}"
        )
    value = entry.decimal("amount")
    if value and entry.direction in ("Increase", "Decrease") and (value > 0) != (entry.direction == "Increase"):
        bench.find(
            "LX08", f"disc_cred_amount is {entry.amount} on an entry marked {entry.direction}.",
            entry, "amount", f"{segment}.disc_cred_amount",
            expected="a positive amount" if entry.direction == "Increase" else "a negative amount",
        )  # fmt: skip
    if entry.type == "Percent" and entry.direction == "Increase":
        bench.find(
            "LX08", "the entry is by percentage and marked Increase; a percentage is always a reduction.",
            entry, "direction", f"{segment}.increase_decrease", expected="Decrease",
        )  # fmt: skip
    if code == "Other" and not entry.note:
        bench.find(
            "LX14", "disc_cred is Other and disc_cred_note does not say what it is.",
            entry, "note", f"{segment}.disc_cred_note",
        )  # fmt: skip


def _type(bench: Judge, entry: Adjustment, segment: str, says: str, expected: str) -> None:
    bench.find("LX07", f"disc_cred_type of {says}.", entry, "type", f"{segment}.disc_cred_type", expected=expected)
