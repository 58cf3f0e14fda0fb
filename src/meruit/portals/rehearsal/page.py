"""The page on which a person plays the client: look at the bills, send one back, cut lines, pass it, pay it.

Standard library alone, on loopback. A form carries the token of this start, so that no other page can post here.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from meruit.portals.rehearsal.client import REASONS, Portal, deductions_of, lines_of
from meruit.portals.rehearsal.judge import Remark

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from meruit.portals.rehearsal.clock import Clock

LONGEST_FORM = 1 << 20
STATES = {
    "logged": "logged",
    "with_reviewer": "with a reviewer",
    "question": "question put to the firm",
    "passed": "passed",
    "sent_back": "sent back",
    "paid": "paid",
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1d2430}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dae1;padding:.35rem .6rem;"
    "text-align:left;vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums}"
    "button,input,select{font:inherit;padding:.2rem .5rem}form{margin:.8rem 0}label,button{margin-right:.8rem}"
)


class Cannot(ValueError):
    """What was asked cannot be done; the text is shown."""


@dataclass(slots=True)
class Desk:
    """What the page needs: the portal, its clock, and the token of this start."""

    portal: Portal
    clock: Clock
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))


def serve(desk: Desk, port: int) -> ThreadingHTTPServer:
    """Serve the page on loopback in threads of its own; the caller shuts it down."""

    class Handler(_Handler):
        pass

    Handler.desk = desk
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="page", daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    desk: Desk
    server_version = "ClientPortal"
    sys_version = ""

    def do_GET(self) -> None:
        """The list of bills, or one of them."""
        if not self._from_here():
            return
        portal = self.desk.portal
        with portal.lock:
            if self.path == "/":
                return self._send(HTTPStatus.OK, list_page(self.desk))
            found = self._bill(self.path)
            if found is not None:
                return self._send(HTTPStatus.OK, bill_page(self.desk, found))
        self._send(HTTPStatus.NOT_FOUND, page("Not found", "<p>There is nothing here.</p>"))

    def do_POST(self) -> None:
        """What a person decides; everything is done before it is answered."""
        if not self._from_here():
            return
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LONGEST_FORM:
            return self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, page("Too long", "<p>The form is too long.</p>"))
        form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode("utf-8", "replace")).items()}
        if not hmac.compare_digest(form.pop("token", ""), self.desk.token):
            return self._send(HTTPStatus.FORBIDDEN, page("No", "<p>Open the page anew, and try again.</p>"))
        try:
            with self.desk.portal.lock:
                where = post(self.desk, self.path, form, self._bill(self.path.rpartition("/")[0]))
        except Cannot as error:
            return self._send(HTTPStatus.BAD_REQUEST, page("That cannot be done", f"<p>{escape(str(error))}</p>"))
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what the portal did stands in its outbox."""

    def _from_here(self) -> bool:
        if (self.headers.get("Host") or "").partition(":")[0] in ("127.0.0.1", "localhost"):
            return True
        self._send(HTTPStatus.MISDIRECTED_REQUEST, page("No", "<p>This page is served to this machine alone.</p>"))
        return False

    def _bill(self, path: str) -> sqlite3.Row | None:
        _, _, key = path.rpartition("/bill/")
        return self.desk.portal.store.bill(int(key)) if key.isdecimal() else None

    def _send(self, status: HTTPStatus, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)


def post(desk: Desk, path: str, form: Mapping[str, str], bill: sqlite3.Row | None) -> str:
    """Do what a form asks; returns where to go next."""
    portal = desk.portal
    if path == "/manner":
        portal.manner.down = "down" in form
        portal.manner.silent_after_upload = "silent" in form
        portal.manner.by_hand = "by_hand" in form
        with suppress(ValueError):
            portal.manner.slow_seconds = min(max(float(form.get("slow", "0")), 0.0), 60.0)
        return "/"
    if path == "/clock":
        desk.clock.set(_moment(form.get("at", "")))
        portal.tick()
        return "/"
    if path == "/tick":
        portal.tick()
        return "/"
    verb = path.rpartition("/")[2]
    if bill is None or (bill["state"], verb) not in WAYS:
        raise Cannot("This bill is not there, or not where that can be done to it.")
    if verb == "send-back":
        portal.send_back(bill, _reason(form), form.get("note", ""))
    elif verb == "ask":
        portal.ask(bill, form.get("note", ""))
    elif verb == "answered":
        portal.take_up(bill)
    elif verb == "pass":
        portal.decide(bill, _cuts(bill, form))
    else:
        portal.pay(bill)
    portal.tick()
    return f"/bill/{bill['id']}"


#: What a person may do with a bill, by where it stands.
WAYS = {
    ("logged", "send-back"),
    ("with_reviewer", "send-back"),
    ("with_reviewer", "ask"),
    ("with_reviewer", "pass"),
    ("question", "answered"),
    ("question", "send-back"),
    ("passed", "pay"),
}


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Cannot(f'"{text}" is no moment; write 2026-02-03T09:00:00+00:00.') from error
    if found.tzinfo is None:
        raise Cannot(f'"{text}" has no zone; write 2026-02-03T09:00:00+00:00.')
    return found


def _reason(form: Mapping[str, str]) -> str:
    reason = form.get("reason", "")
    if reason not in REASONS:
        raise Cannot("Choose a reason.")
    return reason


