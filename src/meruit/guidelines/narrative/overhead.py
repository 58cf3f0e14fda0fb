"""GL-18, 20, 21, 22, 25, 29, 30, 31, 33, 34: work which many clients do not pay, whoever does it.

Invoices, budgets and training materials may be evidence in the case; so each rule asks what was done with
them, and by what verb, before it fires.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    ATTEND,
    CLERICAL,
    CLIENT,
    COMM,
    DRAFT,
    INSIDE,
    MANAGE,
    OUTSIDE,
    PERSON,
    PLAN,
    PREP,
    RESEARCH,
    REVIEW,
    VAGUE,
    group,
)
from meruit.utbms import Grade

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_BILLING, _BUDGET, _TRAINING, _RAMP = cue("billing"), cue("budget"), cue("training"), cue("ramp-up")
_SUPERVISE, _SUMMARY, _TRANSMIT = cue("supervise"), cue("summary"), cue("transmit")
_NO_CONTACT, _MARKETING, _BEFORE = cue("no-contact"), cue("marketing"), cue("pre-engagement")

_OWN = "nothing: this is the firm's own cost"

#: Words for the firm's own bills; the others ("invoice", "bill") may be anybody's.
_FIRMS_BILLS = group("overhead.firms-bills")
_MAKING = group("overhead.making")
#: Somebody else's bills, or bills as evidence.
_EVIDENCE = group("overhead.evidence")


_PAYING = frozenset({"process", "pay", "submit", "approve"})


def billing_for_billing(u: Understanding) -> Detection | None:
    """Bills, time entries, e-billing, fee appeals, payment queries, vendors' bills."""
    if not u.has(_BILLING):
        return None
    r = u.reading
    evidence = any(w in _EVIDENCE for w in r.words)
    for task in u.tasks:
        for k in range(task.start, task.end):
            if not r.unit_cues[k] & _BILLING:
                continue
            word = r.words[k]
            if word in _FIRMS_BILLS:
                if (
                    evidence
                    and task.kinds & (REVIEW | RESEARCH)
                    and word
                    in (
                        "fee application",
                        "fee applications",
                        "wip",
                        "legal bills",
                        "timesheets",
                        "timesheet",
                        "time sheets",
                        "invoicing",
                        "fee app",
                        "outstanding balance",
                        "pro forma",
                        "past-due",
                    )
                ):
                    continue
                if task.kinds & RESEARCH:
                    continue
                return at_task(u, task, "billing-own", "work on the firm's own bills is not payable", _OWN)
            if word in (
                "invoice",
                "invoices",
                "bill",
                "bills",
                "payment of invoice",
                "billing",
                "billings",
                "invoiced",
                "narratives",
                "retainer",
                "reductions",
                "vendor payment",
                "check request",
                "check requests",
                "collections from client",
                "legal fees",
                "unpaid invoice",
                "accounts receivable",
            ):
                near = r.words[task.at + 1 : k + 3]
                if word in ("vendor payment", "check request", "check requests", "collections from client"):
                    return at_task(u, task, "billing-vendor", "processing bills is the firm's own cost", _OWN)
                if any(v in _PAYING for v in task.verbs) and k - task.at <= 5:
                    return at_task(u, task, "billing-vendor", "processing bills is the firm's own cost", _OWN)
                if "payment" in near and task.kinds & (COMM | CLERICAL | DRAFT | REVIEW) and not evidence:
                    return at_task(u, task, "billing-vendor", "processing bills is the firm's own cost", _OWN)
                if evidence:
                    continue
                if task.kinds & COMM and 0 < task.topic_at < k <= task.topic_at + 2 and task.subject <= 4:
                    return at_task(u, task, "billing-talk", "talk about bills is the firm's own cost", _OWN)
                if (
                    task.verbs[0] in _MAKING
                    and (k - task.at <= 4 or word == "reductions")
                    and word not in ("legal fees", "retainer", "narratives", "billings", "accounts receivable")
                ):
                    if word in ("bill", "bills") and task.kinds & COMM:
                        continue
                    return at_task(u, task, "billing-make", "work on bills is the firm's own cost", _OWN)
    k = u.where(_BILLING)
    if k >= 0 and r.words[k] in _FIRMS_BILLS and not u.tasks:
        return at_units(u, k, k, "billing-bare", "work on the firm's own bills is not payable", _OWN)
    if {"appeal", "reductions"} <= set(r.words) or {"reductions", "invoice"} <= set(r.words):
        return at_all(u, "billing-appeal", "appealing reductions is the firm's own cost", _OWN)
    return None


