"""Work that many clients do not pay, whoever does it: the firm's own cost, or no help to the client."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Unjudged, blank
from meruit.guidelines.params import choice, choices, flag, number
from meruit.guidelines.registry import Check, GroupCheck, TextCheck, rule_type
from meruit.guidelines.wording import detector, needs, text_check, told

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.narrative import Understanding
    from meruit.guidelines.params import Params

BILLING = {
    "fee-appeals": r"appeal|reduction|short.?pa|dispute",
    "e-billing": r"e-?bill|upload|ledes|submit",
    "payment-queries": r"payment|past.?due|unpaid|collect",
    "vendor-bills": r"vendor|process(?:ed|ing)? (?:invoice|bill)|check request",
    "time-entries": r"time ?(?:entr|sheet)|narrative",
    "invoice-preparation": r"invoice|pre-?bill|bills?\b|pro ?forma|statement",
}


@rule_type(
    "GL-18",
    "billing-for-billing",
    "Billing for billing",
    family="NONB",
    checkable="text",
    params=(choices("include", BILLING, BILLING, "what is not paid"),),
)
def billing_for_billing(p: Params, c: Context) -> Check:
    """The client does not pay for being billed. Invoices that are evidence in the case are another thing."""
    return text_check("GL-18", c, "billing-for-billing", kinds=BILLING, include=p.texts("include"))


@rule_type(
    "GL-20",
    "budget-and-reports",
    "Budget, accrual and report preparation",
    family="NONB",
    checkable="text",
    params=(
        choice("budgets", "not payable", ("payable", "not payable"), "budgets, accruals and estimates"),
        choice("status_reports", "payable", ("payable", "not payable"), "reports on the case"),
    ),
)
def budget_and_reports(p: Params, c: Context) -> Check:
    """Budgets and accruals are the firm's own; insurers pay for the reports they ask for, others do not."""
    budgets, reports = p.text("budgets"), p.text("status_reports")
    return text_check("GL-20", c, "budget-and-reports", budgets=budgets, status_reports=reports)


TRAINING = {
    "shadowing": r"observ|shadow|watch",
    "seminars": r"seminar|webinar|cle\b|course|conference|lecture|workshop",
    "basic-learning": r"learn|familiari[sz]|educat|basics|train|mentor|orient",
}


@rule_type(
    "GL-21",
    "training",
    "Training, learning, CLE, observing",
    family="NONB",
    checkable="text",
    params=(choices("include", TRAINING, TRAINING, "what is not paid"),),
)
def training(p: Params, c: Context) -> Check:
    """The client pays for what a lawyer knows, not for learning it. Training records as evidence pass."""
    return text_check("GL-21", c, "training", kinds=TRAINING, include=p.texts("include"))


RAMP_UP = {
    "leave": r"leave\b|vacation",
    "turnover": r"turnover|departure|left (?:the )?firm|departed|former|prior|outgoing",
    "file-transfer": r"transfer|hand-?(?:off|over)|transition|reassign",
    "getting-up-to-speed": r"up to speed|acquaint|familiar|current|learn|catch up",
}


@rule_type(
    "GL-22",
    "ramp-up",
    "Ramp-up after staffing change",
    family="NONB",
    checkable="text",
    params=(choices("include", RAMP_UP, RAMP_UP, "what is not paid"),),
)
def ramp_up(p: Params, c: Context) -> Check:
    """A change of staff is the firm's doing, and so is the time to get the successor up to speed.

    Words are a hint; who worked on the matter before would prove it.
    """
    return text_check("GL-22", c, "ramp-up", kinds=RAMP_UP, include=p.texts("include"))


SUPERVISION = {
    "assigning": r"assign|delegat|staff(?:ing)?\b",
    "diary": r"diar|tickl",
    "file-review": r"review\w*\b.{0,20}\b(?:file|status)|file review",
    "supervising": r"supervis|oversee|oversight|manag|direct",
}


