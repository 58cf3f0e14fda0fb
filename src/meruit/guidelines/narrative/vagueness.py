"""GL-03 to GL-07: what an outsider cannot tell from the text.

Length is no protection: what counts is how many words say which work it was (`words.Meaning.weight`), so
"develop overall approach and themes going forward" is as vague as "strategy".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_all, at_task, at_units
from meruit.guidelines.narrative.emptiness import says_nothing
from meruit.guidelines.narrative.travelling import travel_unit
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    ANY_KIND,
    ATTEND,
    BARE,
    CAPITAL,
    CLERICAL,
    CLIENT,
    COMM,
    DET,
    DOC,
    DRAFT,
    EVENT,
    FUNC,
    GENERIC,
    HEAD,
    HEAP,
    INSIDE,
    MANAGE,
    NUMBER,
    OUTSIDE,
    PERSON,
    PLAN,
    PREP,
    RESEARCH,
    REVIEW,
    SOFT,
    STRONG,
    TOPIC,
    TRAVEL,
    UNIQUE,
    VAGUE,
    WAIT,
    WEAK,
    WHOLE,
    group,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_MAIL = group("vagueness.mail")
#: Verbs whose whole sense is to reach somebody: the other side must be named.
_BASIC = cue("basic")
_REACHING = group("vagueness.reaching")
#: Verbs that take the subject as their object; only a subject is asked of them.
_TELLING = group("vagueness.telling")
_NUMBER_WORDS = group("vagueness.number-words")
_READING = group("vagueness.reading")
_HEAPS_ALWAYS = group("vagueness.heaps-always")
_OPERATIVE = group("vagueness.operative")
#: Words of a compound at most; packets, folders and the like, which hold papers.
_COMPOUND = 2
#: What says which paper of the kind it is.
_TELLS_WHICH = NUMBER | UNIQUE | INSIDE | CLIENT | CAPITAL | PREP | TOPIC | WEAK
_CONTAINERS = group("vagueness.containers")
_SMALL_WORDS = group("vagueness.small-words")

#: Kinds whose own rules speak before vagueness does.
_OTHERS_SPEAK = CLERICAL | TRAVEL | WAIT | MANAGE


def communication(u: Understanding, task: Task) -> bool:
    """Whether a task is a call, a mail, a letter, a talk."""
    if task.kinds & COMM:
        return True
    return bool(task.kinds & (DRAFT | REVIEW)) and task.doc in _MAIL


def vague(u: Understanding, *, specific: Callable[[Understanding], bool] | None = None) -> Detection | None:
    """No outsider could tell what was done on what.

    `specific` says whether a narrower rule (clerical, overhead) already speaks of the line; then this one
    is silent, as it is on lines that lump tasks, whose parts are not judged one by one.
    """
    if says_nothing(u):
        if specific is not None and specific(u):
            return None
        return at_all(u, "vague-sentence", "each word of the text would fit any other matter", _what_passes(u))
    if len(u.pieces) > 1 and not u.allocated:
        return None
    if not u.tasks:
        if travel_unit(u) >= 0:
            return None
        if u.reading.bits and _names_an_event(u):
            return None
        if u.weight >= _TELLS_MUCH or _numbered_paper(u) or (specific is not None and specific(u)):
            return None  # an act in words of no list, or work told by its paper alone
        return at_all(u, "vague-no-act", "the text names no act of work", _what_passes(u))
    if any(piece[0].kinds & _OTHERS_SPEAK for piece in u.pieces):
        return None
    task = u.tasks[0]
    ground = _vague_ground(u, task)
    if ground is None or (specific is not None and specific(u)):
        return None
    return at_all(u, ground, "an outsider cannot tell what was done on what", _what_passes(u))


def _vague_ground(u: Understanding, task: Task) -> str | None:
    kinds = task.kinds
    weight = u.weight
    if communication(u, task) and not kinds & (VAGUE | ATTEND | PLAN):
        if u.internal(task) >= 0:
            return None
        lacking = not task.persons and not task.named and weight < WHOLE // 2
        return "vague-communication" if lacking and _bare_talk(task) else None
    if kinds & VAGUE:
        if task.named or task.persons:
            return None
        alone = weight == WHOLE and _one_word(u, task, task.at + 1)
        return "vague-verb" if weight < WHOLE - 1 or alone else None
    if kinds & RESEARCH:
        return "vague-research" if weight == 0 and not u.has(_BASIC) else None
    if kinds & ATTEND:
        return "vague-attendance" if task.event is None and task.doc is None and weight < WHOLE else None
    if kinds & PLAN:
        known = weight + (WHOLE // 2 if task.persons & (CLIENT | OUTSIDE) and task.event else 0)
        if known == WHOLE and _one_word(u, task, task.at + 1):
            return "vague-one-word"
        return "vague-plan" if known < WHOLE and not (task.named and task.persons) else None
    known = weight + (WHOLE // 2 if task.persons & (CLIENT | OUTSIDE) or task.named else 0)
    if task.bits & HEAP and kinds & REVIEW and (known or not _only_bare(u, task)):
        return None  # which heap is GL-06's question
    if known < WHOLE:
        return "vague-document" if task.doc else "vague-thought"
    if kinds & (DRAFT | REVIEW) and _kind_alone(u, task):
        return "vague-kind"
    if known == WHOLE and kinds & (DRAFT | REVIEW) and _one_word(u, task, task.at + 1):
        return "vague-one-word"
    return None


def _one_word(u: Understanding, task: Task, k: int) -> bool:
    """ "Review handbook", "Prepare protest", "Reviewed RFE": an object of one word that is nobody's name."""
    if task.end - k != 1 or not any(v in _READING or task.kinds & (DRAFT | PLAN | VAGUE) for v in task.verbs):
        return False
    b = u.reading.bits[k]
    if b & (NUMBER | UNIQUE | PERSON | ANY_KIND) or " " in u.reading.words[k]:
        return False
    raw = u.text[slice(*u.reading.place(k))]
    return not b & CAPITAL or (raw.isupper() and len(raw) <= 5)