def budgets(u: Understanding, *, budgets: str = "not payable", status_reports: str = "payable") -> Detection | None:
    """Budgets, accruals, fee estimates; status reports too where the client does not pay them."""
    r = u.reading
    if budgets != "payable" and u.has(_BUDGET):
        for task in u.tasks:
            if not task.kinds & (DRAFT | CLERICAL | PLAN | VAGUE | COMM | REVIEW):
                continue
            for k in range(task.start, task.end):
                if not r.unit_cues[k] & _BUDGET:
                    continue
                if any(w in _OTHERS_BUDGET for w in r.words):
                    break
                if task.kinds & REVIEW and not task.kinds & DRAFT and "accrual" not in r.words[k]:
                    break
                if task.kinds & COMM and task.topic_at < 0:
                    break
                if k - task.at <= 4 or k < task.at:
                    return at_task(u, task, "budget", "budgets and accruals are not payable", _OWN)
        if not u.tasks and not any(w in _OTHERS_BUDGET for w in r.words):
            k = u.where(_BUDGET)
            return at_units(u, k, k, "budget-bare", "budgets and accruals are not payable", _OWN)
    if status_reports != "payable":
        for task in u.tasks:
            if task.kinds & (DRAFT | COMM) and task.doc == "report" and "status" in r.words:
                return at_task(u, task, "status-report", "status reports are not payable", _OWN)
    return None


_OTHERS_BUDGET = group("overhead.others-budget")


def training(u: Understanding) -> Detection | None:
    """Seminars, learning the basics, shadowing."""
    if not u.has(_TRAINING):
        return None
    r = u.reading
    for task in u.tasks:
        k = u.where(_TRAINING, task)
        if k < 0:
            continue
        verb, word = task.verbs[0], r.words[k]
        if task.kinds & MANAGE and verb in ("train", "mentor", "coach", "teach", "training of"):
            if "reviewers" in r.words or task.persons & CLIENT or "client's" in r.words or "department" in r.words:
                continue
            return at_task(u, task, "training-others", "training is the firm's own cost", _OWN)
        if word in (
            "cle",
            "webinar",
            "seminar",
            "continuing legal education",
            "tutorial",
            "cle course",
            "lecture",
            "workshop",
            "course",
        ) and task.kinds & (ATTEND | REVIEW | VAGUE | PLAN | COMM):
            if task.kinds & (COMM | REVIEW) and k - task.at > 2:
                continue
            return at_task(u, task, "training-course", "courses are the firm's own cost", _OWN)
        if word == "training" and task.kinds & ATTEND and 0 < k - task.at <= 3 and not task.persons & CLIENT:
            return at_task(u, task, "training-course", "courses are the firm's own cost", _OWN)
        if word.startswith(("keep ", "stay ", "become ")) or word in (
            "lunch and learn",
            "training video",
            "in-house training",
        ):
            return at_task(u, task, "training-basics", "learning the field is the firm's own cost", _OWN)
        if word == "bar association" and task.kinds & ATTEND:
            return at_task(u, task, "training-course", "courses are the firm's own cost", _OWN)
        if word.startswith(("observ", "shadow")):
            if k == task.at or task.kinds & ATTEND:
                if k == task.at and task.kinds & ATTEND and not (_for_training(u) or "argument" in r.words):
                    if u.grade in (Grade.SUMMER, Grade.CLERK) or word.startswith("shadow"):
                        return at_task(u, task, "training-watching", "watching to learn is the firm's own cost", _OWN)
                    continue
                return at_task(u, task, "training-watching", "watching to learn is the firm's own cost", _OWN)
            continue
        if word.startswith(("familiari", "learn", "educat")) or word in (
            "basics",
            "basic principles",
            "self-study",
            "background reading",
            "primer",
        ):
            if any(w in _ABOUT_THE_CASE for w in r.words):
                continue
            if task.kinds & COMM and not word.startswith("educat"):
                continue
            if word.startswith("learn") and r.words[k - 1] != "to" and k != task.at and word != "learning":
                continue
            if (
                word.startswith("learn")
                and k + 1 < len(r.words)
                and r.words[k + 1] in ("whether", "of", "that", "about", "if", "identity", "which", "what", "how")
            ):
                continue
            return at_task(u, task, "training-basics", "learning the field is the firm's own cost", _OWN)
        if word in ("orientation", "onboarding", "feedback on writing", "mentoring") and task.persons & INSIDE:
            return at_task(u, task, "training-others", "training is the firm's own cost", _OWN)
    if _for_training(u):
        return at_all(u, "training-purpose", "the text says that the purpose was training", _OWN)
    k = u.where(_TRAINING)
    if k == 0 or (k == 1 and not u.tasks):
        word = r.words[k]
        if word.startswith(
            ("train", "familiar", "learn", "cle", "webinar", "seminar", "shadow", "observ", "mentor")
        ) and not any(
            w in ("materials", "records", "policy", "policies", "program", "programs", "manual") for w in r.words
        ):
            return at_units(u, k, k, "training-bare", "training is the firm's own cost", _OWN)
    return None