@rule_type(
    "GL-25",
    "supervision",
    "Supervision, delegation, routine file review",
    family="NONB",
    checkable="text",
    fix="attorney",
    params=(choices("include", SUPERVISION, SUPERVISION, "what is not paid"),),
)
def supervision(p: Params, c: Context) -> Check:
    """Supervising, assigning and looking through the file are overhead; revising a named draft is work."""
    return text_check("GL-25", c, "supervision", kinds=SUPERVISION, include=p.texts("include"))


EXPERTISE = {"home-law": "basic-elements", "procedure": "basic-procedure"}


@rule_type(
    "GL-27",
    "basic-research",
    "Basic or routine research",
    family="NONB",
    checkable="text",
    fix="attorney",
    params=(choices("expected_expertise", EXPERTISE, EXPERTISE, "what the client expects the firm to know"),),
)
def basic_research(p: Params, c: Context) -> Check:
    """The law of the firm's own courts and its procedure are known, not researched at the client's cost."""
    detect = detector("GL-27")
    known = {EXPERTISE[name] for name in p.texts("expected_expertise")}
    everything = len(known) == len(EXPERTISE)

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        found = detect(understood)
        if found is None or not (everything or found.ground in known) or approved(c, "basic-research", entry):
            return None
        return told(found)

    return TextCheck(check, signs=needs("GL-27"))


_PAGES = re.compile(r"\b(\d[\d,]*)\s*(?:pages?|pp\b\.?|pgs?\b\.?)", re.IGNORECASE)


@rule_type(
    "GL-29",
    "summaries",
    "Deposition / document summaries",
    family="NONB",
    checkable="text",
    fix="attorney",
    params=(
        choice("allowed", "paralegal", ("paralegal", "on-request", "never"), "when a summary is paid"),
        choice("style", "topical", ("topical", "page-line"), "the kind of summary that is accepted"),
        number("pages_per_hour", None, "pages that an hour of summarising covers (25 to 60 are seen)"),
    ),
)
def summaries(p: Params, c: Context) -> Check:
    """Transcripts are summarised by topic, on request or by a paralegal, and at a working pace."""
    detect = detector("GL-29")
    settings = {"style": p.text("style"), "paralegal_allowed": p.text("allowed") == "paralegal"}
    pace = p.maybe("pages_per_hour")

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        found = detect(understood, **settings)
        if (found is None and pace is None) or approved(c, "summaries", entry):
            return None
        if found is not None:
            return told(found)
        pages = _PAGES.search(entry.narrative or "")
        if pace is None or entry.hours is None or not pages or "summar" not in (entry.narrative or "").casefold():
            return None
        allowed = Decimal(pages.group(1).replace(",", "")) / pace
        if entry.hours <= allowed:
            return None
        return Hit(
            field="hours",
            words=pages.group(),
            span=pages.span(),
            found=say.hours(entry.hours),
            expected=f"at most {say.plain(allowed.quantize(Decimal('0.1')))} h",
            at_risk=(entry.hours - allowed) * entry.rate if entry.rate is not None else None,
            confidence=0.8,
            message=f"{pages.group()} in {say.hours(entry.hours)} is slower than {say.plain(pace)} pages an hour. "
            f"{say.plain(allowed.quantize(Decimal('0.1')))} h passes.",
        )

    return TextCheck(check, signs=needs("GL-29") if pace is None else 0)


TRANSMITTALS = {
    "enclosure-letters": r"enclos|transmittal|cover letter",
    "forwarding-e-mails": r"forward|transmit|send|sent",
    "form-notices": r"form\b|notice",
}


@rule_type(
    "GL-30",
    "transmittals",
    "Transmittals and routine forms",
    family="NONB",
    checkable="text",
    params=(choices("include", TRANSMITTALS, TRANSMITTALS, "what is not paid"),),
)
def transmittals(p: Params, c: Context) -> Check:
    """A letter that only encloses and a mail that only forwards are not paid; a letter that argues is."""
    return text_check("GL-30", c, "transmittals", kinds=TRANSMITTALS, include=p.texts("include"))


INCOMPLETE = {
    "voicemail": r"voice-?\s?mail|left (?:a )?message|vm\b",
    "no-answer": r"no answer|unanswered|attempt|unable to reach|tried",
    "unread": r"unread|bounce|undeliver",
}


