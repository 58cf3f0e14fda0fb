"""The tasks of a narrative: where each begins, what it is about, and which of them are one piece of work.

Separators are weak evidence: a list of topics inside one call is one task, and two tasks may be joined by
"and", "then", "while", a slash, or nothing at all. So a task begins where a verb (or a noun standing for
one, "telephone call with") stands in the place of a head, in the form of the heads before it.
"""

from __future__ import annotations

from meruit.guidelines.narrative.reading import Reading
from meruit.guidelines.narrative.words import (
    AMBIGUOUS,
    ANAPHOR,
    ANY_KIND,
    ASIDE,
    ATTEND,
    AUX,
    BARE,
    BASE,
    CAPITAL,
    CLERICAL,
    COLON,
    COMM,
    DET,
    DOC,
    DRAFT,
    ED,
    EVENT,
    FUNC,
    GENERIC,
    HEAD,
    HEAP,
    ING,
    INSIDE,
    MANAGE,
    NUMBER,
    PERSON,
    PLAN,
    PREP,
    RESEARCH,
    REVIEW,
    SOFT,
    STEP,
    STRONG,
    TIME,
    TOPIC,
    TRAVEL,
    VAGUE,
    VERB,
    WAIT,
    WEAK,
    WHOLE,
    group,
    groups_under,
)

_FORMS = BASE | ED | ING
#: What may follow a word that is noun and verb ("draft", "call", "file") when it is the verb.
_AFTER_VERB = DET | ANAPHOR | DOC | HEAP | PERSON | EVENT | CAPITAL | NUMBER
#: After these an -ing form begins another task: "... while drafting reply".
_BEFORE_GERUND = group("tasks.before-gerund")
_OUTWARD = group("tasks.outward")
#: Of the words that are verb and noun, those which after a comma or "and" are the verb.
_PLAIN_VERBS = frozenset({"research", "review", "draft", "call", "outline"})
#: What may stand before a verb that is noun as well, at the beginning: "I", "Partner", "(.3)", "continued to".
_BEFORE_SUBJECT = STRONG | AUX | INSIDE | TIME | DET
_PRONOUNS = frozenset({"i", "we", "he", "she", "they", "also", "then", "to"})
#: Nouns that are also base forms of verbs and in lists of papers are the paper.
_PAPERS = group("tasks.papers")


class Task:
    """One head and what hangs on it: units [start, end), the head at `at`."""

    __slots__ = (
        "anaphoric",
        "at",
        "bits",
        "doc",
        "end",
        "event",
        "form",
        "hours",
        "kinds",
        "named",
        "persons",
        "separator",
        "start",
        "subject",
        "thing",
        "topic_at",
        "verbs",
        "weight",
    )

    def __init__(self, start: int, at: int, kinds: int, verb: str, form: int, separator: str) -> None:
        self.start = start
        self.at = at
        self.end = at + 1
        self.kinds = kinds
        self.verbs = [verb]
        self.form = form
        self.separator = separator
        self.bits = 0
        self.doc: str | None = None
        #: The last word of the object before any preposition, whatever it is.
        self.thing: str | None = None
        self.event: str | None = None
        self.anaphoric = False
        self.persons = 0
        self.named = False
        self.weight = 0
        self.subject = 0
        self.topic_at = -1
        self.hours: list[int] = []