_ABOUT_THE_CASE = group("overhead.about-the-case")


_WATCHED_TO_LEARN = frozenset(
    {"argument", "oral argument", "deposition", "hearing", "trial", "proceedings", "judge", "partner"}
)


def _for_training(u: Understanding) -> bool:
    words = u.reading.words
    for k, word in enumerate(words):
        if (
            word in ("training", "learning")
            and k
            and words[k - 1] in ("for", "as", "of")
            and (k + 1 >= len(words) or words[k + 1] in ("purposes", "purpose", "and", ",", ";"))
        ):
            return True
        if (
            word == "observe"
            and k
            and words[k - 1] == "to"
            and any(w in _WATCHED_TO_LEARN for w in words[k + 1 : k + 4])
        ):
            return True
    return False


def ramp_up(u: Understanding) -> Detection | None:
    """Getting up to speed after a change of staff; handing over."""
    if not u.has(_RAMP):
        return None
    r = u.reading
    k = u.where(_RAMP)
    strong = {
        "up to speed",
        "acquaint",
        "acquainted",
        "prior associate",
        "former associate",
        "incoming associate",
        "incoming attorney",
        "outgoing associate",
        "reassignment",
        "took over",
        "taking over",
        "take over",
        "bring current",
        "brought current",
        "bringing current",
        "handoff",
        "hand-off",
        "handover",
        "file transfer",
        "new to case",
        "new to matter",
        "newly assigned",
        "left firm",
        "re-familiarize",
        "refamiliarize",
        "learn case",
        "learn file",
        "learning file",
        "inherited",
        "turnover",
        "outgoing attorney",
        "reacquaint",
        "acclimate",
        "catch up",
        "cover for",
        "covering for",
        "leave of absence",
        "maternity leave",
        "parental leave",
        "replacing",
        "current on",
    }
    weak = {
        "new associate",
        "new attorney",
        "new paralegal",
        "transition",
        "transitioning",
        "transitioned",
        "departure",
        "departed",
        "reassigned",
        "familiar",
        "familiarize",
        "familiarized",
        "familiarization",
        "familiarise",
        "familiarity",
        "takeover",
        "hand over",
        "on leave",
    }
    for i in range(k, len(r.words)):
        if not r.unit_cues[i] & _RAMP:
            continue
        word = r.words[i]
        if word in strong:
            if word in (
                "took over",
                "take over",
                "taking over",
                "maternity leave",
                "parental leave",
                "leave of absence",
                "inherited",
                "turnover",
                "replacing",
                "on leave",
                "catch up",
                "reassignment",
            ) and not _talks_of_the_team(u):
                continue
            return at_units(u, i, i, "ramp-up", "the cost of a change of staff is the firm's own", _OWN)
        if word in weak and _talks_of_the_team(u):
            return at_units(u, i, i, "ramp-up-team", "the cost of a change of staff is the firm's own", _OWN)
    return None