def _cuts(bill: sqlite3.Row, form: Mapping[str, str]) -> list[Remark]:
    cuts = []
    for number, _, amount, _ in lines_of(bill):
        text = form.get(f"cut-{number}", "").strip()
        if not text:
            continue
        try:
            off = Decimal(text)
        except InvalidOperation as error:
            raise Cannot(f'Line {number}: "{text}" is no amount.') from error
        if not off.is_finite() or not 0 <= off <= amount:
            raise Cannot(f"Line {number} is {amount}; {off} cannot come off it.")
        if off:
            reason = form.get(f"reason-{number}", "other")
            if reason not in REASONS:
                raise Cannot(f"Line {number}: choose a reason.")
            cuts.append(Remark(number, reason, off, form.get(f"note-{number}", "")))
    return cuts


def list_page(desk: Desk) -> str:
    """Every bill and how the portal behaves."""
    portal, token = desk.portal, _token(desk)
    rows = "".join(
        f'<tr><td><a href="/bill/{b["id"]}">{escape(b["number"])}</a></td><td>{escape(b["matter"])}</td>'
        f'<td class="n">{escape(b["total"])}</td><td>{STATES[b["state"]]}</td><td>{escape(b["at"])}</td></tr>'
        for b in reversed(portal.store.bills())
    )
    manner, here = portal.manner, portal.now().isoformat(timespec="seconds")
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}"{" checked" if on else ""}> {says}</label> '
        for name, on, says in (
            ("by_hand", manner.by_hand, "wait for a person"),
            ("down", manner.down, "be down"),
            ("silent", manner.silent_after_upload, "fall silent after an upload"),
        )
    )
    return page(
        "Client portal (rehearsal)",
        f'<form method="post" action="/clock">{token}<label>It is here <input name="at" size="28" '
        f'value="{escape(here)}"></label><button>Set</button></form>'
        f'<form method="post" action="/manner">{token}{boxes}<label>seconds a request takes '
        f'<input name="slow" size="4" value="{manner.slow_seconds:g}"></label> <button>Set</button></form>'
        f'<form method="post" action="/tick">{token}<button>Do what is due</button></form>'
        '<table><thead><tr><th>Bill</th><th>Matter</th><th class="n">Total</th><th>Stands</th><th>Since</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>",
    )


def bill_page(desk: Desk, bill: sqlite3.Row) -> str:
    """One bill: its lines, what may be done, and what was said of it."""
    found = {remark.line: remark for remark in deductions_of(bill)}
    may = {verb for state, verb in WAYS if state == bill["state"]}
    rows = "".join(_line(x, found.get(x[0]), cut="pass" in may) for x in lines_of(bill))
    table = (
        '<table><thead><tr><th>Line</th><th>By</th><th>What</th><th class="n">Amount</th><th>Taken off</th>'
        f"<th>Why</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    forms = ""
    if "pass" in may:
        table = _form(desk, bill, "pass", table, "Pass as entered")
    if "send-back" in may:
        inside = _reasons("reason", "other") + _note("what is wrong with it")
        forms += _form(desk, bill, "send-back", inside, "Send back")
    if "ask" in may:
        forms += _form(desk, bill, "ask", _note("what you want to know"), "Ask the firm")
    if "answered" in may:
        forms += _form(desk, bill, "answered", "", "The firm has answered")
    if "pay" in may:
        forms += _form(desk, bill, "pay", f"Passed: {escape(bill['approved'])} ", "Pay")
    said = "".join(
        f"<li>{escape(e['at'])} <b>{escape(e['word'])}</b> {escape(e['reason'] or '')} {escape(e['note'] or '')}"
        f"{' line ' + str(e['line']) if e['line'] else ''} {escape(e['amount'] or '')}</li>"
        for e in desk.portal.store.events(bill["number"])
    )
    head = f"<p>Matter {escape(bill['matter'])}, total {escape(bill['total'])}, {STATES[bill['state']]}.</p>"
    return page(f"Bill {bill['number']}", f'<p><a href="/">All bills</a></p>{head}{table}{forms}<ul>{said}</ul>')


def _line(line: tuple[int, str, Decimal, str], remark: Remark | None, *, cut: bool) -> str:
    number, who, amount, what = line
    off = str(remark.amount) if remark else ""
    entry = (
        f'<td><input class="n" name="cut-{number}" size="9" value="{off}" aria-label="taken off line {number}"></td>'
        f"<td>{_reasons(f'reason-{number}', remark.reason if remark else 'other')}</td>"
        if cut
        else f'<td class="n">{off}</td><td>{escape(REASONS[remark.reason]) if remark else ""}</td>'
    )
    return f'<tr><td>{number}</td><td>{escape(who)}</td><td>{escape(what)}</td><td class="n">{amount}</td>{entry}</tr>'


def _note(says: str) -> str:
    return f'<input name="note" size="50" placeholder="{says}" aria-label="{says}">'


def _reasons(name: str, chosen: str) -> str:
    options = "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{escape(words)}</option>'
        for code, words in REASONS.items()
    )
    return f'<select name="{name}" aria-label="{name}">{options}</select>'


def _form(desk: Desk, bill: sqlite3.Row, verb: str, inside: str, button: str) -> str:
    return (
        f'<form method="post" action="/bill/{bill["id"]}/{verb}">{_token(desk)}{inside}<button>{button}</button></form>'
    )


def _token(desk: Desk) -> str:
    return f'<input type="hidden" name="token" value="{desk.token}">'


def page(title: str, body: str) -> str:
    """A whole page."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
        f"<h1>{escape(title)}</h1>{body}</html>"
    )