def segment(r: Reading) -> list[Task]:
    """The tasks in order; empty when the text names no work at all."""
    bits, words = r.bits, r.words
    count = len(bits)
    found: list[Task] = []
    head, separator, topic, start = True, "start", False, 0
    bare_so_far = True  # nothing but separators and verbs since the last head
    form = 0
    between = False  # "between" waits for its "and"
    headed = False  # the last mark was a colon after a few words, which are a heading
    i = 0
    while i < count:
        b = bits[i]
        if b & (STRONG | WEAK):
            if b & ASIDE:
                i += 1
                continue
            if words[i] == "and" and between:
                between = False  # "agreement between carrier and broker"
                i += 1
                continue
            if b & STRONG:
                separator, topic = "strong", False
                headed = bool(b & COLON) and len(found) <= 1 and i <= _HEADING
            elif not head or separator not in ("strong", "start"):
                separator = "weak"
            if not head and found:
                start = i + 1
            head = True
            i += 1
            continue
        if not found and words[i] == "including":
            separator, head, topic = "strong", True, False  # "various tasks including review of ..."
            i += 1
            continue
        if b & TIME or (b & ASIDE and found):
            i += 1
            continue
        if head and separator != "weak" and words[i] in _LEADING:
            comma = next((k for k in range(i, count) if bits[k] & (WEAK | STRONG) and words[k] != "and"), count)
            if comma < count and bits[comma] & WEAK:
                i = comma + 1
                continue
        if head:
            at = _head_from(r, i, separator, topic, form, bool(found), bool(found) and bare_so_far)
            if at < 0 and separator != "weak" and b & EVENT and not b & ANY_KIND and _event_goes_on(r, i):
                found.append(Task(0 if not found else i, i, ATTEND, "attend", 0, separator))
                bare_so_far = head = topic = False
                i += 1
                continue
            if at >= 0 and separator == "weak" and not found and not bits[0] & PREP:
                event = next((k for k in range(i) if bits[k] & EVENT), -1)
                if event >= 0:  # "Two interviews and drafting of statement"
                    found.append(Task(0, event, ATTEND, "attend", 0, "start"))
                    start, bare_so_far = i, False
            if at >= 0 and separator == "weak" and found and _of_purpose(r, found[-1], at):
                at = -1
            if at >= 0:
                kinds, verb, new_form = _kind_at(r, at)
                r.weights[at] = 0
                if headed:
                    found.clear()
                    start = 0
                headed = False
                if found and bare_so_far and separator == "weak" and _side_by_side(found[-1], kinds, new_form):
                    found[-1].kinds |= kinds
                    found[-1].verbs.append(verb)
                    if not joins(found[-1].verbs, kinds, found[-1].kinds):
                        found.append(Task(start, at, kinds, verb, new_form, "direct"))
                        found[-2].kinds &= ~kinds | _kind_at(r, found[-2].at)[0]
                        found[-2].verbs.pop()
                else:
                    found.append(Task(start if not found else i, at, kinds, verb, new_form, separator))
                form = form or new_form
                bare_so_far = True
                head = topic = False
                i = at + 1
                if i < count and bits[i] & TOPIC:
                    topic = True
                continue
            if not (b & (AUX | ANAPHOR) and separator != "weak"):
                head = False
                bare_so_far = False
        elif b & VERB and _runs_on(r, i, form, topic):
            kinds, verb, new_form = _kind_at(r, i)
            r.weights[i] = 0
            found.append(Task(i, i, kinds, verb, new_form, "run-on"))
            bare_so_far, topic = True, False
            i += 1
            continue
        else:
            bare_so_far = False
        if b & TOPIC:
            topic = True
        between = between or words[i] == "between"
        i += 1
    if found and found[0].separator == "strong":
        mark = next((k for k in range(found[0].at, -1, -1) if bits[k] & STRONG), -1)
        first = _nameless_act(r, mark) if mark > 0 else None
        if first is not None:
            found[0].start = mark + 1
            found.insert(0, first)
    for k, task in enumerate(found):
        if task.kinds == VAGUE | CLERICAL:
            task.verbs.append(r.bases[_handled(r, task.at)])
        task.end = found[k + 1].start if k + 1 < len(found) else count
        while task.end > task.at + 1 and bits[task.end - 1] & (STRONG | WEAK):
            task.end -= 1
        _describe(r, task)
    return found


#: So many units before a colon may be a heading: "Plan and DS: draft feasibility section".
_HEADING = 9


def _side_by_side(before: Task, kinds: int, form: int) -> bool:
    """Whether two heads share what follows: "review and revise", "call and email with"."""
    if not form and kinds & COMM and not before.kinds & COMM:
        return False  # "tariff review, emails"
    return bool(form & before.form or kinds & before.kinds & COMM or not form or not before.form)


