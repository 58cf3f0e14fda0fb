"""A week in an associate's calendar, left in the inbox of the night: suggestions for the specialist to take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meruit.demo.plan import Plan

#: Day, hour and minutes in UTC, length in minutes, what the event says; {number} and {name} are a matter's.
WEEK = (
    (26, 14, 0, 45, "Call with claims manager Teague re {number} reserve"),
    (26, 19, 30, 90, "Prep session, deposition outline, {name}"),
    (27, 13, 30, 30, "Team meeting"),
    (28, 15, 0, 120, "Deposition of T. Brandt ({number})"),
    (28, 16, 30, 30, "Call with court reporter"),
    (29, 18, 0, 25, "Zoom with opposing counsel, {name}: discovery schedule"),
    (30, 17, 0, 60, "Dentist"),
)


def leave(inbox: Path, plan: Plan, timekeeper: str) -> None:
    """Write the calendar where the night looks for it."""
    mine = [m for m in plan.matters if timekeeper in m.team][:2] or plan.matters[:1]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Alder and Quill//calendar//EN"]
    for number, (day, hour, minute, length, text) in enumerate(WEEK):
        matter = mine[number % len(mine)]
        begins = datetime(2026, 10, day, hour, minute, tzinfo=UTC)
        ends = begins + timedelta(minutes=length)
        lines += [
            "BEGIN:VEVENT",
            f"UID:aq-{day}-{hour}{minute:02d}",
            "DTSTAMP:20261025T120000Z",
            f"DTSTART:{begins:%Y%m%dT%H%M%SZ}",
            f"DTEND:{ends:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{text.format(number=matter.number, name=matter.name)}".replace(",", "\\,"),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    folder = inbox / "calendars"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{timekeeper}.ics").write_bytes("\r\n".join([*lines, ""]).encode())
