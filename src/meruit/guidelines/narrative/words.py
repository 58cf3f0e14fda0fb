"""The words of narratives and what class of meaning each belongs to.

`data/lexicon.tsv` lists words and phrases by class (verbs of drafting, people inside the firm, heaps of
documents, words that say nothing); `data/cues.tsv` lists, per rule, the words that may give rise to it.
Here they become one table from word to bits, so that a narrative is read with one look-up a word.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATA = Path(__file__).parent / "data"

#: Kinds of work a verb (or a noun standing for one) may name; one bit each.
KINDS = (
    "draft",
    "review",
    "research",
    "comm",
    "attend",
    "plan",
    "clerical",
    "travel",
    "wait",
    "manage",
    "vague",
    "step",
)
DRAFT, REVIEW, RESEARCH, COMM, ATTEND, PLAN, CLERICAL, TRAVEL, WAIT, MANAGE, VAGUE, STEP = (
    1 << i for i in range(len(KINDS))
)
ANY_KIND = (1 << len(KINDS)) - 1

_NEXT = len(KINDS)
AUX, HEAD, VERB, AMBIGUOUS, BASE, ED, ING = (1 << (_NEXT + i) for i in range(7))
EVENT, DOC, HEAP, BARE, INSIDE, INTERNAL, CLIENT, OUTSIDE = (1 << (_NEXT + 7 + i) for i in range(8))
GENERIC, SOFT, FUNC, TOPIC, PLACE_OF_LAW, DET, PREP, ANAPHOR = (1 << (_NEXT + 15 + i) for i in range(8))
NUMBER, CAPITAL, STRONG, WEAK, TIME, UNIQUE, ASIDE, COLON = (1 << (_NEXT + 23 + i) for i in range(8))

PERSON = INSIDE | CLIENT | OUTSIDE
NOUN = EVENT | DOC | HEAP | PERSON

_CLASSES = {
    "noun.event": EVENT,
    "noun.doc": DOC,
    "noun.heap": HEAP,
    "noun.bare": BARE,
    "noun.inside": INSIDE,
    "cue.internal": INTERNAL,
    "noun.client": CLIENT,
    "noun.outside": OUTSIDE,
    "generic": GENERIC,
    "soft": SOFT,
    "func": FUNC,
    "topic": TOPIC,
    "jurisdiction": PLACE_OF_LAW,
    "verb.aux": AUX,
    "det": DET,
    "prep": PREP,
    "anaphor": ANAPHOR,
    "ambiguous": AMBIGUOUS,
    "weak": WEAK,
    "strong": STRONG,
    "unique": UNIQUE,
}


class Meaning(NamedTuple):
    """What a word or phrase is: class bits, bits of the rules it may give rise to, its base form.

    `weight` says in quarters how much the word alone tells an outsider about the work: nothing for
    "matter" or "the", half for a kind of document, all for a name, a figure or any word not listed.
    """

    bits: int
    cues: int
    base: str
    weight: int


#: Quarters of a telling detail.
WHOLE = 4


def _weight(bits: int, form: str) -> int:
    if bits & UNIQUE:
        return WHOLE
    if bits & (GENERIC | FUNC | PREP | DET | WEAK | STRONG | ANAPHOR | PERSON | TIME | AUX):
        return 0
    if bits & (DOC | EVENT | HEAP | SOFT):
        return WHOLE if " " in form and bits & DOC and not bits & HEAP else WHOLE // 2
    if bits & PLACE_OF_LAW:
        return 1
    if bits & (VERB | HEAD):
        return WHOLE // 2  # away from the head: "motion to exclude", "call on debriefing"
    if bits & TOPIC:
        return 0
    return WHOLE


def rows(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            tag, words = line.split("\t")
            yield tag, tuple(word.strip() for word in words.split(","))


@cache
def _irregular() -> Mapping[str, tuple[str, ...]]:
    """base -> (past forms..., -ing form) where the rules of spelling do not give them."""
    return dict(rows("irregular.tsv"))


_VOWELS = "aeiou"


def forms(verb: str) -> tuple[tuple[str, int], ...]:
    """All forms of a verb or verb phrase with their bit: base and third person BASE, past ED, -ing ING."""
    first, _, rest = verb.partition(" ")
    tail = f" {rest}" if rest else ""
    lead, last = "", first
    if first not in _irregular() and "-" in first:
        stem, _, last = first.rpartition("-")
        lead = stem + "-"
    if last in _irregular():
        *past, ing = _irregular()[last]
    elif last.endswith("e"):
        past, ing = [last + "d"], (last[:-2] + "ying" if last.endswith("ie") else last[:-1] + "ing")
    elif last.endswith("y") and last[-2] not in _VOWELS:
        past, ing = [last[:-1] + "ied"], last + "ing"
    else:
        past, ing = [last + "ed"], last + "ing"
    if last.endswith("y") and last[-2] not in _VOWELS:
        third = last[:-1] + "ies"
    elif last.endswith(("s", "sh", "ch", "x", "z", "o")):
        third = last + "es"
    else:
        third = last + "s"
    found = [(last, BASE), (third, BASE), *((p, ING if p.endswith("ing") else ED) for p in past), (ing, ING)]
    return tuple((lead + word + tail, bit) for word, bit in found)


def _spread(tag: str, word: str) -> Iterator[tuple[str, int, str]]:
    """(form, bits, base) for one word of one class."""
    family, _, kind = tag.partition(".")
    if family == "verb":
        bits = AUX if kind == "aux" else VERB | 1 << KINDS.index(kind)
        for form, bit in forms(word):
            yield form, bits | bit, word
    elif family == "head":
        yield word, HEAD | 1 << KINDS.index(kind), word
    else:
        yield word, _CLASSES[tag], word


@cache
def cue_bits() -> Mapping[str, int]:
    """cue name -> its bit, in the order of `cues.tsv`."""
    names = dict.fromkeys(tag.partition("/")[0] for tag, _ in rows("cues.tsv"))
    return {name: 1 << i for i, name in enumerate(names)}


def _cue_forms(tag: str, word: str) -> Iterator[tuple[str, int, str]]:
    name, _, how = tag.partition("/")
    bit = cue_bits()[name]
    if how == "verb":
        for form, _ in forms(word):
            yield form, bit, word
    else:
        yield word, bit, word


@cache
def _groups() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in rows("groups.tsv")}


def group(name: str) -> frozenset[str]:
    """The words of one group of `data/groups.tsv`."""
    return _groups()[name]


def groups_under(name: str) -> Mapping[str, frozenset[str]]:
    """Groups called `name/key`, by key."""
    start = name + "/"
    return {key.removeprefix(start): words for key, words in _groups().items() if key.startswith(start)}


#: A phrase may end in one of these and means the same.
_TAILS = frozenset({"of", "for", "to", "at", "with", "on", "from"})


class Lexicon:
    """Single words by spelling, phrases by their first word, longest first."""

    def __init__(self) -> None:
        bits_of: dict[str, int] = {}
        cues_of: dict[str, int] = {}
        base_of: dict[str, str] = {}
        for tag, words in rows("lexicon.tsv"):
            for word in words:
                for form, bits, base in _spread(tag, word):
                    bits_of[form] = bits_of.get(form, 0) | bits
                    if bits & VERB or form not in base_of:
                        base_of[form] = base
        for tag, words in rows("cues.tsv"):
            for word in words:
                for form, bit, base in _cue_forms(tag, word):
                    cues_of[form] = cues_of.get(form, 0) | bit
                    base_of.setdefault(form, base)
        for form in list(base_of):
            first, *others = form.split()
            if others and not bits_of.get(form) and bits_of.get(first, 0) & VERB:
                # A cue such as "close file" keeps its verb.
                bits_of[form], base_of[form] = bits_of[first], base_of[first]
            elif others and not bits_of.get(form):
                head = form.partition(" of ")[0].rpartition(" ")[2] if " of " in form else others[-1]
                bits_of[form] = bits_of.get(head, 0) & (DOC | HEAP | EVENT | CLIENT | OUTSIDE)
            stem, _, last = form.rpartition(" ")
            if stem and last in _TAILS and stem in cues_of:
                cues_of[form] = cues_of.get(form, 0) | cues_of[stem]
            mine, stem = bits_of.get(form, 0), base_of[form]
            if form.endswith("s") and mine & VERB and form != stem and bits_of.get(stem, 0) & AMBIGUOUS:
                # "records", "schedules", "files": in bills the plural of the noun, not the third person.
                bits_of[form] = mine & ~(VERB | BASE | (0 if mine & HEAD else bits_of[stem] & ANY_KIND))
        self.words: dict[str, Meaning] = {}
        #: first word -> for each number of further words, longest first: those words -> meaning.
        self.phrases: dict[str, list[tuple[int, dict[str, Meaning]]]] = {}
        sized: dict[str, dict[int, dict[str, Meaning]]] = {}
        for form, base in base_of.items():
            bits = bits_of.get(form, 0)
            meaning = Meaning(bits, cues_of.get(form, 0), base, _weight(bits, form))
            first, _, rest = form.partition(" ")
            if rest:
                sized.setdefault(first, {}).setdefault(rest.count(" ") + 1, {})[rest] = meaning
            else:
                self.words[form] = meaning
        for first, by_size in sized.items():
            self.phrases[first] = sorted(by_size.items(), reverse=True)


@cache
def lexicon() -> Lexicon:
    """The one lexicon, built on first use."""
    return Lexicon()