#: Binders, notebooks, labels: what is "prepared" or "updated" without drafting.
_MADE_BY_CLERKS = {
    verb: words
    for verb, words in groups_under("clerical.object-of").items()
    if verb in ("prepare", "create", "put together", "update", "finalize")
}


#: With these a sentence sets the scene before it names the work.
_LEADING = frozenset({"following", "after", "upon", "during", "while", "having", "based", "pursuant", "in preparation"})


def _handled(r: Reading, at: int) -> int:
    """The clerical act that "attended to", "handled", "assisted with" was about, or -1."""
    for k in range(at + 1, min(at + 4, len(r.bits))):
        b = r.bits[k]
        if b & CLERICAL and b & (HEAD | ING) and not b & EVENT:
            return k
        if not b & (DET | PREP):
            return -1
    return -1


def _event_goes_on(r: Reading, i: int) -> bool:
    """Whether an event at the beginning stands for attending it: "Deposition of ...", "Hearing on ..."."""
    return i + 1 < len(r.bits) and (
        bool(r.bits[i + 1] & TOPIC) or r.words[i + 1] in ("of", "on", "in", "before", "with")
    )


def _kind_at(r: Reading, at: int) -> tuple[int, str, int]:
    b = r.bits[at]
    kinds = b & ANY_KIND
    base = r.bases[at]
    if kinds == VAGUE and _handled(r, at) >= 0:
        kinds |= CLERICAL
    if b & HEAD and b & VERB and kinds & COMM and base in ("call", "email", "e-mail", "conference", "exchange"):
        kinds = COMM
    made = _MADE_BY_CLERKS.get(base)
    if made is not None and any(word in made for word in r.words[at + 1 : at + 5]):
        kinds = CLERICAL
    elif base == "prepare":
        kinds = _prepare(r, at)
    elif base in ("update", "brief") and at + 1 < len(r.bits) and r.bits[at + 1] & PERSON:
        kinds = COMM  # "update partner regarding deposition"
    return kinds, base, b & _FORMS


def _prepare(r: Reading, at: int) -> int:
    """ "Prepare" is planning before an event or a person and drafting before a document."""
    i = at + 1
    while i < len(r.bits) and r.bits[i] & (WEAK | VERB) and not r.bits[i] & AMBIGUOUS:
        i += 1
    if i < len(r.bits):
        if r.words[i] in ("for", "to"):
            return PLAN
        if any(b & (DOC | HEAP) for b in _until_preposition(r, i)):
            return DRAFT
        if r.bits[i] & PERSON and not r.bits[i] & (DOC | HEAP) and not r.words[i].endswith("s'"):
            return DRAFT if r.words[i].endswith("'s") else PLAN
    return DRAFT


def _until_preposition(r: Reading, i: int) -> list[int]:
    end = next((k for k in range(i, len(r.bits)) if r.bits[k] & (PREP | STRONG | TOPIC)), len(r.bits))
    return r.bits[i:end]


def _head_from(r: Reading, i: int, separator: str, topic: bool, form: int, later: bool, bare: bool) -> int:
    """The place of the head that begins at unit `i`, or -1.

    Articles, adverbs and adjectives may stand before it; at the beginning also a subject ("Partner
    attended ...") or the first half of a compound ("Coverage analysis").
    """
    bits = r.bits
    limit = min(len(bits), i + (2 if later and separator == "weak" else 6))
    k = i
    while k < limit:
        b = bits[k]
        if b & (STRONG | WEAK):
            return -1
        if b & ANY_KIND and _opens(r, k, separator, topic, form, bare):
            return _beyond_light_verb(r, k) if r.bases[k] in _LIGHT else k
        if b & (PREP | TOPIC) and not b & ANY_KIND:
            return -1
        if separator == "weak" and later and not (b & (DET | AUX | GENERIC | FUNC) or r.words[k].endswith("ly")):
            return -1
        k += 1
    return -1


#: Verbs that lend themselves to a noun: "conduct review of", "hold meeting with".
_LIGHT = frozenset({"conduct", "hold", "do", "complete", "take part in", "prepare for", "direct"})