def _kind_alone(u: Understanding, task: Task) -> bool:
    """ "Read deposition transcript", "review agenda packet": a compound that names a kind of paper and no more."""
    if task.at != task.start:
        return False
    bits, words = u.reading.bits, u.reading.words
    first, last = task.at + 1, task.end - 1
    while first < last and (bits[first] & (WEAK | DET) or u.reading.bases[first] in task.verbs):
        first += 1  # "revise and finalize the ..."
    if not 0 <= last - first < _COMPOUND or " of " in words[last] or (first == last and " " not in words[last]):
        return False
    if any(bits[k] & _TELLS_WHICH or words[k].endswith(("'s", "s'")) for k in range(first, last + 1)):
        return False
    return bool(bits[last] & (DOC | HEAP)) or words[last] in _CONTAINERS


def _only_bare(u: Understanding, task: Task) -> bool:
    """Whether the object is "documents", "file", "pleadings" and no more."""
    bits = u.reading.bits
    return all(bits[k] & (BARE | GENERIC | DET | PREP | FUNC | ANY_KIND) for k in range(task.start, task.end))


#: Three telling details.
_TELLS_MUCH = 3 * WHOLE


def _numbered_paper(u: Understanding) -> bool:
    """ "Divisional claims 12-19, first draft", "Request for extension, HARBOR": a kind of paper and which of them."""
    if not u.bits & (DOC | HEAP) or u.weight <= WHOLE:
        return False
    if u.bits & NUMBER and u.weight >= 2 * WHOLE:
        return True
    bits, weights = u.reading.bits, u.reading.weights
    return any(bits[k] & CAPITAL and weights[k] == WHOLE for k in range(1, len(bits)))


def _bare_talk(task: Task) -> bool:
    return bool(task.kinds & (DRAFT | REVIEW)) or any(v not in _TELLING for v in task.verbs)


def _names_an_event(u: Understanding) -> bool:
    """ "Court conference" or "Mediation re pump failure"; not "Trial" alone."""
    r = u.reading
    events = [word for word, b in zip(r.words, r.bits, strict=True) if b & EVENT]
    return bool(events) and (u.weight >= WHOLE or any(" " in w or w in ("mediation", "arbitration") for w in events))


def _what_passes(u: Understanding) -> str:
    missing = []
    if not u.tasks:
        missing.append("the act")
    if not u.documents and not u.events:
        missing.append("the document, event or issue worked on")
    missing.append("its purpose or an identifying detail")
    return "name " + " and ".join(missing)


_WITH_SOMEBODY = frozenset({"coordinate with", "liaise on", "follow up with"})