_OF_THE_FILE = group("overhead.of-the-file")


def _talks_of_the_team(u: Understanding) -> bool:
    if any(t.persons & (CLIENT | OUTSIDE) for t in u.tasks):
        return False
    return any(w in _OF_THE_FILE for w in u.reading.words)


def supervision(u: Understanding) -> Detection | None:
    """Supervising, assigning, instructing staff; looking at the file for its status."""
    if not u.has(_SUPERVISE):
        return None
    r = u.reading
    for task in u.tasks:
        if task.kinds & MANAGE:
            if task.persons & (CLIENT | OUTSIDE) and not task.persons & INSIDE:
                continue
            if task.verbs[0] in ("train", "mentor", "coach", "teach", "guide", "training of", "project management"):
                continue
            if (
                task.verbs[0] in ("direct", "manage", "staff", "assign")
                and not task.persons & INSIDE
                and task.doc not in ("projects", None)
            ):
                continue
            if task.verbs[0] == "direct" and not task.persons & INSIDE:
                continue
            return at_task(u, task, "supervision", "supervision is overhead", _OWN)
        if (
            task.kinds & COMM
            and task.verbs[0] in ("instruct", "assign", "delegate", "direct")
            and any(r.bits[k] & INSIDE and u.inside_at(k) for k in range(task.at, task.end))
            and not task.persons & (CLIENT | OUTSIDE)
        ):
            return at_task(u, task, "supervision", "supervision is overhead", _OWN)
        if task.kinds & REVIEW and _reads_the_file(u, task):
            purpose = any(w in _ROUTINE for w in r.words)
            if purpose:
                return at_task(u, task, "supervision-file", "looking at the file for its status is overhead", _OWN)
    return None


_ROUTINE = group("overhead.routine")


def _reads_the_file(u: Understanding, task: Task) -> bool:
    words = u.reading.words
    near = words[task.start : min(task.end, task.at + 5)]
    return (
        any(
            w in ("file", "case file", "entire file", "matter file", "file review", "files", "matter", "case")
            for w in near
        )
        and u.weight <= 12
    )


def summaries(u: Understanding, *, style: str = "topical", paralegal_allowed: bool = True) -> Detection | None:
    """Summaries of depositions and documents: page by page by anybody, or by a lawyer without a stated use."""
    if not u.has(_SUMMARY):
        return None
    r = u.reading
    for task in u.tasks:
        k = u.where(_SUMMARY, task)
        if k < 0:
            continue
        page_line = any(w in _PAGE_LINE for w in r.words[task.start : task.end]) or _by_page_and_line(u, task)
        summarised = any(v in _SUMMARISING for v in task.verbs) or (
            task.kinds & DRAFT and any(w in _SUMMARISED for w in r.words[task.at + 1 : task.at + 5])
        )
        if not summarised:
            continue
        if style == "topical" and page_line:
            return at_task(
                u,
                task,
                "summary-page-line",
                "page-by-page summaries are not paid",
                "a topical summary, by a paralegal or on request",
            )
        if not any(w in _TESTIMONY for w in r.words[task.at : task.end]):
            continue
        if len(task.verbs) > 1 or len(u.pieces) > 1:
            continue
        if paralegal_allowed and (u.grade is None or u.grade in _SUMMARISERS):
            continue
        if _has_use(u, task):
            continue
        return at_task(
            u,
            task,
            "summary-lawyer",
            "summaries by a lawyer without a stated use are not paid",
            "a topical summary by a paralegal, or the client's request for it",
        )
    return None


_SUMMARISERS = (Grade.PARALEGAL, Grade.ASSISTANT, Grade.CLERK)
_SUMMARISED = frozenset({"summary of", "digest of", "summary", "summaries", "digest", "synopsis", "abstract"})
_PAGE_LINE = group("overhead.page-line")
_SUMMARISING = group("overhead.summarising")
_TESTIMONY = group("overhead.testimony")