def _beyond_light_verb(r: Reading, k: int) -> int:
    """ "Conducted first-level review of ..." is a review; "conduct deposition of ..." stays with its verb."""
    for j in range(k + 1, min(k + 5, len(r.bits))):
        b = r.bits[j]
        if b & (PREP | TOPIC | STRONG | WEAK):
            break
        if b & (HEAD | AMBIGUOUS) and b & (REVIEW | RESEARCH) and not b & EVENT:
            return j
    return k


def _opens(r: Reading, k: int, separator: str, topic: bool, form: int, bare: bool) -> bool:
    bits, words = r.bits, r.words
    b = bits[k]
    following = bits[k + 1] if k + 1 < len(bits) else 0
    after = words[k + 1] if k + 1 < len(bits) else ""
    weak = separator == "weak"
    last = k + 1 >= len(bits)
    if b & HEAD and not (b & VERB and weak and b & AMBIGUOUS and not b & COMM):
        if not weak:
            return True
        if words[k].endswith((" of", " for", " to", " at")):
            return not topic or not form
        if b & COMM:
            if topic:
                beyond = bits[k + 2] if k + 2 < len(bits) else 0
                opens = after in _OUTWARD and bool(beyond & (PERSON | CAPITAL | DET))
            else:
                opens = bool(last or following & (TOPIC | WEAK | STRONG) or after in _OUTWARD or " " in words[k])
                if form and words[k] in _MAIL and not following & TOPIC and after not in _OUTWARD:
                    opens = False  # "review lease, letter and photographs": one more thing reviewed
            if opens or not b & VERB:
                return opens
        elif b & (TRAVEL | WAIT):
            return True
        elif not b & VERB:
            return not topic and bool(last or following & (PREP | TOPIC | WEAK | STRONG))
    if not b & VERB:
        return False
    mine = b & _FORMS
    if b & AMBIGUOUS and b & BASE:
        mine = BASE
    ends = last or following & (STRONG | WEAK)
    inside = k > 0 and (not weak or (not topic and not bits[k - 1] & (STRONG | WEAK)))
    if ends and inside and r.bases[k] in ("review", "research"):
        return True  # "tariff review"
    if not weak:
        passive = following & ED and following & VERB and not following & (BASE | DOC | HEAP)
        if b & AMBIGUOUS and passive and _clause_turns(bits, k + 2):
            return False  # "Email sent to", "File opened": the noun of a passive
        if (
            b & AMBIGUOUS
            and not b & HEAD
            and k
            and not bits[k - 1] & _BEFORE_SUBJECT
            and words[k - 1] not in _PRONOUNS
            and not words[k - 1].endswith("ly")
        ):
            return False
        if b & AMBIGUOUS and r.bases[k] in _PAPERS and (following & (ED | TOPIC) or after.endswith("ing")):
            return bool(following & TOPIC and r.bases[k] in ("report", "reply", "respond", "letter"))
        return True
    joined = words[k - 1] if k else ""
    if k and bits[k - 1] & AUX:
        return True
    if mine & ING and not mine & BASE and not form and joined != "," and joined not in _BEFORE_GERUND:
        if b & MANAGE:
            return bool(following & INSIDE)
        if last or following & (PERSON | STRONG | WEAK | PREP):
            return False
        # "letter enclosing responses and explaining ...": the second of two participles
        return not any(
            words[j].endswith("ing") and not bits[j] & (HEAD | EVENT) for j in range(_clause(bits, k), k - 1)
        )
    if mine & ING and not mine & BASE:
        return bool(form & ING or (not form and joined != ",") or joined in _BEFORE_GERUND)
    if mine & ED and not mine & BASE:
        return bool(form & ED or not form) and after != "by"
    if b & AMBIGUOUS:
        if form & ED and not form & BASE:
            return False
        beyond = bits[k + 2] if k + 2 < len(bits) else 0
        if joined == "," and b & CLERICAL and following & WEAK and beyond & VERB and not beyond & AMBIGUOUS:
            return True  # "compile package, tab and paginate"
        if bare and following & WEAK and k + 2 < len(bits) and bits[k + 2] & VERB:
            return True  # "obtain, review and respond to"
        if r.bases[k] == "work" and following & DOC:
            return False  # "work letter"
        if bare and not last and not following & (STRONG | WEAK | PREP) and words[k - 1] != ",":
            return True
        if r.bases[k] in _PAPERS and not following & DET:
            if r.bases[k] == "report" and any(
                words[j] == "to" and bits[j + 1] & PERSON for j in range(k + 1, min(k + 4, len(bits) - 1))
            ):
                return True  # "report outcome to carrier"
            near = bits[k + 2 : k + 4]
            return bool(
                after in ("to", "with") and any(n & PERSON for n in near) and (not topic or r.bases[k] == "report")
            )
        if topic and r.bases[k] == "research" and joined in (",", "and"):
            return not last and not following & (WEAK | STRONG | PREP | GENERIC | DOC)
        if topic:
            beyond = bits[k + 2] if k + 2 < len(bits) else 0
            if after in _OUTWARD:
                return bool(beyond & (PERSON | CAPITAL))
            return bool(following & (DET | DOC | PERSON)) and bool(form & BASE or not form)
        if r.bases[k] in _PLAIN_VERBS and form & BASE and joined in (",", "and", "&") and not last:
            return not following & (WEAK | STRONG)
        if b & TRAVEL:
            return after in ("to", "from", "back", "for")
        return bool(
            following & _AFTER_VERB or after in _OUTWARD or after in ("of", "for", "whether") or following & TOPIC
        )
    return True