@rule_type(
    "GL-31",
    "incomplete-communication",
    "Incomplete communications",
    family="NONB",
    checkable="text",
    params=(choices("include", INCOMPLETE, INCOMPLETE, "what is not paid"),),
)
def incomplete_communication(p: Params, c: Context) -> Check:
    """A voicemail, a call nobody answered and a mail nobody read are not paid."""
    return text_check("GL-31", c, "incomplete-communication", kinds=INCOMPLETE, include=p.texts("include"))


_WAIT = re.compile(r"\bwait(?:ed|ing)?\b", re.IGNORECASE)
_REMOTE = re.compile(r"\b(?:remote(?:ly)?|zoom|virtual(?:ly)?|video|by telephone|telephonic)\b", re.IGNORECASE)


@rule_type(
    "GL-32",
    "waiting",
    "Waiting time",
    family="NONB",
    checkable="text",
    fix="attorney",
    params=(
        number("max_hours", "0", "waiting that is paid on one line (one agency: 2.0 per client and court date)"),
        number("max_hours_per_day", None, "waiting that is paid on one day (the same agency: 3.0)"),
        flag("remote_paid", True, "whether waiting counts as paid at all when the court is remote"),
    ),
)
def waiting(p: Params, c: Context) -> tuple[Check, ...]:
    """Waiting in court is paid up to a limit, and not at all where court is held remotely.

    Work done while waiting is billed as that work.
    """
    detect = detector("GL-32")
    limit, daily, remote_paid = p.number("max_hours"), p.maybe("max_hours_per_day"), p.flag("remote_paid")

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        remote = not remote_paid and _REMOTE.search(entry.narrative or "")
        found = detect(understood, max_hours=Decimal(0) if remote else limit)
        if found is None or approved(c, "waiting", entry):
            return None
        hit = told(found)
        if entry.hours is None or entry.rate is None or remote or not limit:
            return hit
        return Hit(
            field=hit.field,
            words=hit.words,
            span=hit.span,
            confidence=hit.confidence,
            message=hit.message,
            found=say.hours(entry.hours),
            expected=f"at most {say.hours(limit)}",
            at_risk=max(entry.hours - limit, Decimal(0)) * entry.rate,
        )

    def key(entry: Entry) -> Hashable | Unjudged:
        if not _WAIT.search(entry.narrative or ""):
            return None
        if not entry.timekeeper or entry.date is None or entry.hours is None:
            return blank("timekeeper, date or hours")
        return (entry.timekeeper, entry.date)

    def day(lines: Sequence[Entry]) -> Iterator[Hit]:
        total = sum((e.hours for e in lines if e.hours is not None), Decimal(0))
        if daily is not None and total > daily:
            last = lines[-1]
            yield Hit(
                entry=last,
                field="hours",
                found=say.hours(total),
                expected=f"at most {say.hours(daily)}",
                confidence=0.9,
                at_risk=(total - daily) * last.rate if last.rate is not None else None,
                message=f"Waiting of the day comes to {say.hours(total)}; the client pays {say.hours(daily)}. "
                f"{say.hours(total - daily)} less passes.",
            )

    on_line = TextCheck(check, signs=needs("GL-32"))
    return (on_line,) if daily is None else (on_line, GroupCheck(key, day))


MARKETING = {
    "pitches": r"pitch|proposal|marketing|business development",
    "client-alerts": r"alert|newsletter|article|blog",
    "press": r"press|media|news|interview|publicity",
    "monitoring": r"monitor|track|watch|legislat|docket",
}


@rule_type(
    "GL-33",
    "marketing",
    "Marketing, media, monitoring not instructed",
    family="NONB",
    checkable="text",
    fix="attorney",
    params=(choices("include", MARKETING, MARKETING, "what is not paid unless instructed"),),
)
def marketing(p: Params, c: Context) -> Check:
    """Pitches, alerts, press work and watching the news are paid only where the client asked for them."""
    return text_check("GL-33", c, "marketing", kinds=MARKETING, include=p.texts("include"))