def communication_detail(u: Understanding) -> Detection | None:
    """A call, mail, letter or meeting that lacks who took part or what it was about."""
    lumped = len(u.pieces) > 1 and not u.allocated
    for piece in u.pieces:
        task = piece[0]
        if (
            task.kinds & VAGUE
            and task.verbs[0] in _WITH_SOMEBODY
            and task.persons
            and task.subject < 2
            and len(u.pieces) == 1
        ):
            if u.internal(task) < 0:
                return at_task(
                    u, task, "communication-subject", "the communication does not tell the subject", "name the subject"
                )
            continue
        if not task.kinds & (COMM | VAGUE) and task.doc not in _MAIL:
            continue
        talks = not task.kinds & (ATTEND | PLAN | CLERICAL | VAGUE | MANAGE) and communication(u, task)
        if not talks and not (task.kinds & VAGUE and task.doc in _MAIL):
            continue
        if u.internal(task) >= 0:
            continue
        who = any(t.persons or t.named for t in piece) or _named_beside(u, task) or task.verbs[0] in _WITH_OPPONENT
        subject = sum(t.subject for t in piece)
        if len(u.pieces) == 1 and u.tasks and u.tasks[0] is task:
            subject = max(subject, _subject_outside(u, task))
        reaching = bool(task.kinds & (DRAFT | REVIEW | VAGUE)) or any(
            v in _REACHING or v not in _TELLING for v in task.verbs
        )
        if task.kinds & (DRAFT | REVIEW) and not who and subject >= WHOLE:
            continue
        if reaching and not who and (subject < 2 * WHOLE or task.kinds & COMM):
            ground = "communication-neither" if subject < 2 else "communication-who"
            if lumped and ground == "communication-who":
                continue
        elif subject < 2:
            ground = "communication-subject"
        else:
            continue
        if lumped and (who or subject):
            continue
        lacking = {
            "communication-neither": "who took part and the subject",
            "communication-who": "who took part",
            "communication-subject": "the subject",
        }[ground]
        return at_task(u, task, ground, f"the communication does not tell {lacking}", f"name {lacking}")
    return None


def _subject_outside(u: Understanding, task: Task) -> int:
    """What stands before the head: "Lease renewal: call with landlord"; but "forensic firm call" tells who."""
    r = u.reading
    heading = ":" in r.words[: task.at]
    return sum(r.weights[k] for k in range(task.at) if heading or r.bits[k] & (SOFT | DOC | EVENT | NUMBER))


def _named_beside(u: Understanding, task: Task) -> bool:
    """A name right after the verb or in brackets: "call J. Hale re lease", "tc M. Hsu"."""
    bits = u.reading.bits
    if any(u.reading.weights[j] and not bits[j] & ~CAPITAL for j in range(task.start, task.at)):
        return True
    if u.bits & STRONG and any(
        bits[j] == CAPITAL and (bits[j - 1] & STRONG or u.reading.bases[j - 1] == "initial")
        for j in range(task.at + 1, task.end)
    ):
        return True  # "Video call: Friday - S. Roe - scope of requests"
    k = task.at + 1
    return k < task.end and bool(bits[k] & CAPITAL) and not bits[k] & (DOC | EVENT | HEAP | GENERIC)


#: Talk that is with the other side without saying so.
_WITH_OPPONENT = frozenset({"meet and confer", "meet-and-confer"})
_CHECKING_CITES = frozenset({"shepardize", "keycite", "cite-check", "cite check", "bluebook"})


def research_detail(u: Understanding, *, min_details: int = 2) -> Detection | None:
    """Research that names no legal issue: fewer than `min_details` telling words, or none but a kind of paper."""
    if len(u.pieces) > 1 and not u.allocated:
        return None
    for piece in u.pieces:
        task = piece[0]
        if any(v in _CHECKING_CITES for v in task.verbs):
            continue
        if task.kinds & RESEARCH and not task.kinds & (DRAFT | CLERICAL):
            told = sum(t.weight for t in piece)
            if len(u.pieces) == 1:
                told = u.weight
            if told < min_details * WHOLE:
                ground = "research-bare" if told < WHOLE else "research-thin"
                return at_task(
                    u,
                    task,
                    ground,
                    "the research names no legal issue",
                    "name the issue, the law or jurisdiction, and the paper it serves",
                )
    return None