def _nameless_act(r: Reading, end: int) -> Task | None:
    """A first sentence whose verb is in no list: "Boarded vessel with surveyor to inspect crane; ..."."""
    bits = r.bits
    last = next((k for k in range(end) if bits[k] & STRONG), end)
    if last < _SENTENCE or bits[last] & COLON or r.bits[0] & (NUMBER | GENERIC | DOC | HEAP | PERSON | DET | ASIDE):
        return None
    if not any(r.words[k] in ("with", "to", "for", "at") for k in range(1, last)):
        return None
    return Task(0, 0, 0, r.words[0], 0, "start")


#: Units of a sentence long enough to tell of an act.
_SENTENCE = 4


def _of_purpose(r: Reading, task: Task, at: int) -> bool:
    """Whether a verb goes on with what a talk was for: "Meet with client to review answers and verify figures"."""
    if (
        not task.kinds & COMM
        or r.words[at - 1] != "and"
        or not r.bits[at] & BASE
        or not r.bits[at] & (REVIEW | STEP | COMM)
    ):
        return False
    return any(r.words[k] == "to" and r.bits[k + 1] & VERB and r.bits[k + 1] & BASE for k in range(task.at + 1, at - 1))


def _clause_turns(bits: list[int], k: int) -> bool:
    """Whether nothing, a preposition or a mark stands at `k`, so that what is before it is whole."""
    return k >= len(bits) or bool(bits[k] & (PREP | TOPIC | STRONG | WEAK))


def _clause(bits: list[int], k: int) -> int:
    """Where the clause of unit `k` begins: after the last strong mark."""
    while k > 0 and not bits[k - 1] & STRONG:
        k -= 1
    return k


def _runs_on(r: Reading, i: int, form: int, topic: bool) -> bool:
    """Whether a verb inside the text begins another task without any mark: "Prepare answer draft letter"."""
    bits = r.bits
    b = bits[i]
    if topic or not form & (BASE | ED) or not b & form & _FORMS or i + 1 >= len(bits):
        return False
    before, after = bits[i - 1], bits[i + 1]
    if not before & (DOC | EVENT | NUMBER) or before & (PREP | DET | AUX):
        return False
    if b & AMBIGUOUS:
        return r.bases[i] in ("draft", "call", "email") and bool(after & (DOC | PERSON)) and not before & NUMBER
    return bool(after & (DET | DOC | PERSON | HEAP)) and r.words[i + 1] != "by"


