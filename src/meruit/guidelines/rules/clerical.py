"""Clerical work: not paid at any rate, whoever does it. A line carries the most specific of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.params import choices
from meruit.guidelines.registry import Check, rule_type
from meruit.guidelines.wording import text_check

if TYPE_CHECKING:
    from meruit.guidelines.context import Context
    from meruit.guidelines.params import Params

CLERICAL = {
    "copying": r"(?:photo)?cop(?:y|ies|ied|ying)\b",
    "scanning": "scan",
    "organising": "organi[sz]",
    "indexing": "index",
    "bates-labelling": "bates",
    "binders": "binder",
    "data-entry": r"data entry|enter(?:ed|ing)? data",
    "ordering": r"order(?:ed|ing)?\b",
    "mail-handling": r"mail\b|mailing|postage",
    "redaction": "redact",
    "file-transfer": r"transfer(?:red|ring)?\b|upload|download",
}


@rule_type(
    "GL-17",
    "clerical",
    "Clerical / secretarial / administrative tasks",
    family="CLER",
    checkable="text",
    params=(choices("task_list", CLERICAL, CLERICAL, "the kinds of clerical work that are not paid"),),
)
def clerical(p: Params, c: Context) -> Check:
    """Copying, scanning, organising, indexing, binders, data entry and the like are in the rate.

    "Organize", "file", "copy" and "schedule" have legal meanings; legal work of paralegals is payable.
    """
    return text_check("GL-17", c, "clerical", kinds=CLERICAL, include=p.texts("task_list"))


FILE_ADMINISTRATION = {
    "conflicts": "conflict",
    "engagement-set-up": r"engagement|retainer|open(?:ed|ing)?\b|intake|set ?up|new matter",
    "file-closing": r"clos(?:e|ed|ing)\b",
    "storage": r"stor(?:e|ed|age|ing)\b|archiv",
}


@rule_type(
    "GL-19",
    "file-administration",
    "File opening/closing, conflict check, intake",
    family="CLER",
    checkable="text",
    params=(choices("include", FILE_ADMINISTRATION, FILE_ADMINISTRATION, "what is not paid"),),
)
def file_administration(p: Params, c: Context) -> Check:
    """Checking conflicts, opening, closing and storing files is the cost of having clients."""
    return text_check("GL-19", c, "file-administration", kinds=FILE_ADMINISTRATION, include=p.texts("include"))


SCHEDULING = {
    "arranging-dates": r"schedul|arrang|coordinat|availab",
    "docketing": r"docket(?:ed|ing)?\b|calendar",
    "reminders": r"remind|tickl|diar",
    "docket-checks": r"pacer|check(?:ed|ing)? docket|docket check|monitor",
}


@rule_type(
    "GL-23",
    "scheduling",
    "Scheduling, calendaring, docket checks",
    family="CLER",
    checkable="text",
    params=(choices("include", SCHEDULING, SCHEDULING, "what is not paid"),),
)
def scheduling(p: Params, c: Context) -> Check:
    """Arranging dates, keeping the calendar and looking at the docket are office work."""
    return text_check("GL-23", c, "scheduling", kinds=SCHEDULING, include=p.texts("include"))


FILING = {
    "e-filing": r"e-?fil|electronic(?:ally)? fil|\bfil(?:e|ed|ing)\b",
    "service": r"serv(?:e|ed|ice|ing)\b",
    "courier": r"courier|messenger|deliver",
    "lodging": r"lodg",
    "mailing": r"mail|post(?:ed|ing)?\b",
    "notices-of-appearance": r"notices? of appearance",
}


@rule_type(
    "GL-24",
    "filing-and-service",
    "Filing, service, delivery mechanics",
    family="CLER",
    checkable="text",
    params=(choices("include", FILING, FILING, "what is not paid"),),
)
def filing_and_service(p: Params, c: Context) -> Check:
    """Getting a paper to the court or to the other side is not legal work; writing it is."""
    return text_check("GL-24", c, "filing-and-service", kinds=FILING, include=p.texts("include"))


PROOFREADING = {
    "proofreading": r"proof-?read|typos?\b|spell",
    "formatting": "format",
    "tables": r"tables? of (?:contents|authorities)|toc\b|toa\b",
    "redline-runs": r"redline|compar(?:e|ison)|blackline",
    "typing": r"typ(?:e|ed|ing)\b|dictat|transcri|word process",
}


@rule_type(
    "GL-28",
    "proofreading",
    "Proofreading, formatting, word processing",
    family="CLER",
    checkable="text",
    params=(choices("include", PROOFREADING, PROOFREADING, "what is not paid"),),
)
def proofreading(p: Params, c: Context) -> Check:
    """Proofreading, formatting, tables and typing are secretarial. A paralegal's cite check is not."""
    return text_check("GL-28", c, "proofreading", kinds=PROOFREADING, include=p.texts("include"))
