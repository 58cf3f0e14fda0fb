"""Where a task begins: a verb, or a noun standing for one, in the place and the form of a head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.words import (
    AMBIGUOUS,
    ANAPHOR,
    ANY_KIND,
    ASIDE,
    ATTEND,
    AUX,
    BASE,
    CAPITAL,
    CLERICAL,
    CLIENT,
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
    OUTSIDE,
    PERSON,
    PLAN,
    PREP,
    RESEARCH,
    REVIEW,
    SOFT,
    STRONG,
    TIME,
    TOPIC,
    TRAVEL,
    VAGUE,
    VERB,
    WAIT,
    WEAK,
    group,
    groups_under,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.reading import Reading

FORMS = BASE | ED | ING
#: What may follow a word that is noun and verb ("draft", "call", "file") when it is the verb.
_AFTER_VERB = DET | ANAPHOR | DOC | HEAP | PERSON | EVENT | CAPITAL | NUMBER
#: After these an -ing form begins another task: "... while drafting reply".
_BEFORE_GERUND = group("tasks.before-gerund")
OUTWARD = group("tasks.outward")
#: Of the words that are verb and noun, those which after a comma or "and" are the verb.
_PLAIN_VERBS = frozenset({"research", "review", "draft", "call", "outline"})
#: What may stand before a verb that is noun as well, at the beginning: "I", "Partner", "(.3)", "continued to".
_BEFORE_SUBJECT = STRONG | AUX | INSIDE | TIME | DET
_PRONOUNS = frozenset({"i", "we", "he", "she", "they", "also", "then", "to"})
_OWNING = ("'s", "s'")
#: Nouns that are also base forms of verbs and in lists of papers are the paper.
_PAPERS = group("tasks.papers")
_MAIL = group("pieces.mail")
#: Of the words that are verb and noun, those which after "and" are the verb where a thing to be kept follows.
_CALLS = frozenset({"call", "telephone call", "telephone conference", "conference call", "video call", "zoom call"})
_KEEPING, _CALENDARS = frozenset({"update", "copy", "calendar", "schedule"}), group("scheduling.calendars")

#: Binders, notebooks, labels: what is "prepared" or "updated" without drafting.
_MADE_BY_CLERKS = {
    verb: words
    for verb, words in groups_under("clerical.object-of").items()
    if verb in ("prepare", "create", "put together", "update", "finalize")
}


def handled(r: Reading, at: int) -> int:
    """The clerical act that "attended to", "handled", "assisted with" was about, or -1."""
    for k in range(at + 1, min(at + 4, len(r.bits))):
        b = r.bits[k]
        if b & CLERICAL and b & (HEAD | ING) and not b & EVENT:
            return k
        if not b & (DET | PREP):
            return -1
    return -1


def event_from(r: Reading, i: int, later: bool) -> int:
    """The event that stands for attending it: "Deposition of ...", "Public hearing on ...", "Day 3 of trial"; or -1."""
    bits, words = r.bits, r.words
    for k in range(i, min(i + 4, len(bits))):
        b = bits[k]
        if b & EVENT and not b & ANY_KIND:
            if k > i + 1 and bits[i] & (CLIENT | OUTSIDE) and not words[i].endswith(_OWNING):
                return -1  # "court set bench trial on ..."
            if later and words[k] in _ALSO_TOPICS:
                return -1  # "Review opposition; argument on mismanagement"
            return k if k + 1 < len(bits) and (_goes_on(r, k) or (k > i and words[k - 1] == "of")) else -1
        if b & (STRONG | WEAK | TOPIC | VERB | ASIDE) or (b & PREP and (words[k] != "of" or words[i] != "day")):
            return -1
    return -1


_ALSO_TOPICS = frozenset({"argument", "closing", "examination", "interview"})


def _goes_on(r: Reading, k: int) -> bool:
    """Whether after the event at `k` it is said of what, on what, before or with whom."""
    return bool(r.bits[k + 1] & TOPIC) or r.words[k + 1] in ("of", "on", "in", "before", "with")


def turned_round(r: Reading, i: int, separator: str, again: bool = False) -> int:
    """The verb of a clause that begins with its object, or -1.

    "Notice to sellers drafted"; after a comma or "and" with "was" ("a memo to carrier was written"), or where the
    clause before was turned round too (`again`: "... and foreman interviewed").
    """
    bits, words = r.bits, r.words
    seen = 0
    for k in range(i, len(bits)):
        b = bits[k]
        if b & (STRONG | WEAK | ASIDE) or words[k] in _ANOTHERS or (b & TOPIC and not b & PREP and words[k] != "on"):
            return -1
        if b & ED and b & VERB and k > i and not b & (BASE | HEAD | AUX):
            passive = words[k - 1] in _WAS
            if separator != "start" and (b & CLERICAL or r.bases[k] == "receive"):
                return -1  # "...; response received from landlord": what came of it
            if separator == "weak" and "," not in words[max(0, i - 2) : i]:
                return -1  # "said that chart was amended and supervisor was told"
            if not passive and (separator == "weak" or bits[k - 1] & (DET | PREP | FUNC)):
                return -1
            turns = _clause_turns(bits, k + 1) or (passive and bits[k + 1] & FUNC)
            if r.bases[k] in _OUTCOMES or not turns or words[k + 1 : k + 2] == ("by",):
                return -1
            to_people = r.bases[k] in _TO_PEOPLE and (passive or again or seen & PERSON)
            return k if seen & (DOC | EVENT | HEAP) or to_people else -1
        seen |= b
    return -1


_WAS = frozenset({"was", "were", "been", "being"})


def kind_at(r: Reading, at: int) -> tuple[int, str, int]:
    b = r.bits[at]
    kinds = b & ANY_KIND
    base = r.bases[at]
    if kinds == VAGUE and handled(r, at) >= 0:
        kinds |= CLERICAL
    if b & AUX and not kinds:
        kinds = DRAFT  # "finished the brief"
    elif base == "attend" and _on_the_telephone(r, at):
        kinds = COMM
    if b & HEAD and b & VERB and kinds & COMM and base in ("call", "email", "e-mail", "conference", "exchange"):
        kinds = COMM
    made = _MADE_BY_CLERKS.get(base)
    if made is not None and any(word in made for word in r.words[at + 1 : at + 5]):
        kinds = CLERICAL
    elif base == "prepare":
        kinds = _prepare(r, at)
    elif base in ("update", "brief") and at + 1 < len(r.bits) and r.bits[at + 1] & PERSON:
        kinds = COMM  # "update partner regarding deposition"
    return kinds, base, b & FORMS


def _on_the_telephone(r: Reading, at: int) -> bool:
    """British usage: "attending client on the telephone" is a call."""
    near = r.words[at + 1 : at + 8]
    return ("telephone" in near or "phone" in near) and any(b & PERSON for b in r.bits[at + 1 : at + 4])


def _prepare(r: Reading, at: int) -> int:
    """ "Prepare" is planning before an event or a person and drafting before a document."""
    i = at + 1
    held = False  # "prepare and conduct"
    while i < len(r.bits) and r.bits[i] & (WEAK | VERB) and not r.bits[i] & AMBIGUOUS:
        held = held or bool(r.bits[i] & ATTEND and r.bits[i] & VERB)
        i += 1
    if i < len(r.bits):
        if r.words[i] in ("for", "to"):
            return PLAN
        if any(b & (DOC | HEAP) for b in _until_preposition(r, i)):
            return DRAFT
        if r.bits[i] & PERSON and not r.bits[i] & (DOC | HEAP) and not r.words[i].endswith("s'"):
            return DRAFT if r.words[i].endswith("'s") else PLAN
    return PLAN if held else DRAFT


def _until_preposition(r: Reading, i: int) -> list[int]:
    end = next((k for k in range(i, len(r.bits)) if r.bits[k] & (PREP | STRONG | TOPIC)), len(r.bits))
    return r.bits[i:end]


def head_from(r: Reading, i: int, separator: str, topic: bool, form: int, later: bool, bare: bool) -> int:
    """The place of the head that begins at unit `i`, or -1.

    Articles, adverbs and adjectives may stand before it; at the beginning also a subject ("Partner
    attended ...") or the first half of a compound ("Coverage analysis").
    """
    bits = r.bits
    limit = min(len(bits), i + (2 + (bits[i] & AUX > 0) * 2 if later and separator == "weak" else 6))
    k = i
    while k < limit:
        b = bits[k]
        if b & (STRONG | WEAK):
            return -1
        if (
            b & _TURNING
            and (later or separator != "start")
            and (r.words[k] in _ANOTHERS or (b & ASIDE and not bits[i] & ASIDE))
        ):
            return -1
        if b & ANY_KIND and _opens(r, k, separator, topic, form, bare):
            if b & VERB and (k > i or b & DOC) and _told_of_another(r, i, k, later):
                return -1
            return _beyond_light_verb(r, k) if r.bases[k] in _LIGHT else k
        if b & (PREP | TOPIC) and not b & ANY_KIND and not (k > i and r.words[k] == "to" and bits[k - 1] & AUX):
            return -1
        if b & AUX and r.bases[k] in _ENDING and (papers := _paper_right_after(r, k)) >= 0:
            return papers
        if separator == "weak" and later and not (b & (DET | AUX | GENERIC | FUNC) or r.words[k].endswith("ly")):
            return -1
        k += 1
    return -1


_TURNING = FUNC | ASIDE
#: With these a clause tells of somebody else, or says more of what went before: "..., who approved swaps".
_ANOTHERS = group("tasks.anothers")
#: What happened to a motion, a rate, an order: "order granted", "time approved by trustee".
_OUTCOMES = group("tasks.outcomes")
#: What comes out so, and is no paper or event.
_COMING_OUT = group("tasks.coming-out")
#: What is done to people, so that "insured interviewed at his shop" tells of the timekeeper.
_TO_PEOPLE = group("tasks.to-people")


def _told_of_another(r: Reading, i: int, k: int, later: bool) -> bool:
    """Whether the clause from `i` with its verb at `k` says what came out, what others did or what one thinks."""
    b, before = r.bits[k], r.bits[k - 1] if k > i else 0
    if later and before and r.bases[k] == "think" and r.words[k - 1] in ("i", "we"):
        return True  # "... and I think he is inflating it"
    if not b & ED or b & (BASE | HEAD):
        return bool(b & DOC and k + 1 < len(r.bits) and _came_out(r, k + 1))
    if not before or r.words[k - 1] in _PRONOUNS or before & AUX or r.words[k - 1].endswith("ly"):
        return False
    if _came_out(r, k) and (before & (DOC | EVENT | PERSON | GENERIC | SOFT) or r.words[k - 1] in _COMING_OUT):
        return True
    if later and before & (CLIENT | OUTSIDE) and not before & (DOC | HEAP) and not r.words[k - 1].endswith(_OWNING):
        whole = _clause_turns(r.bits, k + 1)
        return not (whole and r.bases[k] in _TO_PEOPLE)
    return False


def _came_out(r: Reading, k: int) -> bool:
    return r.bases[k] in _OUTCOMES and bool(r.bits[k] & ED or r.words[k].endswith("ed"))


#: "Finished the mediation brief": making it.
_ENDING = frozenset({"finish", "start", "begin"})


def _paper_right_after(r: Reading, k: int) -> int:
    """`k` itself where what is finished or begun is a paper and no act; else -1."""
    for j in range(k + 1, min(k + 5, len(r.bits))):
        b = r.bits[j]
        if b & DOC:
            return k
        if b & (ANY_KIND | PREP | TOPIC | STRONG | WEAK):
            return -1
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
            r.weights[k] = 0
            return j
    return k


def _opens(r: Reading, k: int, separator: str, topic: bool, form: int, bare: bool) -> bool:
    bits, words = r.bits, r.words
    b = bits[k]
    following = bits[k + 1] if k + 1 < len(bits) else 0
    after = words[k + 1] if k + 1 < len(bits) else ""
    weak = separator == "weak"
    last = k + 1 >= len(bits)
    if weak and b & HEAD and after == "of" and not topic and not form:
        return True  # "two interviews and drafting of statement"
    if b & HEAD and not (b & VERB and weak and b & AMBIGUOUS and not b & COMM):
        if not weak:
            return True
        if words[k].endswith((" of", " for", " to", " at")):
            return not topic or not form
        if b & COMM:
            if topic:
                beyond = bits[k + 2] if k + 2 < len(bits) else 0
                opens = after in OUTWARD and bool(beyond & (PERSON | CAPITAL | DET) or words[k] in _CALLS)
            else:
                opens = bool(last or following & (TOPIC | WEAK | STRONG) or after in OUTWARD or " " in words[k])
                if form and words[k] in _MAIL and not following & TOPIC and after not in OUTWARD:
                    opens = False  # "review lease, letter and photographs": one more thing reviewed
            if opens or not b & VERB:
                return opens
        elif b & (TRAVEL | WAIT):
            return True
        elif not b & VERB:
            return not topic and bool(last or following & (PREP | TOPIC | WEAK | STRONG))
    if not b & VERB:
        return False
    mine = b & FORMS
    if b & AMBIGUOUS and b & BASE:
        mine = BASE
    ends = last or following & (STRONG | WEAK)
    inside = k > 0 and (not weak or (not topic and not bits[k - 1] & (STRONG | WEAK)))
    if ends and inside and r.bases[k] in ("review", "research"):
        return True  # "tariff review"
    if not weak:
        if k == 0 and after == "," and b & DOC and b & AMBIGUOUS and r.bases[k] in _PAPERS:
            return False  # "Order, proposed findings and judgment: drafted"
        passive = following & ED and following & VERB and not following & (BASE | DOC | HEAP)
        if b & AMBIGUOUS and passive and _clause_turns(bits, k + 2):
            return False  # "Email sent to", "File opened": the noun of a passive
        if (
            b & AMBIGUOUS
            and not b & HEAD
            and k
            and not (k == 1 and bits[0] & NUMBER)  # a date before the work
            and (not bits[k - 1] & _BEFORE_SUBJECT or words[k - 1].endswith(_OWNING))
            and words[k - 1] not in _PRONOUNS
            and not words[k - 1].endswith("ly")
        ):
            return False
        if mine & ING and not mine & BASE and k and following & DOC and not b & AMBIGUOUS and _compound(r, k):
            return False  # "tax sharing agreement"
        if r.words[k] == "closing" and not following & (DET | HEAP):
            return False
        if b & AMBIGUOUS and r.bases[k] in _PAPERS and (following & (ED | TOPIC) or after.endswith("ing")):
            return bool(following & TOPIC and r.bases[k] in ("report", "reply", "respond", "letter"))
        return True
    if mine & ED and not mine & BASE and k and bits[k - 1] & NUMBER and following & DOC:
        return False  # "section 15 combined declaration"
    joined = words[k - 1] if k else ""
    if k and (bits[k - 1] & AUX or (joined == "to" and bits[k - 2] & AUX)):
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
        if r.bases[k] in _KEEPING and joined in ("and", "&", ",") and form & BASE and _keeps(r, k, joined):
            return True  # "review order and update firm calendar"
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
            if after in OUTWARD:
                return bool(beyond & (PERSON | CAPITAL))
            if joined == "," and not form and not following & (DET | PERSON) and _in_a_list(r, k - 1):
                return False  # "call regarding dates, protective order, draft stipulation"
            return bool(following & (DET | DOC | PERSON)) and bool(form & BASE or not form)
        if r.bases[k] in _PLAIN_VERBS and form & BASE and joined in (",", "and", "&") and not last:
            return not following & (WEAK | STRONG)
        if b & TRAVEL:
            return after in ("to", "from", "back", "for")
        return bool(
            following & _AFTER_VERB or after in OUTWARD or after in ("of", "for", "whether") or following & TOPIC
        )
    return True


def _in_a_list(r: Reading, k: int) -> bool:
    """Whether another comma stands before the one at `k`, in the same topic."""
    for j in range(k - 1, -1, -1):
        if r.bits[j] & (STRONG | TOPIC):
            return False
        if r.words[j] == ",":
            return True
    return False


def _compound(r: Reading, k: int) -> bool:
    """Whether a plain noun stands before: "tax sharing", but "associate drafting", "continued drafting"."""
    before = r.bits[k - 1]
    plain = not before & (STRONG | WEAK | AUX | INSIDE | TIME | DET | PREP | FUNC | VERB | PERSON)
    return plain and r.words[k - 1].isalpha() and not r.words[k - 1].endswith("ly")


def _keeps(r: Reading, k: int, joined: str) -> bool:
    """Whether what follows "and update" is a thing kept up to date, or an event to be scheduled.

    After a comma only a calendar: "review motion, update letter" may be a list of papers.
    """
    wanted = 0 if joined == "," else EVENT if r.bases[k] == "schedule" else DOC | HEAP | EVENT
    for j in range(k + 1, min(k + 5, len(r.bits))):
        if r.bits[j] & (PREP | TOPIC | STRONG | WEAK):
            return False
        if r.bits[j] & wanted or r.words[j] in _CALENDARS:
            return True
    return False


def _clause_turns(bits: list[int], k: int) -> bool:
    """Whether nothing, a preposition or a mark stands at `k`, so that what is before it is whole."""
    return k >= len(bits) or bool(bits[k] & (PREP | TOPIC | STRONG | WEAK))


def _clause(bits: list[int], k: int) -> int:
    """Where the clause of unit `k` begins: after the last strong mark."""
    while k > 0 and not bits[k - 1] & STRONG:
        k -= 1
    return k


def runs_on(r: Reading, i: int, form: int) -> bool:
    """Whether a verb inside the text begins another task without any mark: "Prepare answer draft letter"."""
    bits = r.bits
    b = bits[i]
    if not form & (BASE | ED) or i + 1 >= len(bits):
        return False
    before, after = bits[i - 1], bits[i + 1]
    if not before & (DOC | EVENT | NUMBER) or before & (PREP | DET | AUX):
        return False
    if b & AMBIGUOUS:
        return r.bases[i] in ("draft", "call", "email") and bool(after & (DOC | PERSON)) and not before & NUMBER
    return bool(after & (DET | DOC | PERSON | HEAP)) and r.words[i + 1] != "by"