def _by_page_and_line(u: Understanding, task: Task) -> bool:
    """ "page/line": the slash stands as a mark of its own."""
    words = u.reading.words
    return any(words[k] == "page" and words[k + 2] == "line" for k in range(task.at, task.end - 2))


def _has_use(u: Understanding, task: Task) -> bool:
    words = u.reading.words
    return any(
        words[k] in ("for", "re", "regarding", "on", "to", "as", "about") and k > task.at + 1
        for k in range(task.at, task.end - 1)
    )


_MAIL = group("pieces.mail")


def transmittals(u: Understanding) -> Detection | None:
    """Letters that only enclose, mails that only forward, form notices."""
    if len(u.pieces) == 1 and u.tasks[0].kinds & COMM and _mails_a_paper(u, u.tasks[0]):
        return at_task(
            u,
            u.tasks[0],
            "forwarding-paper",
            "mails that only forward are not paid",
            "a mail that says something: its subject",
        )
    if not u.has(_TRANSMIT):
        return None
    r = u.reading
    for task in u.tasks:
        k = u.where(_TRANSMIT, task)
        if k < 0 or len(u.pieces) > 1 or task is not u.tasks[0]:
            continue
        word, verb = r.words[k], task.verbs[0]
        if (
            word.startswith(
                (
                    "transmittal",
                    "enclos",
                    "form letter",
                    "form notice",
                    "cover letter",
                    "cover email",
                    "cover e-mail",
                    "cover memo",
                    "acknowledg",
                    "confirm receipt",
                    "confirming receipt",
                    "convey",
                )
            )
            and task.kinds & (DRAFT | COMM | CLERICAL)
            and k - task.at <= 3
            and not _says_more(u, k)
        ):
            return at_task(
                u,
                task,
                "transmittal",
                "letters that only enclose are not paid",
                "a letter that says something: its subject",
            )
        if word.startswith(
            (
                "forward",
                "transmit",
                "attach",
                "sent",
                "send",
                "relay",
                "pass",
                "provide",
                "circulat",
                "copies of",
                "copy of",
            )
        ):
            sends = k == task.at and verb in ("forward", "transmit", "send", "relay", "circulate")
            mails = (
                task.kinds & COMM
                and word.startswith(("forward", "transmit", "attach", "sending", "send", "provid"))
                and k - task.at <= 5
                and k > task.at
            )
            if (sends or mails) and not _says_more(u, k):
                return at_task(
                    u,
                    task,
                    "forwarding",
                    "mails that only forward are not paid",
                    "a mail that says something: its subject",
                )
    return None


def _mails_a_paper(u: Understanding, task: Task) -> bool:
    """ "Emailed signed stipulation to counsel": the paper is the object and nothing is said about it."""
    r = u.reading
    k = task.at + 1
    if (
        task.doc is None
        or task.topic_at >= 0
        or task.verbs[0] not in ("email", "e-mail", "send", "fax", "mail")
        or k >= task.end
    ):
        return False
    return not r.bits[k] & (PERSON | PREP) and "to" in r.words[k : task.end]


def _says_more(u: Understanding, k: int) -> bool:
    """Whether advice, analysis or a request goes with what is sent."""
    words = u.reading.words[k + 1 :]
    if any(
        w
        in (
            "analysis",
            "recommendation",
            "recommendations",
            "advising",
            "explaining",
            "requesting",
            "summarizing",
            "comments",
            "evaluation",
            "advice",
            "proposing",
            "discussing",
            "objecting",
            "setting",
            "explanation",
            "outlining",
            "addressing",
            "demanding",
            "analyzing",
            "questions",
            "demand",
            "opinion",
        )
        for w in words
    ):
        return True
    topic = u.reading.bits[k + 1 :]
    from meruit.guidelines.narrative.words import TOPIC

    return any(b & TOPIC and sum(u.reading.weights[k + 1 + i :]) >= 8 for i, b in enumerate(topic))


