"""What may happen to an e-bill: packaged, sent, looked for, heard of, corrected."""

from meruit.portals.actions.by_person import answer, find, lose_sight, withdraw
from meruit.portals.actions.hearing import behind, by_hand, hear, heard_before, take_note
from meruit.portals.actions.moving import move, move_money
from meruit.portals.actions.packing import correct, package
from meruit.portals.actions.sending import alarm, look, settle_by_person, submit

__all__ = [
    "alarm",
    "answer",
    "behind",
    "by_hand",
    "correct",
    "find",
    "hear",
    "heard_before",
    "look",
    "lose_sight",
    "move",
    "move_money",
    "package",
    "settle_by_person",
    "submit",
    "take_note",
    "withdraw",
]