def document_review_detail(
    u: Understanding, *, require_identity: bool = True, require_quantity_if_hours_ge: Decimal | None = Decimal("2.0")
) -> Detection | None:
    """The review of a heap of documents without saying which, or above some hours how many."""
    if len(u.pieces) > 1 and not u.allocated:
        return None
    r = u.reading
    for piece in u.pieces:
        task = piece[0]
        if not task.kinds & REVIEW or not any(v in _READING for v in task.verbs):
            continue
        limit = require_quantity_if_hours_ge
        long = limit is not None and u.hours is not None and u.hours >= limit
        if task.doc in _MAIL and (task.persons or task.named) and not long:
            continue
        heap = _heap_of(u, task)
        if heap < 0:
            continue
        units = range(task.start, task.end)
        counted = any((r.bits[k] & NUMBER and _counts(u, k)) or r.words[k] in _NUMBER_WORDS for k in units)
        if counted:
            continue
        identity = task.weight + (WHOLE // 2 if task.persons or task.named else 0)
        unknown = identity < WHOLE - 1 or (r.words[heap] in _ANYTHING and task.weight < 2 * WHOLE)
        if require_identity and unknown and not _is_file(r.words[heap]):
            return at_units(
                u,
                task.at,
                heap,
                "heap-identity",
                "the documents reviewed are not identified",
                "say which documents, whose, and how many (pages or Bates range)",
            )
        if long and not _is_file(r.words[heap]):
            return at_units(
                u,
                task.at,
                heap,
                "heap-quantity",
                f"{u.hours} hours of review do not say how many documents or pages",
                "add the count of documents or pages, or the Bates range",
            )
    return None


#: "Went through what the other side gave us".
_ANYTHING = frozenset({"what", "whatever", "everything", "stuff", "things", "all that"})


def _counts(u: Understanding, k: int) -> bool:
    """Whether a figure may be a count or a range of pages: not "requests 4 and 9", not a year."""
    word = u.reading.words[k]
    if len(word) == _YEAR and word.isdigit() and word[:2] in ("19", "20"):
        return False
    before = u.reading.words[k - 1] if k else ""
    if before in ("and", "to", "-", ",", "&") and k > 1:
        before = u.reading.words[k - 2] if not u.reading.bits[k - 2] & NUMBER else u.reading.words[max(0, k - 3)]
    return before not in _NUMBERED


#: Figures after these are names.
_NUMBERED = group("vagueness.numbered")
_YEAR = 4


def _is_file(word: str) -> bool:
    return word in ("file", "entire file", "case file", "matter file", "correspondence file", "files")


def _heap_of(u: Understanding, task: Task) -> int:
    """The unit naming the heap that is the direct object, or -1."""
    r = u.reading
    first = task.start if task.at > task.start else task.at
    careful = task.verbs[0] in ("analyze", "analyse", "study", "examine", "analysis of")
    if task.at + 1 < task.end and r.words[task.at + 1] in _ANYTHING:
        return task.at + 1
    for k in range(first, task.end):
        b = r.bits[k]
        if k > task.at and (r.words[k] in ("to", "for", "in", "from", "against") or b & 0) and k > task.at + 1:
            return -1
        if r.words[k] in _MAIL and r.words[k] not in ("emails", "e-mails", "messages"):
            continue
        if b & HEAP and not (b & HEAD and k == task.at and r.words[k] not in ("document review", "doc review")):
            if careful and r.words[k] not in _HEAPS_ALWAYS:
                continue
            if b & CAPITAL and b & DOC and k + 1 < len(r.bits) and r.bits[k + 1] & NUMBER:
                continue
            return k
        if k == task.at and r.words[k] in ("document review", "doc review"):
            return k
    return -1


def prohibited_phrase(u: Understanding) -> Detection | None:
    """A phrase of no content as the operative words: attention to, work on, follow up, handle, various, etc."""
    for piece in u.pieces if u.kinds & VAGUE else ():
        for task in piece:
            verb = task.verbs[0]
            if verb in _OPERATIVE and task.kinds & VAGUE:
                return at_units(
                    u,
                    task.at,
                    task.at,
                    "phrase-verb",
                    "the operative words say nothing",
                    "the act itself, on which document or issue",
                )
    words = u.reading.words
    if _SMALL_WORDS.isdisjoint(words):
        return None
    for k, word in enumerate(words):
        if word in _SMALL_WORDS and (k <= 2 or word == "etc" or u.weight < WHOLE):
            return at_units(
                u,
                k,
                k,
                "phrase-adjective",
                f'"{words[k]}" hides what was done',
                "the documents, people or issues by name",
            )
    return None