def incomplete_communication(u: Understanding) -> Detection | None:
    """Voicemail, no answer, attempts."""
    if not u.has(_NO_CONTACT):
        return None
    r = u.reading
    k = u.where(_NO_CONTACT)
    for i in range(k, len(r.words)):
        if not r.unit_cues[i] & _NO_CONTACT:
            continue
        word = r.words[i]
        if word in _SURELY_MISSED:
            if any(t.kinds & REVIEW and t.at < i and t.end > i for t in u.tasks):
                continue
            if any(t.kinds & (RESEARCH | DRAFT) and t.at < i and t.end > i for t in u.tasks):
                continue
            return at_units(u, i, i, "missed", "nobody was reached", _OWN)
        if word.startswith(("attempt", "tried")) and _tries_to_reach(u, i):
            return at_units(u, i, i, "missed-attempt", "nobody was reached", _OWN)
        if word in (
            "not available",
            "unavailable",
            "not in",
            "without success",
            "unsuccessful",
            "unsuccessfully",
            "no response",
            "out of office",
            "did not answer",
            "could not reach",
            "unable to reach",
            "busy signal",
        ) and any(t.kinds & COMM for t in u.tasks):
            return at_units(u, i, i, "missed", "nobody was reached", _OWN)
    return None


_SURELY_MISSED = group("overhead.surely-missed")


def _tries_to_reach(u: Understanding, i: int) -> bool:
    near = u.reading.words[i + 1 : i + 5]
    return any(
        w
        in (
            "reach",
            "call",
            "contact",
            "telephone",
            "phone",
            "calls",
            "telephone call",
            "speak",
            "calling",
            "telephone conference",
            "conference",
            "again",
        )
        for w in near
    )


def marketing(u: Understanding) -> Detection | None:
    """Pitches, client alerts, the press; watching laws and news nobody asked for."""
    if not u.has(_MARKETING):
        return None
    r = u.reading
    for task in u.tasks:
        for k in range(task.start, task.end):
            if not r.unit_cues[k] & _MARKETING:
                continue
            word = r.words[k]
            if word in (
                "pitch",
                "client alert",
                "client alerts",
                "marketing",
                "business development",
                "follow-on work",
                "newsletter",
                "press release",
                "press statement",
                "beauty contest",
                "press inquiry",
                "press inquiries",
                "thought leadership",
                "speaking engagement",
                "proposal for services",
                "rfp for legal services",
                "public relations",
                "article for",
                "publicity",
                "blog",
            ):
                if task.kinds & (REVIEW | RESEARCH) and word not in ("client alert",):
                    continue
                return at_task(u, task, "marketing", "marketing is the firm's own cost", _OWN)
            if (
                word in ("media", "press", "reporter's", "reporter", "journalist", "newspaper", "news")
                and task.kinds & (COMM | DRAFT)
                and "court reporter" not in r.words
                and "court" not in r.words[k - 1 : k]
            ):
                if task.kinds & DRAFT and any(
                    w in ("exhibit", "evidence", "motion", "subpoena", "complaint") for w in r.words
                ):
                    continue
                if word == "reporter" and not any(
                    w in ("verdict", "comment", "story", "article", "request for comment", "inquiry") for w in r.words
                ):
                    continue
                return at_task(u, task, "marketing-press", "talk with the press is not paid unless instructed", _OWN)
            if word.startswith(("monitor", "track")) and k == task.at:
                rest = r.words[k + 1 : task.end]
                if any(w in _WATCHED for w in rest) and not any(
                    w in ("instructed", "request", "instruction") for w in r.words
                ):
                    return at_task(
                        u,
                        task,
                        "monitoring",
                        "monitoring nobody instructed is not paid",
                        "the client's instruction to monitor",
                    )
    return None


_WATCHED = group("overhead.watched")


def before_engagement(u: Understanding) -> Detection | None:
    """GL-34, as far as the text itself says it: work before the firm was engaged."""
    k = u.where(_BEFORE) if u.has(_BEFORE) else -1
    if k < 0:
        return None
    return at_units(
        u,
        k,
        k,
        "before-engagement",
        "the text says that the firm was not yet engaged",
        "work after the engagement began",
    )