def joins(verbs: list[str], new: int, together: int) -> bool:
    """Whether verbs side by side over one object are one piece of work: "review and revise", not "draft and file"."""
    old = together & ~new or together
    if old & CLERICAL and old & ~CLERICAL and verbs[0] in _FETCHING:
        old &= ~CLERICAL
    if old & new:
        return True
    pair = old | new
    if not pair & ~(DRAFT | REVIEW | PLAN | STEP):
        return True
    if not pair & ~(PLAN | ATTEND):
        return True
    if not pair & ~(REVIEW | COMM):
        return bool(new & COMM)
    if not pair & ~(RESEARCH | REVIEW | STEP):
        return True
    if verbs[-1] in _SENDING and old & DRAFT:
        return True
    if pair & VAGUE or (verbs[0] == "negotiate" and verbs[-1] == "finalize"):
        return True
    if pair & CLERICAL and pair & REVIEW and not pair & ~(CLERICAL | REVIEW | STEP):
        return verbs[0] in _FETCHING or verbs[-1] in _FETCHING
    return not pair & ~(COMM | ATTEND)


_MAIL = group("pieces.mail")
_SENDING = frozenset({"send", "circulate", "transmit"})
#: Getting a paper is the first step of reading it.
_FETCHING = group("tasks.fetching")


def _describe(r: Reading, task: Task) -> None:
    """Object, people, event and weight of what is said in the task."""
    bits, words, bases, weights = r.bits, r.words, r.bases, r.weights
    seen = 0
    weight = subject = 0
    in_object = True
    aside = False  # after with/to/from: the people
    reached = False  # somebody has been named there
    talk = bool(task.kinds & COMM)
    k = task.start
    first = True
    while k < task.end:
        b = bits[k]
        if k == task.at:
            k += 1
            first = k == task.at + 1
            seen |= b & (EVENT | HEAP | TIME)
            if b & EVENT:
                task.event = bases[task.at]
            continue
        seen |= b
        w = weights[k]
        if b & TIME:
            task.hours.append(k)
        elif b & TOPIC:
            if task.topic_at < 0 and k > task.at:
                task.topic_at = k
            in_object = aside = False
        elif b & PREP:
            in_object = False
            reached = False
            aside = words[k] in _OUTWARD and (words[k] != "to" or _reaches_someone(r, k + 1))
        elif b & (STRONG | WEAK):
            pass
        else:
            if first and b & ANAPHOR:
                task.anaphoric = True
            if b & PERSON and not b & (DOC | HEAP):
                if task.topic_at < 0:
                    task.persons |= b & PERSON
                reached = aside
            elif aside and w and not b & (ANY_KIND | DOC | HEAP | EVENT | NUMBER):
                if b & CAPITAL or not reached or k + 1 == task.end:
                    task.named = reached = True
                    w = 0
                else:
                    aside = False
            elif reached and aside and b & (DOC | HEAP | ANY_KIND) and not b & PERSON:
                aside = False
            elif talk and task.topic_at < 0 and b & CAPITAL and not b & ~CAPITAL and task.verbs[0] in _CALLING:
                task.named = True
                w = 0  # "called Dr. Roe"
            elif talk and w and task.topic_at < 0 and k + 1 < task.end and bits[k + 1] & PERSON:
                w = 0  # "damages expert", "debtors counsel": part of who it is
            elif b & (DOC | HEAP) and in_object:
                task.doc = bases[k]
            if task.event is None and (b & EVENT or (task.kinds & ATTEND and words[k] in _MEETINGS)):
                task.event = bases[k]
            if in_object and k > task.at and not b & (DET | VERB):
                task.thing = bases[k]
            weight += w
            if task.topic_at >= 0 or not aside:
                subject += w or (WHOLE // 2 if b & SOFT and not b & PERSON else 0)
            first = False
        k += 1
    task.bits = seen
    task.weight = weight
    task.subject = subject
    if task.end <= task.at + 1:
        task.anaphoric = True


_CALLING = group("tasks.calling")
_MEETINGS = frozenset({"meeting", "meetings", "conference", "session"})


def _reaches_someone(r: Reading, k: int) -> bool:
    """Whether "to" leads to a person and not to a purpose."""
    return k < len(r.bits) and bool(r.bits[k] & (PERSON | CAPITAL | DET | WEAK))


__all__ = ["BARE", "FUNC", "GENERIC", "Task", "joins", "segment"]
